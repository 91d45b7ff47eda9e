import { createVectorEchoFilter } from "../../hal/drivers/vector-echo-filter.ts";
import type { PcmStream } from "../../hal/ports/pcm-stream.ts";
import {
  createReferenceEchoFilter,
  EchoCanceller,
  type LineAudioConfig,
} from "../../media/index.ts";
import { soundArithmetic } from "./sound-arithmetic.ts";

/** Both agree bit by bit: a simulated world is the same on every machine. */
const createFilter = createVectorEchoFilter() ?? createReferenceEchoFilter;

/** An estimate of the sound path's delay is this little off: the filter begins so much earlier. */
const EARLY_SAMPLES = 16;
/** Changes up to here are followed by the filter, which need not forget what it knows. */
const FOLLOWED_SAMPLES = 12;

/** How a line's echo is cancelled. */
export interface LineEchoConfig {
  /** Echo is cancelled over so long a tail; undefined leaves it. */
  readonly echoTailMs?: number;
  /**
   * Whether a modem's or fax machine's is, too: by the filter alone, nothing else is changed.
   * Default yes.
   */
  readonly cancelsModemEcho?: boolean;
}

/**
 * The line's echo canceller as its audio graph takes it: with vector arithmetic where there is any,
 * aligned by the delay that the sound path reports. Nothing without a tail.
 *
 * While a machine talks nothing is made up in place of residual echo. The filter stays, or what is
 * late by two fixed delays falls into a fax machine's pauses; but not for modems that ask for it by
 * 2100 Hz with reversals, until both are silent (ITU-T G.168 §7). A machine of Group 3 asks for
 * nothing: one that could do V.34 says that tone, too, and then commands by V.21.
 *
 * The graph says what was played a frame ago, the stream counts from the frame of this call: so its
 * delay is that of a frame where playing and capturing are one step.
 */
export function createLineEcho(
  { echoTailMs: tailMs, cancelsModemEcho = true }: LineEchoConfig,
  pcm: PcmStream,
): Pick<LineAudioConfig, "cancelEcho" | "suppressEcho"> {
  if (tailMs === undefined) return {};
  const { frameSamples } = pcm;
  const canceller = new EchoCanceller({
    ...{ frameSamples, tailMs, createFilter },
    arithmetic: soundArithmetic,
  });
  let hasMachine = false;
  return {
    cancelEcho: (near, played, machine) => {
      hasMachine = machine !== undefined;
      canceller.passes = hasMachine && !cancelsModemEcho;
      if (machine === "fax") canceller.release();
      const told = (pcm.bulkDelaySamples ?? frameSamples) - frameSamples - EARLY_SAMPLES;
      const delay = Math.max(0, told);
      if (Math.abs(delay - canceller.bulkDelaySamples) > FOLLOWED_SAMPLES) {
        canceller.bulkDelaySamples = delay;
      }
      canceller.cancel(near, played);
    },
    suppressEcho: (near) => {
      if (!hasMachine) canceller.suppress(near);
    },
  };
}
