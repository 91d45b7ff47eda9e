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
  /** Whether a modem's or fax machine's is, too: by the filter alone, nothing else is changed. */
  readonly cancelsModemEcho?: boolean;
}

/**
 * The line's echo canceller as its audio graph takes it: with vector arithmetic where there is any,
 * aligned by the delay that the sound path reports. Nothing without a tail.
 *
 * The graph says what was played a frame ago, the stream counts from the frame of this call: so its
 * delay is that of a frame where playing and capturing are one step.
 */
export function createLineEcho(
  { echoTailMs: tailMs, cancelsModemEcho = false }: LineEchoConfig,
  pcm: PcmStream,
): Pick<LineAudioConfig, "cancelEcho" | "suppressEcho"> {
  if (tailMs === undefined) return {};
  const { frameSamples } = pcm;
  const canceller = new EchoCanceller({
    ...{ frameSamples, tailMs, createFilter },
    arithmetic: soundArithmetic,
  });
  let hasModem = false;
  return {
    cancelEcho: (near, played, pass) => {
      hasModem = pass;
      canceller.passes = pass && !cancelsModemEcho;
      const told = (pcm.bulkDelaySamples ?? frameSamples) - frameSamples - EARLY_SAMPLES;
      const delay = Math.max(0, told);
      if (Math.abs(delay - canceller.bulkDelaySamples) > FOLLOWED_SAMPLES) {
        canceller.bulkDelaySamples = delay;
      }
      canceller.cancel(near, played);
    },
    suppressEcho: (near) => {
      if (!hasModem) canceller.suppress(near);
    },
  };
}
