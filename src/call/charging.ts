import {
  ADVICE_OF_CHARGE_TYPE,
  CHARGING_UNIT,
  headerValue,
  parseAdviceOfCharge,
  type SipRequest,
} from "../sip/index.ts";
import { type Call, type CallContext, logOf, toLine } from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";
import { peerOf } from "./session-update.ts";

/** Most units of one call that are counted. */
const UNITS_MAX = 100_000;

/** A request of the far end's server may tell what the call costs; others change nothing. */
export function withCharge(
  context: CallContext,
  call: Call,
  request: SipRequest | undefined,
): { readonly call: Call; readonly outputs: readonly CallOutput[] } {
  if (request === undefined || contentType(request) !== ADVICE_OF_CHARGE_TYPE) {
    return { call, outputs: [] };
  }
  const advice = parseAdviceOfCharge(request.body);
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

function contentType(request: SipRequest): string | undefined {
  return headerValue(request, "content-type")?.split(";", 1)[0]?.trim().toLowerCase();
}

/** Units that have begun: a counter shows whole ones. 0 where the price of one is not known. */
function unitsOf(context: CallContext, { amount, unit }: NonNullable<Call["charge"]>): number {
  const price = unit === CHARGING_UNIT ? 1 : (context.config.charging?.unitPrice ?? 0);
  // A price of 0.1 goes into 0.3 three times, whatever binary fractions say.
  return price > 0 ? Math.min(UNITS_MAX, Math.ceil(amount / price - 1e-6)) : 0;
}
