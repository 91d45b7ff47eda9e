import type { SipHeader, UaCommand } from "../sip/index.ts";
import type { HuntLeg } from "./hunt.ts";
import { type Binding, targetOf } from "./location.ts";

type Invite = Extract<UaCommand, { kind: "invite" }>;

/** The legs of a call to a user: one to each contact, with what they have in common. */
export function legsOf(
  call: string,
  bindings: readonly Binding[],
  common: Pick<Invite, "from" | "body" | "contentType"> & {
    readonly headers: readonly SipHeader[];
  },
): readonly HuntLeg[] {
  return bindings.map((binding, at): HuntLeg => {
    const session = `${call}-${at + 1}`;
    const routes = binding.path.map((value) => ({ name: "route", value }));
    return {
      session,
      preference: binding.preference,
      ...(binding.flow === undefined ? {} : { instance: binding.flow.instance }),
      invite: {
        kind: "invite",
        session,
        uri: binding.uriText,
        to: targetOf(binding),
        ...common,
        headers: [...routes, ...common.headers],
      },
    };
  });
}
