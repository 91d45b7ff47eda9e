import {
  ADVICE_OF_CHARGE_TYPE,
  CHARGING_UNIT,
  type Charge,
  findBodyPart,
  headerValue,
  parseAdviceOfCharge,
  type SipMessage,
  type UaEvent,
} from "../sip/index.ts";
import { type Call, type CallContext, logOf, toLine, toUa } from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";
import { peerOf } from "./session-update.ts";

/** Most units of one call that are counted. */
const UNITS_MAX = 100_000;

/** A message that may tell of a cost, and whether our server vouches for it. */
export interface Told {
  readonly message: SipMessage | undefined;
  readonly fromServer?: true | undefined;
}

/**
 * A request of the line's server may tell what the call costs; others change nothing. Of anybody
 * else it is not believed: whoever we talk to could set our meter running.
 */
export function withCharge(
  context: CallContext,
  call: Call,
  { message, fromServer }: Told,
): { readonly call: Call; readonly outputs: readonly CallOutput[] } {
  const advice = adviceIn(message);
  if (advice === undefined) return { call, outputs: [] };
  if (fromServer !== true) {
    const text = `What ${peerOf(call)} tells of the cost is not believed: it is not our server.`;
    return { call, outputs: [logOf(context, "debug", text)] };
  }
  if (!advice.ok) {
    const text = `What ${peerOf(call)} tells of the cost ${advice.error}.`;
    return { call, outputs: [logOf(context, "debug", text)] };
  }
  const { charge } = advice.value;
  if (charge === undefined) return { call, outputs: [] };
  const units = unitsOf(context, charge);
  const counted = call.unitsCounted ?? 0;
  const isOurs = context.config.charging !== undefined && call.direction === "out";
  const pulses = isOurs ? Math.max(0, units - counted) : 0;
  return {
    call: { ...call, charge, unitsCounted: counted + pulses },
    outputs: pulses === 0 ? [] : [toLine({ kind: "metering", pulses })],
  };
}

/** What a BYE is called whose answer may tell what the call has cost. */
const BYE_PREFIX = "cost of ";

/**
 * Ends a call that the near end leaves. Where costs are told or counted, a server may tell all of
 * it in its answer to our BYE (Asterisk does): that is waited for.
 */
export function endForCost({ config }: CallContext, call: Call): CallOutput {
  const { session, charge } = call;
  const isAnswered = call.direction === "out" && call.answeredMs !== undefined;
  const asks = isAnswered && (config.charging !== undefined || charge !== undefined);
  const request = asks ? { request: `${BYE_PREFIX}${call.id}` } : {};
  return toUa({ kind: "end", session, ...request });
}

/** The call of whose BYE an output waits for the answer. */
export function costAsked(output: CallOutput): string | undefined {
  if (output.kind !== "ua" || output.command.kind !== "end") return undefined;
  return output.command.request?.slice(BYE_PREFIX.length);
}

/** The answer to such a BYE: of which call it is, and what it cost where that is told. */
export function costTold(
  event: UaEvent,
): { readonly call: string; readonly charge?: Charge } | undefined {
  if (event.kind !== "response" || !event.request.startsWith(BYE_PREFIX)) return undefined;
  const advice = event.fromServer === true ? adviceIn(event.response) : undefined;
  const charge = advice?.ok === true ? advice.value.charge : undefined;
  const call = event.request.slice(BYE_PREFIX.length);
  return { call, ...(charge === undefined ? {} : { charge }) };
}

function adviceIn(
  message: SipMessage | undefined,
): ReturnType<typeof parseAdviceOfCharge> | undefined {
  if (message === undefined) return undefined;
  const type = headerValue(message, "content-type");
  const body = findBodyPart(type, message.body, ADVICE_OF_CHARGE_TYPE);
  return body === undefined ? undefined : parseAdviceOfCharge(body);
}

/** Units that have begun: a counter shows whole ones. 0 where the price of one is not known. */
function unitsOf(context: CallContext, { amount, unit }: NonNullable<Call["charge"]>): number {
  const price = unit === CHARGING_UNIT ? 1 : (context.config.charging?.unitPrice ?? 0);
  // A price of 0.1 goes into 0.3 three times, whatever binary fractions say.
  return price > 0 ? Math.min(UNITS_MAX, Math.ceil(amount / price - 1e-6)) : 0;
}
