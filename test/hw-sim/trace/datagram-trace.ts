import { printAddress, type SocketAddress } from "../../../src/base/address.ts";
import { hexFromBytes } from "../../../src/base/bytes.ts";
import type { DatagramEvent, VirtualNetwork } from "../world/network.ts";
import type { LaterEvent, TraceEvent } from "./trace.ts";

/** What of a payload goes into the trace: a check value (cheap) or every byte. */
export type PayloadDetail = "check" | "hex";

type PrintAddress = (address: SocketAddress) => string;

/** A datagram as it was seen: payloads in flight never change. */
class SeenDatagram implements LaterEvent {
  readonly #event: DatagramEvent;
  readonly #detail: PayloadDetail;
  readonly #print: PrintAddress;

  constructor(event: DatagramEvent, detail: PayloadDetail, print: PrintAddress) {
    this.#event = event;
    this.#detail = detail;
    this.#print = print;
  }

  toTrace(): TraceEvent {
    const { kind, atMs, from, to, payload, why } = this.#event;
    return {
      atMs,
      source: "network",
      kind,
      from: this.#print(from),
      to: this.#print(to),
      bytes: payload.length,
      ...(this.#detail === "hex"
        ? { hex: hexFromBytes(payload) }
        : { check: checkOfBytes(payload) }),
      why,
    };
  }
}

/** Traces every datagram of a network; the returned function ends it. */
export function traceNetwork(
  network: VirtualNetwork,
  sink: (event: LaterEvent) => void,
  detail: PayloadDetail = "check",
): () => void {
  const print = rememberedAddresses();
  return network.tap((event) => sink(new SeenDatagram(event, detail, print)));
}

/** Prints addresses, each of them once: there are few, and many datagrams. */
function rememberedAddresses(): PrintAddress {
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
