import type { SocketAddress } from "../../base/address.ts";
import type { FaxEngine, FaxGateway } from "../../base/fax-engine.ts";
import type { FaxFlow, FaxStats, MediaEvent } from "../../base/media-messages.ts";
import { FaxSource } from "./fax-source.ts";
import { parseIfp } from "./ifp.ts";
import { FrameReader } from "./t30-frames.ts";
import { UdptlReceiver } from "./udptl-receiver.ts";
import { type UdptlCorrection, UdptlSender } from "./udptl-sender.ts";

/** What of a relay does not come from the far end. */
export interface FaxRelayConfig {
  readonly session: string;
  /** How much goes along with each packet, where redundancy or parities are agreed on. */
  readonly redundancy: number;
}

/** What comes out of a relay. `bytes` is borrowed until the next call into it. */
export type FaxRelayOutput =
  | { readonly kind: "send"; readonly bytes: Uint8Array; readonly to: SocketAddress }
  | { readonly kind: "event"; readonly event: MediaEvent };

/** Packets that one parity covers. */
const FEC_SPAN = 3;
/** Neither side has said anything for so long: whoever is at the line wants to talk. */
const SILENT_MS = 60_000;
/** After the last goodbye; a machine that still has something to say begins within that. */
const GOODBYE_MS = 3_000;

/**
 * A fax on its way between a line and T.38: the line's frames go into the gateway, its packets go
 * out as UDPTL; datagrams come in, are put in order, judged, and handed to the gateway.
 *
 *    line ─ push ─▶ gateway ─▶ packet ─▶ UDPTL, copies in the next frames ─▶ far end
 *    line ◀─ pull ─ gateway ◀─ valid? ◀─ order, recovery ◀──────────────── far end
 *
 * Only packets that our own reader takes reach the gateway: it is C.
 */
export class FaxRelay {
  readonly #config: FaxRelayConfig;
  readonly #gateway: FaxGateway;
  readonly #version: FaxFlow["version"];
  readonly #source: FaxSource;
  readonly #sender: UdptlSender;
  readonly #receiver = new UdptlReceiver();
  readonly #near = new FrameReader();
  readonly #far = new FrameReader();
  /** What is to be sent again, the oldest first, one a frame. */
  readonly #copies: Uint8Array[] = [];
  /** Whether each packet brings the one before it. */
  readonly #carriesLast: boolean;
  #outputs: FaxRelayOutput[] = [];
  #badPackets = 0;
  #sent = 0;
  #heardMs: number;
  #over: "done" | "silent" | undefined;
  #goodbyeMs: number | undefined;
  #nowMs: number;

  constructor(config: FaxRelayConfig, flow: FaxFlow, engine: FaxEngine, nowMs: number) {
    this.#config = config;
    this.#version = flow.version;
    this.#source = new FaxSource(flow.remote);
    this.#sender = new UdptlSender(correctionOf(flow, config.redundancy), flow.maxDatagram);
    this.#carriesLast = flow.correction === "redundancy" && config.redundancy > 0;
    this.#nowMs = nowMs;
    this.#heardMs = nowMs;
    this.#gateway = engine.createGateway(flow, (ifp, copies) => this.#send(ifp, copies));
  }

  /** The far end's address as signalling has it now. */
  signal(remote: SocketAddress): void {
    this.#source.signal(remote);
  }

  /** A frame that the machine at the line says. */
  push(frame: Int16Array, nowMs: number): readonly FaxRelayOutput[] {
    this.#nowMs = nowMs;
    const copy = this.#copies.shift();
    if (copy !== undefined) this.#put(copy);
    this.#gateway.hear(frame);
    this.#watch();
    return this.#taken();
  }

  /** Fills the frame that the machine at the line hears. */
  pull(frame: Int16Array, nowMs: number): readonly FaxRelayOutput[] {
    this.#nowMs = nowMs;
    this.#gateway.say(frame);
    return this.#taken();
  }

  /** A datagram. */
  receive(bytes: Uint8Array, from: SocketAddress, nowMs: number): readonly FaxRelayOutput[] {
    this.#nowMs = nowMs;
    if (!this.#source.accepts(from, bytes)) return [];
    for (const { sequence, bytes: ifp } of this.#receiver.receive(bytes)) {
      const parsed = parseIfp(ifp, this.#version);
      if (!parsed.ok) {
        this.#badPackets++;
        continue;
      }
      const { packet, length } = parsed.value;
      this.#tell("far", this.#far.read(packet));
      if (packet.kind === "data" || packet.indicator !== "no-signal") this.#heardMs = nowMs;
      this.#gateway.receive(ifp.subarray(0, length), sequence);
    }
    return this.#taken();
  }

  /** The figures so far. */
  stats(): FaxStats {
    const { received, recovered, lost, malformed } = this.#receiver.counts;
    return {
      packetsSent: this.#sent,
      packetsReceived: received,
      packetsRecovered: recovered,
      packetsLost: lost,
      malformed: malformed + this.#badPackets,
      ...this.#gateway.figures,
    };
  }

  /** Ends it; nothing may be called afterwards. */
  close(): void {
    this.#gateway.close();
  }

  #send(ifp: Uint8Array, copies: number): void {
    const parsed = parseIfp(ifp, this.#version);
    if (parsed.ok) {
      const { packet } = parsed.value;
      this.#tell("near", this.#near.read(packet));
      if (packet.kind === "data" || packet.indicator !== "no-signal") this.#heardMs = this.#nowMs;
    }
    const datagram = this.#sender.wrap(ifp);
    if (datagram === undefined) return;
    this.#sent++;
    const bytes = datagram.slice();
    // What is to be sent again goes along with this one: the last is what nothing goes along with.
    if (this.#carriesLast) this.#copies.length = 0;
    this.#put(bytes);
    for (let n = 1; n < copies; n++) this.#copies.push(bytes);
  }

  #put(bytes: Uint8Array): void {
    this.#outputs.push({ kind: "send", bytes, to: this.#source.destination });
  }

  #tell(side: "near" | "far", frames: readonly string[]): void {
    const { session } = this.#config;
    for (const frame of frames) {
      this.#goodbyeMs = frame === "DCN" ? this.#nowMs : undefined;
      this.#outputs.push({ kind: "event", event: { kind: "fax-frame", session, frame, side } });
    }
  }

  /** Whether it is over: told once. */
  #watch(): void {
    if (this.#over !== undefined) return;
    const sinceGoodbye = this.#nowMs - (this.#goodbyeMs ?? Number.POSITIVE_INFINITY);
    if (sinceGoodbye >= GOODBYE_MS) this.#over = "done";
    else if (this.#nowMs - this.#heardMs >= SILENT_MS) this.#over = "silent";
    if (this.#over === undefined) return;
    const { session } = this.#config;
    this.#outputs.push({ kind: "event", event: { kind: "fax-over", session, why: this.#over } });
  }

  #taken(): readonly FaxRelayOutput[] {
    const outputs = this.#outputs;
    if (outputs.length > 0) this.#outputs = [];
    return outputs;
  }
}

function correctionOf({ correction }: FaxFlow, redundancy: number): UdptlCorrection {
  switch (correction) {
    case "none":
      return { kind: "none" };
    case "redundancy":
      return { kind: "redundancy", packets: redundancy };
    case "fec":
      return { kind: "fec", span: FEC_SPAN, parities: redundancy };
  }
}
