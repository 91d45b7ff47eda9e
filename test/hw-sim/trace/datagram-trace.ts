import { printAddress, type SocketAddress } from "../../../src/base/address.ts";
import { hexFromBytes } from "../../../src/base/bytes.ts";
import { invariant } from "../../../src/base/invariant.ts";
import type { DatagramEvent, DatagramLoss, VirtualNetwork } from "../world/network.ts";
import type { LaterEvents, Trace, TraceEvent } from "./trace.ts";

/** What of a payload goes into the trace: a check value (cheap) or every byte. */
export type PayloadDetail = "check" | "hex";

/** Rows of one piece of the columns. */
const PIECE_ROWS = 512;
/** Numbers of a row, and which is which. */
const ROW = { kind: 0, from: 1, to: 2, kept: 3, keptAt: 4, length: 5 } as const;
const ROW_NUMBERS = Object.keys(ROW).length;
const KINDS: readonly DatagramEvent["kind"][] = [
  "datagram-sent",
  "datagram-delivered",
  "datagram-lost",
];
/** Addresses and places that are looked for among those before: there are few at a time. */
const RECENT = 8;

/** A piece of the columns. */
interface Piece {
  readonly times: Float64Array;
  readonly rows: Uint32Array;
}

/**
 * Datagrams as they were seen, in columns of plain numbers: an object for each of them would be
 * all that a long run has to keep, and to look through for garbage. Of a payload it has where the
 * network keeps it.
 */
class DatagramLog implements LaterEvents {
  readonly #detail: PayloadDetail;
  readonly #print = rememberedAddresses();
  readonly #pieces: Piece[] = [];
  readonly #addresses: SocketAddress[] = [];
  readonly #keeps: Uint8Array[] = [];
  /** Of those that were lost. */
  readonly #whys = new Map<number, DatagramLoss>();
  #count = 0;

  constructor(detail: PayloadDetail) {
    this.#detail = detail;
  }

  /** Appends a datagram; its number. */
  add({ kind, atMs, from, to, payload, kept, keptAt, why }: DatagramEvent): number {
    const number = this.#count++;
    const row = number % PIECE_ROWS;
    const { times, rows } = this.#pieceOf(number);
    const at = row * ROW_NUMBERS;
    times[row] = atMs;
    rows[at + ROW.kind] = KINDS.indexOf(kind);
    rows[at + ROW.from] = placeOf(from, this.#addresses);
    rows[at + ROW.to] = placeOf(to, this.#addresses);
    rows[at + ROW.kept] = placeOf(kept, this.#keeps);
    rows[at + ROW.keptAt] = keptAt;
    rows[at + ROW.length] = payload.length;
    if (why !== undefined) this.#whys.set(number, why);
    return number;
  }

  /** Takes the last one back. */
  drop(): void {
    this.#count--;
    this.#whys.delete(this.#count);
  }

  #pieceOf(number: number): Piece {
    const place = Math.floor(number / PIECE_ROWS);
    const known = this.#pieces[place];
    if (known !== undefined) return known;
    const rows = new Uint32Array(PIECE_ROWS * ROW_NUMBERS);
    const made = { times: new Float64Array(PIECE_ROWS), rows };
    this.#pieces.push(made);
    return made;
  }

  toTrace(number: number): TraceEvent {
    const { times, rows } = this.#pieceOf(number);
    const row = number % PIECE_ROWS;
    const first = row * ROW_NUMBERS;
    const read = (column: number): number => rows[first + column] ?? 0;
    const [from, to] = [this.#addresses[read(ROW.from)], this.#addresses[read(ROW.to)]];
    const kept = this.#keeps[read(ROW.kept)];
    invariant(kept !== undefined && from !== undefined && to !== undefined, "it was added");
    const keptAt = read(ROW.keptAt);
    const payload = kept.subarray(keptAt, keptAt + read(ROW.length));
    return {
      atMs: times[row] ?? 0,
      source: "network",
      kind: KINDS[read(ROW.kind)] ?? "",
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

/** Where in a list something is, appended where it is none of the last ones. */
function placeOf<Thing>(thing: Thing, list: Thing[]): number {
  const least = Math.max(0, list.length - RECENT);
  for (let place = list.length - 1; place >= least; place--) {
    if (list[place] === thing) return place;
  }
  return list.push(thing) - 1;
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
