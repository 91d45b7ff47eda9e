import type { MediaEvent } from "../base/media-messages.ts";
import { isFaxCodec } from "./call-media.ts";
import { type Call, type CallContext, logOf } from "./call-state.ts";
import { type Changed, reoffer } from "./hold.ts";

/**
 * A fax machine or modem is heard. One that answers on our own line moves the call to G.711, where
 * it is by another codec; one at the far end is the far end's to move. @see ITU-T V.152 §6
 */
export function faxHeard(
  context: CallContext,
  call: Call,
  event: Extract<MediaEvent, { kind: "fax-tone" }>,
): Changed {
  const where = event.side === "near" ? "on our line" : "at the far end";
  const what = event.tone === "cng" ? "calls" : "answers";
  const told = logOf(context, "info", `A fax machine or modem ${what} ${where}.`);
  const codec = call.flow?.codec.name ?? "";
  const moves =
    context.config.passesModems === true &&
    event.tone !== "cng" &&
    event.side === "near" &&
    !isFaxCodec(codec);
  if (!moves) return { call, outputs: [told] };
  return reoffer(context, { ...call, isFax: true }, [told]);
}
