import { printAddress } from "../../../src/base/address.ts";
import { hexFromBytes } from "../../../src/base/bytes.ts";
import type { VirtualNetwork } from "../world/network.ts";
import type { TraceSink } from "./trace.ts";

/** What of a payload goes into the trace: a check value (cheap) or every byte. */
export type PayloadDetail = "check" | "hex";

/** Traces every datagram of a network; the returned function ends it. */
export function traceNetwork(
  network: VirtualNetwork,
  sink: TraceSink,
  detail: PayloadDetail = "check",
): () => void {
  return network.tap(({ kind, atMs, from, to, payload, why }) =>
    sink({
      atMs,
      source: "network",
      kind,
      from: printAddress(from),
      to: printAddress(to),
      bytes: payload.length,
      ...(detail === "hex" ? { hex: hexFromBytes(payload) } : { check: checkOfBytes(payload) }),
      why,
    }),
  );
}

/** FNV-1a of 32 bits as eight hexadecimal digits: enough to see that two payloads differ. */
export function checkOfBytes(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
