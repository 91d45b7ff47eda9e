import type { FaxEngine } from "../base/fax-engine.ts";
import { PortError } from "../base/port-fault.ts";
import { loadSpandspFax } from "../hal/linux/index.ts";

/** Loads the modems of T.38. Rejects with `PortError`. */
export async function loadFax(): Promise<FaxEngine> {
  return loadSpandspFax();
}

/** Why they cannot be used here, with what to do; undefined where they can. */
export async function faxFault(): Promise<string | undefined> {
  try {
    await loadFax();
    return undefined;
  } catch (error) {
    if (error instanceof PortError) return `${error.fault.what}: ${error.fault.advice}`;
    throw error;
  }
}
