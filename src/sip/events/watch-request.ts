import { err, ok, type Result } from "../../base/result.ts";
import type { Refusal } from "../request-checks.ts";
import { listItems } from "../wire/headers.ts";
import { headerValue, type SipRequest } from "../wire/message.ts";
import { parseParams } from "../wire/params.ts";
import { secondsOf } from "../wire/seconds.ts";
import type { EventPackage } from "./watch-types.ts";

/** The shortest lease that we give, seconds. @see RFC 6665 §4.2.1.1 */
const WATCH_MIN_S = 60;

/** The longest. */
const WATCH_MAX_S = 3600;

/** What a request's Event names: the package in lower case, and the number of one of several. */
export interface NamedEvent {
  readonly name: string;
  readonly id?: string;
}

/** The Event of a request; `undefined` where it has none. @see RFC 6665 §8.2.1 */
export function eventOf(request: SipRequest): NamedEvent | undefined {
  const text = headerValue(request, "event");
  if (text === undefined) return undefined;
  const semicolon = text.indexOf(";");
  const name = (semicolon === -1 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  const params = semicolon === -1 ? undefined : parseParams(text, semicolon);
  const id = params?.ok === true ? params.value.get("id") : undefined;
  return id === undefined ? { name } : { name, id };
}

/** Whether two requests are about one subscription. */
export function sameEvent(a: NamedEvent | undefined, b: NamedEvent | undefined): boolean {
  return a?.name === b?.name && a?.id === b?.id;
}

/** The lease for a SUBSCRIBE, seconds, or that it is too short. @see RFC 6665 §4.2.1.1 */
export function grantedExpires(
  request: SipRequest,
  { expiresS }: EventPackage,
): Result<number, Refusal> {
  const asked = secondsOf(headerValue(request, "expires")) ?? expiresS;
  if (asked === 0 || asked >= WATCH_MIN_S) return ok(Math.min(asked, WATCH_MAX_S));
  return err({ status: 423, headers: [{ name: "min-expires", value: String(WATCH_MIN_S) }] });
}

/** What a SUBSCRIBE is to be given. */
export interface Asked {
  readonly pack: EventPackage;
  readonly expiresS: number;
}

/** What a SUBSCRIBE asks for, or why it cannot have it. @see RFC 6665 §4.2.1.1 */
export function askedOf(
  request: SipRequest,
  packages: readonly EventPackage[],
): Result<Asked, Refusal> {
  const event = eventOf(request);
  if (event === undefined) return err({ status: 400, reason: "Missing Event", headers: [] });
  const pack = packages.find(({ name }) => name === event.name);
  if (pack === undefined) {
    const known = packages.map(({ name }) => name).join(", ");
    return err({ status: 489, headers: [{ name: "allow-events", value: known }] });
  }
  const accepts = listItems(request, "accept").map((item) =>
    (item.split(";")[0] ?? "").trim().toLowerCase(),
  );
  const [kind] = pack.contentType.split("/");
  const takes = [pack.contentType, `${kind}/*`, "*/*"];
  if (accepts.length > 0 && !accepts.some((type) => takes.includes(type))) {
    return err({ status: 406, headers: [{ name: "accept", value: pack.contentType }] });
  }
  const expiresS = grantedExpires(request, pack);
  return expiresS.ok ? ok({ pack, expiresS: expiresS.value }) : expiresS;
}
