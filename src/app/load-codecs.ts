import type { CodecEngines } from "../base/codec-engines.ts";
import { PortError } from "../base/port-fault.ts";
import { loadG729 } from "../hal/linux/index.ts";
import { loadOpus } from "../hal/node/index.ts";

/** Loads the codecs that come from outside, of those wanted. Rejects with `PortError`. */
export async function loadCodecs(wanted: readonly (keyof CodecEngines)[]): Promise<CodecEngines> {
  return {
    ...(wanted.includes("opus") ? { opus: loadOpus() } : {}),
    ...(wanted.includes("g729") ? { g729: await loadG729() } : {}),
  };
}

/** Why a codec from outside cannot be used here, with what to do; undefined where it can. */
export async function codecFault(name: keyof CodecEngines): Promise<string | undefined> {
  try {
    await loadCodecs([name]);
    return undefined;
  } catch (error) {
    if (error instanceof PortError) return `${error.fault.what}: ${error.fault.advice}`;
    throw error;
  }
}
