import type { SoundArithmetic } from "../../base/sound-arithmetic.ts";
import { createVectorSoundArithmetic } from "../../hal/drivers/vector-sound.ts";
import { createReferenceSoundArithmetic, SOUND_TABLES } from "../../media/index.ts";

/**
 * The arithmetic of all lines' and sessions' sound: with vectors where this machine has any. Both
 * agree bit by bit: a simulated world is the same on every machine.
 */
export const soundArithmetic: SoundArithmetic = (
  createVectorSoundArithmetic() ?? createReferenceSoundArithmetic
)(SOUND_TABLES);
