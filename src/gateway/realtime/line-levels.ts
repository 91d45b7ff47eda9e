import { AutomaticGain, DcRemoval, Gain, type LineAudioConfig } from "../../media/index.ts";
import type { RealtimeLineConfig } from "./realtime-config.ts";
import { soundArithmetic } from "./sound-arithmetic.ts";

/**
 * The line's levels as its audio graph takes them: what is constant is taken away, then come the
 * gains of the configuration. Tones are not in it: their levels are the country's.
 */
export function createLineLevels(
  { gain, automaticGain }: Pick<RealtimeLineConfig, "gain" | "automaticGain">,
  frameSamples: number,
): Pick<LineAudioConfig, "conditionNear" | "shapeNear" | "shapeFar"> {
  const constant = new DcRemoval(soundArithmetic);
  const near = new Gain(frameSamples, gain?.txDb ?? 0);
  const far = new Gain(frameSamples, gain?.rxDb ?? 0);
  const automatic = automaticGain === true ? new AutomaticGain(frameSamples) : undefined;
  return {
    conditionNear: (frame, captured) => constant.process(frame, captured),
    shapeNear: (frame) => {
      near.process(frame);
      automatic?.process(frame);
    },
    shapeFar: (frame) => far.process(frame),
  };
}
