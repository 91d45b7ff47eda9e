import { describe, expect, it } from "vitest";
import type { FaxEngine } from "../../base/fax-engine.ts";
import type { FaxFlow, MediaFlow } from "../../base/media-messages.ts";
import { type MediaOutput, MediaSession } from "../media-session.ts";
import { FaxSwitch } from "./fax-switch.ts";
import { printUdptl, UDPTL_LIMITS } from "./udptl.ts";

const FAR = { host: "192.0.2.2", port: 5000 };
const ELSEWHERE = { host: "198.51.100.9", port: 7000 };
const FLOW: MediaFlow = {
  remote: FAR,
  remoteRtcp: { ...FAR, port: 5001 },
  codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 20 },
  send: true,
  receive: true,
};
const FAX: FaxFlow = {
  remote: FAR,
  version: 0,
  maxBitRate: 14_400,
  rateManagement: "transferred",
  maxDatagram: 400,
  correction: "redundancy",
  fillBitRemoval: false,
};
const FRAME = new Int16Array(80).fill(100);
const FLAGS = [0x06];
const DCN = [0xc0, 2, 0x80, 0, 2, 0xff, 0xc8, 0x5f, 0x40];

/** A gateway that notes what it is given, and sends what a test tells it to. */
function notedEngine() {
  const got: { sequence: number; bytes: number[] }[] = [];
  let send: (ifp: Uint8Array, copies: number) => void = () => {};
  let closed = 0;
  const queue: { bytes: readonly number[]; copies: number }[] = [];
  const engine: FaxEngine = {
    createGateway(_, sink) {
      send = sink;
      return {
        hear() {
          for (const { bytes, copies } of queue.splice(0)) send(Uint8Array.from(bytes), copies);
        },
        say: (frame) => void frame.fill(7),
        receive: (ifp, sequence) => void got.push({ sequence, bytes: [...ifp] }),
        figures: { bitRate: 14_400, errorCorrecting: true, pages: 1 },
        close: () => void closed++,
      };
    },
  };
  return { engine, got, queue, closed: () => closed };
}

function create(engine?: FaxEngine) {
  const session = new MediaSession({
    session: "s",
    frameSamples: 80,
    ssrc: 1,
    firstSequence: 1,
    firstTimestamp: 1,
    cname: "s",
    wallAtZeroMs: 0,
    random: () => 0.5,
  });
  return new FaxSwitch(session, { session: "s", redundancy: 3, engine });
}

const datagram = (sequence: number, ifp: readonly number[], ...before: readonly number[][]) => {
  const packets = before.map((bytes) => Uint8Array.from(bytes));
  const primary = Uint8Array.from(ifp);
  const recovery = { kind: "redundancy", packets } as const;
  return printUdptl({ sequence, primary, recovery }, new Uint8Array(UDPTL_LIMITS.bytes));
};
const sent = (outputs: readonly MediaOutput[]) =>
  outputs.flatMap((output) => (output.kind === "send" ? [[...output.bytes]] : []));
const told = (outputs: readonly MediaOutput[]) =>
  outputs.flatMap((output) => (output.kind === "event" ? [output.event] : []));
/** Some time at the line, and all that came of it. */
function runs(line: FaxSwitch, fromMs: number, toMs: number): readonly MediaOutput[] {
  const outputs: MediaOutput[] = [];
  for (let nowMs = fromMs; nowMs < toMs; nowMs += 10) {
    outputs.push(...line.push(FRAME, nowMs), ...line.pull(new Int16Array(80), nowMs));
  }
  return outputs;
}

describe("FaxSwitch", () => {
  it("carries RTP, then T.38 and no RTP, then RTP again", () => {
    const { engine, closed } = notedEngine();
    const line = create(engine);
    expect(line.setFlow(FLOW, 0).ok).toBe(true);
    expect(sent(runs(line, 0, 40)).length).toBe(2);
    expect(line.machine).toBeUndefined();

    expect(line.setFax(FAX, 40).ok).toBe(true);
    expect([line.isFax, line.machine, line.deadlineMs()]).toEqual([true, "fax", undefined]);
    const frame = new Int16Array(80);
    expect(sent(runs(line, 40, 140))).toEqual([]);
    line.pull(frame, 140);
    expect(frame[0]).toBe(7);

    expect(line.setFlow(FLOW, 150).ok).toBe(true);
    expect([line.isFax, closed()]).toEqual([false, 1]);
    expect(sent(runs(line, 150, 190)).length).toBe(2);
  });

  it("sends a packet at once, its copies in the next frames, and none of what is carried", () => {
    const { engine, queue } = notedEngine();
    const line = create(engine);
    line.setFax(FAX, 0);
    queue.push({ bytes: FLAGS, copies: 3 });
    const first = [0, 0, 1, 6, 0, 0];
    expect([0, 10, 20, 30].map((nowMs) => sent(line.push(FRAME, nowMs)))).toEqual([
      [first],
      [first],
      [first],
      [],
    ]);
    queue.push({ bytes: FLAGS, copies: 3 }, { bytes: DCN, copies: 2 });
    const second = [0, 1, 1, 6, 0, 1, 1, 6];
    const third = [0, 2, DCN.length, ...DCN, 0, 2, 1, 6, 1, 6];
    expect([40, 50, 60].map((nowMs) => sent(line.push(FRAME, nowMs)))).toEqual([
      [second, third],
      [third],
      [],
    ]);
  });

  it("hands the gateway valid packets alone, in order, each once", () => {
    const { engine, got } = notedEngine();
    const line = create(engine);
    line.setFax(FAX, 0);
    for (const bytes of [
      datagram(0, FLAGS),
      datagram(2, DCN, [0x02]),
      datagram(1, [0x02]),
      datagram(3, [0x80]),
      Uint8Array.from([0, 4, 9]),
    ]) {
      line.handle({ kind: "rtp", bytes, from: FAR }, 10);
    }
    line.handle({ kind: "rtcp", bytes: datagram(4, FLAGS), from: FAR }, 10);
    expect(got).toEqual([
      { sequence: 0, bytes: FLAGS },
      { sequence: 1, bytes: [0x02] },
      { sequence: 2, bytes: DCN },
    ]);
    const fax = told(line.close(20)).at(-1);
    expect(fax).toMatchObject({
      kind: "closed",
      stats: {
        fax: {
          packetsReceived: 3,
          packetsRecovered: 1,
          packetsLost: 0,
          malformed: 2,
          pages: 1,
          bitRate: 14_400,
        },
      },
    });
  });

  it("names the machines' frames, and says once that they have said goodbye", () => {
    const { engine, queue } = notedEngine();
    const line = create(engine);
    line.setFax(FAX, 0);
    const heard = line.handle({ kind: "rtp", bytes: datagram(0, DCN), from: FAR }, 0);
    queue.push({ bytes: DCN, copies: 1 });
    const outputs = [...heard, ...runs(line, 0, 10_000)];
    expect(told(outputs)).toEqual([
      { kind: "fax-frame", session: "s", frame: "DCN", side: "far" },
      { kind: "fax-frame", session: "s", frame: "DCN", side: "near" },
      { kind: "fax-over", session: "s", why: "done" },
    ]);
  });

  it.each([
    ["is over where neither machine says anything for a minute", false, 1],
    ["is not over while one does", true, 0],
  ])("%s", (_, speaks, times) => {
    const { engine } = notedEngine();
    const line = create(engine);
    line.setFax(FAX, 0);
    const outputs: MediaOutput[] = [];
    for (let n = 0; n < 7; n++) {
      outputs.push(...runs(line, n * 10_000, (n + 1) * 10_000));
      const bytes = datagram(n, speaks ? FLAGS : [0x00]);
      line.handle({ kind: "rtp", bytes, from: FAR }, (n + 1) * 10_000);
    }
    expect(told(outputs).filter(({ kind }) => kind === "fax-over")).toHaveLength(times);
  });

  it("hears a stranger once three of its datagrams follow one another, and answers it then", () => {
    const { engine, got, queue } = notedEngine();
    const line = create(engine);
    line.setFax(FAX, 0);
    const hear = (n: number) =>
      line.handle({ kind: "rtp", bytes: datagram(n, FLAGS, FLAGS, FLAGS), from: ELSEWHERE }, 0);
    for (const n of [0, 0, 1]) hear(n);
    expect(got).toEqual([]);
    hear(2);
    expect(got.map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
    queue.push({ bytes: FLAGS, copies: 1 });
    expect(line.push(FRAME, 0)[0]).toMatchObject({ kind: "send", to: ELSEWHERE });
    line.setFax({ ...FAX, remote: { host: "192.0.2.77", port: 1 } }, 10);
    queue.push({ bytes: FLAGS, copies: 1 });
    expect(line.push(FRAME, 10)[0]).toMatchObject({ to: { host: "192.0.2.77", port: 1 } });
  });

  it("without modems says so, and stays with RTP", () => {
    const line = create();
    line.setFlow(FLOW, 0);
    expect(line.setFax(FAX, 10)).toEqual({ ok: false, error: "no-gateway" });
    expect(sent(runs(line, 10, 50)).length).toBe(2);
  });
});
