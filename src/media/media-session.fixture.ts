import type { SocketAddress } from "../base/address.ts";
import { earlierMs, NOTHING_SOONER } from "../base/core.ts";
import type { MediaFlow, MediaStats } from "../base/media-messages.ts";
import { type MediaOutput, MediaSession } from "./media-session.ts";

/** A frame of 10 ms. */
export const FRAME = 80;
/** Where the two are. */
export const addressA = { host: "192.0.2.1", port: 4000 };
/** The other. */
export const addressB = { host: "192.0.2.2", port: 5000 };
/** The port of RTCP beside one of RTP. */
export const rtcpOf = ({ host, port }: SocketAddress) => ({ host, port: port + 1 });

/** G.711 and digits to a far end. */
export const flowTo = (remote: SocketAddress, over: Partial<MediaFlow> = {}): MediaFlow => ({
  remote,
  remoteRtcp: rtcpOf(remote),
  codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 20 },
  telephoneEventPayloadType: 101,
  send: true,
  receive: true,
  ...over,
});

/** A session with known numbers. */
export const createSession = (session: string, ssrc: number) =>
  new MediaSession({
    session,
    frameSamples: FRAME,
    ssrc,
    firstSequence: 65530,
    firstTimestamp: 0xffffff00,
    cname: `${session}@box`,
    wallAtZeroMs: 1_700_000_000_000,
    random: () => 0.5,
  });

/** Copies what is borrowed. */
export const keep = (outputs: readonly MediaOutput[]): MediaOutput[] =>
  outputs.map((out) => (out.kind === "send" ? { ...out, bytes: out.bytes.slice() } : out));

/** Two sessions, a network without delay, and one clock of 10 ms frames. */
export class Pair {
  readonly a = createSession("a", 1);
  readonly b = createSession("b", 2);
  readonly heardByB: number[] = [];
  readonly events: unknown[] = [];
  readonly qualities: MediaStats[] = [];
  /** Of what `a` sends: false loses it. */
  bIsHeard = true;
  passes: (out: MediaOutput & { kind: "send" }) => boolean = () => true;
  sees: (out: MediaOutput & { kind: "send" }) => void = () => {};
  nowMs = 0;
  /** Packets after which no deadline had to be looked for. */
  unhurried = 0;

  constructor(over: Partial<MediaFlow> = {}) {
    this.a.setFlow(flowTo(addressB, over), 0);
    this.b.setFlow(flowTo(addressA, over), 0);
  }

  /** B's frame comes before A's: the worst phase there is. */
  frame(said: Int16Array): void {
    this.nowMs += 10;
    this.#carry(this.b, this.b.push(new Int16Array(FRAME), this.nowMs));
    const heard = new Int16Array(FRAME);
    if (this.bIsHeard) this.#carry(this.b, this.b.pull(heard, this.nowMs));
    this.heardByB.push(...heard);
    this.#carry(this.a, this.a.push(said, this.nowMs));
    this.#carry(this.a, this.a.pull(new Int16Array(FRAME), this.nowMs));
    for (const session of [this.a, this.b]) {
      const due = session.deadlineMs();
      if (due !== undefined && due <= this.nowMs) {
        this.#carry(session, session.handle({ kind: "timeout" }, this.nowMs));
      }
    }
  }

  silence(frames: number): void {
    for (let n = 0; n < frames; n++) this.frame(new Int16Array(FRAME));
  }

  #carry(from: MediaSession, outputs: readonly MediaOutput[]): void {
    for (const out of keep(outputs)) {
      if (out.kind === "event") {
        if (out.event.kind === "quality") this.qualities.push(out.event.stats);
        else this.events.push(out.event);
        continue;
      }
      const isA = from === this.a;
      this.sees(out);
      if (isA && !this.passes(out)) continue;
      const source = isA ? addressA : addressB;
      const kind = out.channel;
      const input = { kind, bytes: out.bytes, from: kind === "rtp" ? source : rtcpOf(source) };
      const to = isA ? this.b : this.a;
      const dueMs = to.deadlineMs();
      const outputs = to.handle(input, this.nowMs);
      if (outputs === NOTHING_SOONER) {
        this.unhurried++;
        const isSooner = earlierMs(dueMs, to.deadlineMs()) !== dueMs;
        if (isSooner) throw new Error("a deadline came nearer, and nobody was told");
      }
      this.#carry(to, outputs);
    }
  }
}
