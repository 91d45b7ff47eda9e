import type { SocketAddress } from "../../../src/base/address.ts";
import type { UdpSocket } from "../../../src/hal/ports/net.ts";
import { BENCH_HOST } from "../../hw-sim/bench/bench.ts";
import { printRtp } from "../../hw-sim/peers/rtp-reader.ts";
import type { DatagramEvent, VirtualNetwork } from "../../hw-sim/world/network.ts";
import type { StrangerAct } from "./story.ts";

/** What is done to media that others send. */
const THEFTS = ["replays", "forges", "malforms", "media-flood"] as const;
type Theft = (typeof THEFTS)[number];
/** Whether an act is one of them. */
export const isTheft = (word: StrangerAct["word"]): word is Theft =>
  THEFTS.some((one) => one === word);

/** So many packets of each stream are kept, and so many streams, the newest. */
const KEPT_PACKETS = 40;
const KEPT_FLOWS = 8;
const FLOOD_PACKETS = 60;
/** Ports near one that is known. */
const NEAR_PORTS = 6;
/** A payload type that nobody agrees on. */
const ODD_PAYLOAD_TYPE = 77;

/** A stream of voice to the box. */
interface Flow {
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  readonly packets: Uint8Array[];
}

/**
 * Has seen voice go by, and sends to where it goes: what was sent already, what cannot be read, far
 * too much; under its own address, and what no receiver may take from anybody under that of who
 * talks.
 */
export class MediaThief {
  readonly #network: VirtualNetwork;
  readonly #own: string;
  readonly #flows = new Map<string, Flow>();

  /** `own` is the host that it sends from. */
  constructor(network: VirtualNetwork, own: string) {
    this.#own = own;
    this.#network = network;
    network.tap((event) => this.#watch(event));
  }

  /** Does it to every stream that is known. */
  does(theft: Theft, socket: UdpSocket | undefined): void {
    for (const flow of this.#flows.values()) {
      const own = (bytes: Uint8Array): void => socket?.send(bytes, flow.to);
      const forged = (bytes: Uint8Array): void => this.#network.forge(flow.from, flow.to, bytes);
      switch (theft) {
        case "replays":
          for (const packet of flow.packets) {
            own(packet);
            forged(packet);
          }
          break;
        case "forges":
          for (const packet of forgeries(flow)) {
            own(packet);
            forged(packet);
          }
          break;
        case "malforms":
          for (const packet of malformed(flow)) {
            own(packet);
            forged(packet);
            const control = { ...flow.to, port: flow.to.port + 1 };
            socket?.send(packet, control);
          }
          break;
        case "media-flood":
          for (let at = 0; at < FLOOD_PACKETS; at++) {
            const port = flow.to.port + (at % NEAR_PORTS);
            socket?.send(flow.packets[at % flow.packets.length] ?? new Uint8Array(0), {
              ...flow.to,
              port,
            });
          }
          break;
      }
    }
  }

  #watch({ kind, from, to, payload }: DatagramEvent): void {
    if (kind !== "datagram-sent" || to.host !== BENCH_HOST || !isVoice(payload)) return;
    if (from.host === this.#own) return;
    const key = `${from.host}:${from.port}>${to.port}`;
    const flow = this.#flows.get(key) ?? { from, to, packets: [] };
    flow.packets.push(payload.slice());
    if (flow.packets.length > KEPT_PACKETS) flow.packets.shift();
    this.#flows.delete(key);
    this.#flows.set(key, flow);
    const [oldest] = this.#flows.keys();
    if (this.#flows.size > KEPT_FLOWS && oldest !== undefined) this.#flows.delete(oldest);
  }
}

function isVoice(payload: Uint8Array): boolean {
  const type = payload[1] ?? 0;
  return payload.length > 12 && (payload[0] ?? 0) >> 6 === 2 && !(type >= 192 && type <= 223);
}

/** What belongs to no stream that was agreed on, each a whole packet. */
function forgeries({ packets }: Flow): readonly Uint8Array[] {
  const last = packets.at(-1) ?? new Uint8Array(12);
  const view = new DataView(last.buffer, last.byteOffset, last.length);
  const [sequence, timestamp, ssrc] = [view.getUint16(2), view.getUint32(4), view.getUint32(8)];
  const loud = Uint8Array.from({ length: 160 }, (_, at) => (at % 2 === 0 ? 0x80 : 0x00));
  return Array.from({ length: 12 }, (_, at) =>
    printRtp({
      marker: at === 0,
      payloadType: ODD_PAYLOAD_TYPE,
      sequence: (sequence + at) & 0xffff,
      timestamp: (timestamp + 160 * at) >>> 0,
      ssrc: at % 2 === 0 ? ssrc : (ssrc ^ 0x5555_5555) >>> 0,
      payload: loud,
    }),
  );
}

/** What is no packet, or says of itself what is not so. */
function malformed({ packets }: Flow): readonly Uint8Array[] {
  const last = packets.at(-1) ?? new Uint8Array(12);
  const changed = (at: number, value: number): Uint8Array => {
    const packet = last.slice();
    packet[at] = value;
    return packet;
  };
  const ssrc = [...last.slice(8, 12)];
  return [
    new Uint8Array(0),
    Uint8Array.of(0x80),
    last.slice(0, 11),
    // Fifteen sources that contribute, an extension, padding: all longer than the packet.
    changed(0, 0x8f).slice(0, 40),
    changed(0, 0x90).slice(0, 13),
    changed(0, 0xa0),
    changed(0, 0x40),
    changed(0, 0xc0),
    // Reports that say that they are longer, or as long as a word, and a name without its end.
    Uint8Array.of(0x81, 201, 0xff, 0xff, ...ssrc),
    Uint8Array.of(0x9f, 200, 0, 1, ...ssrc),
    Uint8Array.of(0x81, 202, 0, 2, ...ssrc, 1, 200, 65, 66),
    Uint8Array.of(0x80, 207, 0, 2, ...ssrc, 4, 0, 0xff, 0xff),
    // UDPTL with more pages than bytes, STUN with an attribute past its end.
    Uint8Array.of(0, 1, 0xff, 0x81, 0x82, 0x83),
    Uint8Array.of(0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42, ...ssrc, ...ssrc, ...ssrc, 0, 6, 0xff, 0xff),
  ];
}
