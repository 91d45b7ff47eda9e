import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { MediaFlow } from "../../src/base/media-messages.ts";
import { MediaSession } from "../../src/media/index.ts";
import { createRandomStream } from "../hw-sim/world/random-stream.ts";
import { FaxMachine, faxAvailable } from "./fax-machine.ts";
import { pageByWire, readPage } from "./fax-page.ts";

const root = process.env["TIPRING_VECTORS"] ?? "../shared/vectors";
const page = resolve(root, "media/fax/ast_1page.tif");
const available =
  faxAvailable && (existsSync(page) || process.env["TIPRING_VECTORS_REQUIRED"] === "1");
const folder = mkdtempSync(join(tmpdir(), "tipring-fax-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FRAME = 80;
const LIMIT_MS = 240_000;
const ADDRESSES = {
  a: { host: "192.0.2.1", port: 4000 },
  b: { host: "192.0.2.2", port: 5000 },
} as const;
type Side = keyof typeof ADDRESSES;

function createSession(side: Side, passesModems: boolean): MediaSession {
  return new MediaSession({
    session: side,
    frameSamples: FRAME,
    ssrc: side === "a" ? 1 : 2,
    firstSequence: 1000,
    firstTimestamp: 77,
    cname: side,
    wallAtZeroMs: 0,
    random: () => 0.5,
    passesModems,
  });
}

/** A calling machine and an answering one, each at a line whose session talks to the other's. */
class FaxCall {
  readonly events: string[] = [];
  readonly #machines: Readonly<Record<Side, FaxMachine>>;
  readonly #sessions: Readonly<Record<Side, MediaSession>>;
  readonly #loses: () => boolean;
  readonly #said = new Int16Array(FRAME);
  readonly #heard = new Int16Array(FRAME);
  readonly #wayMs: (nowMs: number) => number;
  readonly #underWay: { readonly atMs: number; readonly side: Side; readonly bytes: Uint8Array }[] =
    [];
  #nowMs = 0;
  lost = 0;

  constructor(options: {
    readonly received: string;
    readonly ecm: boolean;
    readonly flow: Partial<MediaFlow>;
    readonly lossPercent: number;
    readonly passesModems?: boolean;
    /** How long a packet is under way that is sent then, ms; never shorter than before. */
    readonly wayMs?: (nowMs: number) => number;
  }) {
    const { ecm, received, passesModems = true } = options;
    this.#wayMs = options.wayMs ?? (() => 0);
    this.#machines = {
      a: new FaxMachine({ calling: true, file: page, ecm }),
      b: new FaxMachine({ calling: false, file: received, ecm }),
    };
    this.#sessions = { a: createSession("a", passesModems), b: createSession("b", passesModems) };
    const random = createRandomStream(3, "loss");
    this.#loses = () => random.float() < options.lossPercent / 100;
    for (const [side, far] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      const remote = ADDRESSES[far];
      const flow: MediaFlow = {
        remote,
        remoteRtcp: { ...remote, port: remote.port + 1 },
        codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 20 },
        send: true,
        receive: true,
        ...options.flow,
      };
      const set = this.#sessions[side].setFlow(flow, 0);
      if (!set.ok) throw new Error(set.error);
    }
  }

  /** Until both machines have hung up. */
  run(): void {
    while (this.#nowMs < LIMIT_MS) {
      this.#nowMs += 10;
      this.#frame("a");
      this.#frame("b");
      if (!this.#machines.a.isActive && !this.#machines.b.isActive) return;
    }
  }

  get sent() {
    return this.#machines.a.figures;
  }

  get received() {
    return this.#machines.b.figures;
  }

  stats(side: Side) {
    return this.#sessions[side].stats();
  }

  #frame(side: Side): void {
    const [machine, session] = [this.#machines[side], this.#sessions[side]];
    machine.say(this.#said);
    for (const out of session.push(this.#said, this.#nowMs)) {
      if (out.kind === "event")
        this.#note(side, out.event.kind === "fax-tone" ? out.event : undefined);
      else if (out.channel === "rtp" && this.#loses()) this.lost++;
      else if (out.channel === "rtp") {
        const atMs = this.#nowMs + this.#wayMs(this.#nowMs);
        this.#underWay.push({ atMs, side, bytes: out.bytes.slice() });
      }
    }
    this.#deliver();
    for (const out of session.pull(this.#heard, this.#nowMs)) {
      if (out.kind === "event" && out.event.kind === "fax-tone") this.#note(side, out.event);
    }
    machine.hear(this.#heard);
  }

  #deliver(): void {
    const here = this.#underWay.filter(({ atMs }) => atMs <= this.#nowMs);
    if (here.length === 0) return;
    const left = this.#underWay.filter(({ atMs }) => atMs > this.#nowMs);
    this.#underWay.splice(0, this.#underWay.length, ...left);
    for (const { side, bytes } of here) {
      const far = side === "a" ? "b" : "a";
      this.#sessions[far].handle({ kind: "rtp", bytes, from: ADDRESSES[side] }, this.#nowMs);
    }
  }

  #note(side: Side, event: { readonly side: string; readonly tone: string } | undefined): void {
    if (event !== undefined) this.events.push(`${side}: ${event.side} ${event.tone}`);
  }
}

const WIDE: Partial<MediaFlow> = {
  codec: { name: "G722", payloadType: 9, clockRateHz: 8000, ptimeMs: 20 },
  voiceBand: { name: "PCMA", payloadType: 102 },
};
const RED: Partial<MediaFlow> = { redundancy: { payloadType: 121, generations: 2 } };
/** The voice has copies of its own, and what modems are sent as others. */
const WIDE_RED: Partial<MediaFlow> = {
  ...WIDE,
  ...RED,
  voiceBand: {
    name: "PCMA",
    payloadType: 102,
    redundancy: { payloadType: 103, generations: 2 },
  },
};

describe.skipIf(!available)("[media.fax] between two spandsp machines, passed through", () => {
  it.each([
    { what: "no loss", ecm: true, flow: {}, lossPercent: 0 },
    { what: "no loss, without error correction", ecm: false, flow: {}, lossPercent: 0 },
    { what: "2 % loss with redundancy", ecm: true, flow: RED, lossPercent: 2 },
    {
      what: "2 % loss with redundancy, without error correction",
      ecm: false,
      flow: RED,
      lossPercent: 2,
    },
    { what: "V.152 beside G.722", ecm: true, flow: WIDE, lossPercent: 0 },
    {
      what: "V.152 beside G.722, without error correction",
      ecm: false,
      flow: WIDE,
      lossPercent: 0,
    },
    { what: "V.152 over RED, 2 % loss", ecm: true, flow: WIDE_RED, lossPercent: 2 },
    {
      what: "V.152 over RED, 2 % loss, without error correction",
      ecm: false,
      flow: WIDE_RED,
      lossPercent: 2,
    },
    {
      what: "silence suppression agreed on",
      ecm: true,
      flow: { comfortNoisePayloadType: 13, suppressSilence: true },
      lossPercent: 0,
    },
  ])("$what: the page is intact", ({ what, ecm, flow, lossPercent }) => {
    const received = join(folder, `${what.replace(/\W/g, "-")}.tif`);
    const call = new FaxCall({ received, ecm, flow, lossPercent });
    call.run();
    expect(call.sent).toMatchObject({ pagesSent: 1, status: 0 });
    expect(call.received).toMatchObject({ pagesReceived: 1, badRows: 0, status: 0 });
    expect(call.received.bitRate).toBeGreaterThanOrEqual(9600);
    expect(readPage(received)).toEqual(pageByWire(page, join(folder, "original.tif")));
    expect(call.events).toContain("b: near answer");
    expect(call.events).toContain("a: far answer");
    if (lossPercent > 0) expect(call.lost).toBeGreaterThan(20);
  });

  // Longer than is waited, all at once; then clocks that are 300 ppm apart.
  it.each([
    { what: "150 ms longer before the page", wayMs: (ms: number) => (ms > 8000 ? 150 : 0) },
    { what: "longer all the time", wayMs: (ms: number) => 0.0003 * ms },
  ])("a way $what: the page is intact", ({ what, wayMs }) => {
    const received = join(folder, `${what.replace(/\W/g, "-")}.tif`);
    const call = new FaxCall({ received, ecm: true, flow: {}, lossPercent: 0, wayMs });
    call.run();
    expect(call.sent).toMatchObject({ pagesSent: 1, status: 0 });
    expect(call.received).toMatchObject({ pagesReceived: 1, status: 0 });
    expect(readPage(received)).toEqual(pageByWire(page, join(folder, "original.tif")));
  });

  it("2 % loss without redundancy is heard as errors: the network of this suite does lose", () => {
    const received = join(folder, "lossy.tif");
    const call = new FaxCall({ received, ecm: false, flow: {}, lossPercent: 2 });
    call.run();
    const { pagesReceived, badRows, status } = call.received;
    expect(pagesReceived === 1 && badRows === 0 && status === 0).toBe(false);
  });
});
