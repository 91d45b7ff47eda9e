import type { DtlsEngine } from "../base/dtls-engine.ts";
import { PortError } from "../base/port-fault.ts";
import { loadOpensslDtls } from "../hal/linux/index.ts";

/** One for as long as the program runs: what OpenSSL keeps of it is never given back. */
let loaded: Promise<DtlsEngine> | undefined;

/** Loads what keys by DTLS come from, with a certificate of its own. Rejects with `PortError`. */
export function loadDtls(): Promise<DtlsEngine> {
  loaded ??= loadOpensslDtls();
  return loaded;
}

/** Why they cannot be had here, with what to do; undefined where they can. */
export async function dtlsFault(): Promise<string | undefined> {
  try {
    await loadDtls();
    return undefined;
  } catch (error) {
    if (error instanceof PortError) return `${error.fault.what}: ${error.fault.advice}`;
    throw error;
  }
}
