import { printAddress, type SocketAddress } from "../../../src/base/address.ts";
import { hexFromBytes } from "../../../src/base/bytes.ts";
import { invariant } from "../../../src/base/invariant.ts";
import type { DatagramEvent, DatagramLoss, VirtualNetwork } from "../world/network.ts";
import type { LaterEvents, Trace, TraceEvent } from "./trace.ts";

/** What of a payload goes into the trace: a check value (cheap) or every byte. */
export type PayloadDetail = "check" | "hex";

/**
 * Datagrams as they were seen, in columns: an object for each of them would be all that a long run
 * has to keep. Payloads in flight never change, so where they lie is enough.
 */
class DatagramLog implements LaterEvents {
  readonly #detail: PayloadDetail;
  readonly #print = rememberedAddresses();
  readonly #kinds: DatagramEvent["kind"][] = [];
  readonly #times: number[] = [];
  readonly #from: SocketAddress[] = [];
  readonly #to: SocketAddress[] = [];
  readonly #buffers: ArrayBufferLike[] = [];
  readonly #offsets: number[] = [];
  readonly #lengths: number[] = [];
  /** Of those that were lost. */
  readonly #whys = new Map<number, DatagramLoss>();

  constructor(detail: PayloadDetail) {
    this.#detail = detail;
  }

  /** Appends a datagram; its number. */
  add({ kind, atMs, from, to, payload, why }: DatagramEvent): number {
    const number = this.#kinds.length;
    this.#kinds.push(kind);
    this.#times.push(atMs);
    this.#from.push(from);
    this.#to.push(to);
    this.#buffers.push(payload.buffer);
    this.#offsets.push(payload.byteOffset);
    this.#lengths.push(payload.length);
    if (why !== undefined) this.#whys.set(number, why);
    return number;
  }

  /** Takes the last one back. */
  drop(): void {
    this.#kinds.pop();
    this.#times.pop();
    this.#from.pop();
    this.#to.pop();
    this.#buffers.pop();
    this.#offsets.pop();
    this.#lengths.pop();
    this.#whys.delete(this.#kinds.length);
  }

  toTrace(number: number): TraceEvent {
    const [buffer, from, to] = [this.#buffers[number], this.#from[number], this.#to[number]];
    invariant(buffer !== undefined && from !== undefined && to !== undefined, "it was added");
    const payload = new Uint8Array(buffer, this.#offsets[number], this.#lengths[number]);
    return {
      atMs: this.#times[number] ?? 0,
      source: "network",
      kind: this.#kinds[number] ?? "",
      from: this.#print(from),
      to: this.#print(to),
      bytes: payload.length,
      ...(this.#detail === "hex"
        ? { hex: hexFromBytes(payload) }
        : { check: checkOfBytes(payload) }),
      why: this.#whys.get(number),
    };
  }
}

/** Traces every datagram of a network; the returned function ends it. */
export function traceNetwork(
  network: VirtualNetwork,
  trace: Pick<Trace, "addLater">,
  detail: PayloadDetail = "check",
): () => void {
  const log = new DatagramLog(detail);
  return network.tap((event) => {
    if (!trace.addLater(log, log.add(event))) log.drop();
  });
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
