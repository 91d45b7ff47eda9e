import type { SipHeader, UaCommand } from "../sip/index.ts";
import type { HuntLeg } from "./hunt.ts";
import { type Binding, targetOf } from "./location.ts";

type Invite = Extract<UaCommand, { kind: "invite" }>;

/** What the legs of a call have in common. */
export type LegContent = Pick<Invite, "from" | "body" | "contentType"> & {
  readonly headers: readonly SipHeader[];
};

/** The legs of a call to a user, one to each contact; the call has `before` of them already. */
export function legsOf(
  call: string,
  before: number,
  bindings: readonly Binding[],
  common: LegContent,
): readonly HuntLeg[] {
  return bindings.map((binding, at): HuntLeg => {
    const session = `${call}-${before + at + 1}`;
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
