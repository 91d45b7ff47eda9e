import { Bridge } from "./bridge.ts";
import type { ExchangeConfig } from "./exchange-types.ts";
import type { ServiceCall } from "./service-call.ts";

/** The calls of an exchange. */
type Calls = Iterable<Bridge | ServiceCall>;

/**
 * The session whose place is taken by dialling a code: of a call that rings at a user, or the one
 * that rings longest; or of the user who has a call on hold. `nobody` where there is no such call,
 * undefined where what was called is no such code.
 */
export function takenBy(
  { pickup, retrieveCode }: Pick<ExchangeConfig, "pickup" | "retrieveCode">,
  calls: Calls,
  called: string,
): string | "nobody" | undefined {
  const picked = pickedBy(pickup?.code, calls, called);
  if (picked !== undefined) return picked;
  if (retrieveCode === undefined || !called.startsWith(retrieveCode)) return undefined;
  const user = called.slice(retrieveCode.length);
  for (const call of calls) {
    const session = call instanceof Bridge ? call.holdOf(user) : undefined;
    if (session !== undefined) return session;
  }
  return "nobody";
}

function pickedBy(
  code: string | undefined,
  calls: Calls,
  called: string,
): string | "nobody" | undefined {
  if (code === undefined || !called.startsWith(code)) return undefined;
  const user = called.slice(code.length);
  for (const call of calls) {
    if (!(call instanceof Bridge) || !call.rings) continue;
    if (user === "" || call.callee.user === user) return call.callee.session;
  }
  return "nobody";
}
