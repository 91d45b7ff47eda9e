import { printAddress, type SocketAddress } from "../../../src/base/address.ts";
import { hexFromBytes } from "../../../src/base/bytes.ts";
import type { VirtualNetwork } from "../world/network.ts";
import type { TraceLater, TraceSink } from "./trace.ts";

/** What of a payload goes into the trace: a check value (cheap) or every byte. */
export type PayloadDetail = "check" | "hex";

/** A payload's check value, worked out where it is asked for: payloads in flight never change. */
class LaterCheck implements TraceLater {
  readonly #payload: Uint8Array;

  constructor(payload: Uint8Array) {
    this.#payload = payload;
  }

  toJSON(): string {
    return checkOfBytes(this.#payload);
  }
}

/** Traces every datagram of a network; the returned function ends it. */
export function traceNetwork(
  network: VirtualNetwork,
  sink: TraceSink,
  detail: PayloadDetail = "check",
): () => void {
  const print = rememberedAddresses();
  return network.tap(({ kind, atMs, from, to, payload, why }) =>
    sink({
      atMs,
      source: "network",
      kind,
      from: print(from),
      to: print(to),
      bytes: payload.length,
      ...(detail === "hex" ? { hex: hexFromBytes(payload) } : { check: new LaterCheck(payload) }),
      why,
    }),
  );
}

/** Prints addresses, each of them once: there are few, and many datagrams. */
function rememberedAddresses(): (address: SocketAddress) => string {
  const hosts = new Map<string, Map<number, string>>();
  return (address) => {
    let ports = hosts.get(address.host);
    if (ports === undefined) {
      ports = new Map();
      hosts.set(address.host, ports);
    }
    const known = ports.get(address.port);
    if (known !== undefined) return known;
    const printed = printAddress(address);
    ports.set(address.port, printed);
    return printed;
  };
}

/** FNV-1a of 32 bits as eight hexadecimal digits: enough to see that two payloads differ. */
export function checkOfBytes(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
