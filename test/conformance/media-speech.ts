import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseLineWav } from "../hw-sim/audio/wav.ts";

/** Where Debian's asterisk-core-sounds-*-wav packages put recorded speech, 8 kHz mono. */
const folder = "/usr/share/asterisk/sounds";
const required = process.env["TIPRING_VECTORS_REQUIRED"] === "1";

/** Whether recorded speech is installed. */
export const speechAvailable = existsSync(folder) || required;

/** Shorter recordings are single words. */
const SHORT_SAMPLES = 12_000;

/**
 * So many seconds of recorded speech: sentences one after the other, from the `skip`th file of a
 * voice on, whose folder begins with `voice` (a language, like `en_US`).
 */
export function recordedSpeech(voice: string, seconds: number, skip: number): Int16Array {
  const speaker = readdirSync(folder).find((name) => name.startsWith(voice)) ?? voice;
  const files = readdirSync(join(folder, speaker)).filter((name) => name.endsWith(".wav"));
  const out = new Int16Array(seconds * 8000);
  let filled = 0;
  for (const file of files.sort().slice(skip)) {
    if (filled >= out.length) break;
    const wav = parseLineWav(readFileSync(join(folder, speaker, file)), file);
    if (!wav.ok || wav.value.length < SHORT_SAMPLES) continue;
    const piece = wav.value.subarray(0, out.length - filled);
    out.set(piece, filled);
    filled += piece.length;
  }
  if (filled < out.length) throw new Error(`${speaker} has less than ${seconds} s from ${skip} on`);
  return out;
}
