import { err, ok, type Result } from "../../base/result.ts";
import { NOISE_ORDER_MAX, type NoiseModel } from "../dsp/noise-model.ts";

/** The static payload type of comfort noise at 8 kHz. @see RFC 3551 §6, table 4 */
export const COMFORT_NOISE_PAYLOAD_TYPE = 13;

/** The longest payload that is written. */
export const COMFORT_NOISE_MAX_BYTES = 1 + NOISE_ORDER_MAX;

/** The level byte's limit: −127 dBov. */
const LEVEL_MAX = 127;

/** Why bytes are no comfort noise. */
export type ComfortNoiseError = "empty";

/**
 * Reads a payload.
 *
 *     0 1 2 3 4 5 6 7
 *    +-+-+-+-+-+-+-+-+---------+---------+   level: −dBov
 *    |0|   level     | N1      | N2      |…  kᵢ = 258·(Nᵢ − 127) ÷ 32768; 255 does not occur
 *    +-+-+-+-+-+-+-+-+---------+---------+
 *
 * The top bit of the level is not looked at; coefficients past the tenth are left out.
 * @see RFC 3389 §3
 */
export function parseComfortNoise(payload: Uint8Array): Result<NoiseModel, ComfortNoiseError> {
  const level = payload[0];
  if (level === undefined) return err("empty");
  const codes = payload.subarray(1, 1 + NOISE_ORDER_MAX);
  const reflections = Array.from(codes, (code) => (258 * (Math.min(254, code) - 127)) / 32768);
  const levelDbov = 0 - (level & LEVEL_MAX);
  return ok({ levelDbov, reflections });
}

/** Writes a payload to the beginning of `out`; returns its length, at most 11 bytes. */
export function writeComfortNoise(out: Uint8Array, model: NoiseModel): number {
  const { levelDbov, reflections } = model;
  out[0] = Math.max(0, Math.min(LEVEL_MAX, Math.round(-levelDbov)));
  const order = Math.min(reflections.length, NOISE_ORDER_MAX);
  for (let at = 0; at < order; at++) {
    const code = Math.round(((reflections[at] ?? 0) * 32768) / 258) + 127;
    out[1 + at] = Math.max(0, Math.min(254, code));
  }
  return 1 + order;
}
