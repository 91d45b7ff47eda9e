import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levelDbm0 } from "./dsp/levels.ts";
import { createMilliwatt } from "./dsp/tone-source.ts";
import { AudioBridge, EchoBridge, SourceEndpoint } from "./endpoints.ts";
import {
  addressA,
  addressB,
  createSession,
  FRAME,
  flowTo,
  keep,
  Pair,
  rtcpOf,
} from "./media-session.fixture.ts";
import { parseRtcp } from "./rtp/parse-rtcp.ts";
import type { RtcpPacket } from "./rtp/rtcp-packet.ts";
import { parseRtp } from "./rtp/rtp-packet.ts";
import { SILENT_MS } from "./silence-watch.ts";

describe("MediaSession one-way delay", () => {
  it.each([
    { ptimeMs: 10, delayMs: 20 },
    { ptimeMs: 20, delayMs: 30 },
    { ptimeMs: 30, delayMs: 40 },
    { ptimeMs: 40, delayMs: 50 },
    { ptimeMs: 60, delayMs: 70 },
  ])("at ptime $ptimeMs is $delayMs ms: the packet, and the wait for a frame", (row) => {
    const codec = { ...flowTo(addressA).codec, ptimeMs: row.ptimeMs };
    const pair = new Pair({ codec });
    const said: number[] = [];
    for (let n = 0; n < 200; n++) {
      const frame = new Int16Array(FRAME);
      // A click every 100 ms, of growing height.
      if (n % 10 === 0) frame[0] = 1000 + 100 * n;
      said.push(...frame);
      pair.frame(frame);
    }
    const clickSaid = said.findIndex((sample) => sample > 11_000);
    const clickHeard = pair.heardByB.findIndex((sample) => sample > 10_900);
    // What is captured until t is handed over at t; what is heard begins at t.
    expect((clickHeard - clickSaid) / 8 + 10).toBe(row.delayMs);
    expect(pair.b.stats()).toMatchObject({ packetsLost: 0, packetsLate: 0, framesConcealed: 0 });
  });
});

describe("MediaSession", () => {
  it("plays what comes now, not what waited, after its line heard something else", () => {
    const pair = new Pair();
    pair.silence(50);
    pair.bIsHeard = false;
    pair.silence(45);
    pair.bIsHeard = true;
    pair.silence(2);
    const click = new Int16Array(FRAME);
    click[0] = 20_000;
    const saidAt = pair.heardByB.length;
    pair.frame(click);
    pair.silence(20);
    const heardAt = pair.heardByB.findIndex((sample) => sample > 19_000);
    expect((heardAt - saidAt) / 8 + 10).toBe(30);
  });

  it("says of a voice's packets that nothing is due sooner, of reports and the first not", () => {
    const pair = new Pair();
    pair.silence(1200);
    const rtp = pair.a.stats().packetsReceived + pair.b.stats().packetsReceived;
    expect(pair.unhurried).toBe(rtp - 2);
  });

  it("carries a milliwatt at its level", () => {
    const pair = new Pair();
    const source = createMilliwatt();
    for (let n = 0; n < 200; n++) {
      const frame = new Int16Array(FRAME);
      source.render(frame);
      pair.frame(frame);
    }
    expect(levelDbm0(Int16Array.from(pair.heardByB.slice(8000)))).toBeCloseTo(0, 0);
  });

  it.each([
    { name: "G722", payloadType: 9, bytes: 160 },
    { name: "G726-40", payloadType: 96, bytes: 100 },
    { name: "G726-16", payloadType: 127, bytes: 40 },
    { name: "AAL2-G726-24", payloadType: 97, bytes: 60 },
  ])("carries a milliwatt by $name: 160 units and $bytes bytes a packet", (row) => {
    const { name, payloadType, bytes } = row;
    const pair = new Pair({ codec: { name, payloadType, clockRateHz: 8000, ptimeMs: 20 } });
    const sent: { payloadType: number; bytes: number; timestamp: number }[] = [];
    pair.passes = (out) => {
      const packet = out.channel === "rtp" ? parseRtp(out.bytes) : undefined;
      if (packet?.ok !== true) return true;
      const { payload, timestamp } = packet.value;
      sent.push({ payloadType: packet.value.payloadType, bytes: payload.length, timestamp });
      return true;
    };
    const source = createMilliwatt();
    for (let n = 0; n < 200; n++) {
      const frame = new Int16Array(FRAME);
      source.render(frame);
      pair.frame(frame);
    }
    expect(sent).toHaveLength(100);
    sent.forEach((packet, at) => {
      const timestamp = (0xffffff00 + 160 * at) % 2 ** 32;
      expect(packet).toEqual({ payloadType, bytes, timestamp });
    });
    expect(levelDbm0(Int16Array.from(pair.heardByB.slice(8000)))).toBeCloseTo(0, 0);
    expect(pair.b.stats()).toMatchObject({ packetsLost: 0, packetsLate: 0, framesConcealed: 0 });
  });

  it("plays on after a packet of more samples than are taken", () => {
    const codec = { name: "G726-16", payloadType: 96, clockRateHz: 8000, ptimeMs: 20 };
    const pair = new Pair({ codec });
    const packet = new Uint8Array(12 + 1500).fill(0x55);
    packet.set([0x80, 96, 0, 1, 0, 0, 0, 160, 9, 9, 9, 9]);
    pair.b.handle({ kind: "rtp", bytes: packet, from: addressA }, 0);
    pair.silence(100);
    expect(pair.heardByB).toHaveLength(100 * FRAME);
  });

  it("tells `receiving` once, `silent` while it is, and `receiving` again", () => {
    const pair = new Pair();
    pair.silence(10);
    expect(pair.events).toEqual([
      { kind: "receiving", session: "a", from: addressB },
      { kind: "receiving", session: "b", from: addressA },
    ]);
    pair.events.length = 0;
    pair.passes = () => false;
    pair.silence((3 * SILENT_MS) / 10);
    const silent = { kind: "silent", session: "b" };
    expect(pair.events).toEqual([
      { ...silent, silentMs: SILENT_MS, isFirst: true },
      { ...silent, silentMs: 2 * SILENT_MS, isFirst: false },
      { ...silent, silentMs: 3 * SILENT_MS, isFirst: false },
    ]);
    pair.events.length = 0;
    pair.passes = () => true;
    pair.silence(10);
    expect(pair.events).toEqual([{ kind: "receiving", session: "b", from: addressA }]);
  });

  it("tells `silent` where nothing ever came, and not where nothing should", () => {
    const waiting = createSession("w", 1);
    waiting.setFlow(flowTo(addressB), 1000);
    expect(waiting.handle({ kind: "timeout" }, 1000 + SILENT_MS - 1)).toHaveLength(1); // its RTCP
    expect(waiting.handle({ kind: "timeout" }, 1000 + SILENT_MS)).toEqual([
      {
        kind: "event",
        event: { kind: "silent", session: "w", silentMs: SILENT_MS, isFirst: true },
      },
    ]);
    const held = createSession("h", 1);
    held.setFlow(flowTo(addressB, { receive: false }), 0);
    const outputs = held.handle({ kind: "timeout" }, 100_000);
    expect(outputs.filter(({ kind }) => kind === "event")).toEqual([]);
  });

  it("sends a digit that the other end reports once and hears as its tone", () => {
    const pair = new Pair();
    pair.silence(50);
    pair.events.length = 0;
    expect(pair.a.sendDigit("7", 100)).toBe(true);
    const before = pair.heardByB.length;
    pair.silence(50);
    expect(pair.events).toEqual([{ kind: "digit", session: "b", digit: "7", durationMs: 100 }]);
    const heard = Int16Array.from(pair.heardByB.slice(before + 400, before + 1000));
    expect(levelDbm0(heard)).toBeCloseTo(-7, 0);
    // Its packets came in the voice's place: nothing is missing there.
    expect(pair.b.stats()).toMatchObject({ packetsLost: 0, packetsLate: 0, framesConcealed: 0 });
  });

  it("reports a digit whose end packets were all lost", () => {
    const pair = new Pair();
    pair.silence(50);
    pair.events.length = 0;
    pair.passes = ({ bytes }) => {
      const packet = parseRtp(bytes);
      return !(
        packet.ok &&
        packet.value.payloadType === 101 &&
        (packet.value.payload[1] ?? 0) > 127
      );
    };
    pair.a.sendDigit("7", 100);
    pair.silence(50);
    expect(pair.events).toEqual([{ kind: "digit", session: "b", digit: "7", durationMs: 80 }]);
  });

  it("hears digits and most of the voice with redundancy, one packet in three lost", () => {
    const pair = new Pair({ redundancy: { payloadType: 121, generations: 2 } });
    let packets = 0;
    const types = new Set<number>();
    pair.passes = (out) => {
      if (out.channel !== "rtp") return true;
      types.add((out.bytes[1] ?? 0) & 0x7f);
      return ++packets % 3 !== 0;
    };
    const milliwatt = createMilliwatt();
    const frame = new Int16Array(FRAME);
    let concealedEarly = 0;
    for (let n = 0; n < 600; n++) {
      if (n % 120 === 10) pair.a.sendDigit("7", 100);
      milliwatt.render(frame);
      // A pause each second, in which playout may begin to wait for the copies.
      pair.frame(n % 100 < 70 ? frame : new Int16Array(FRAME));
      if (n === 200) concealedEarly = pair.b.stats().framesConcealed;
    }
    pair.silence(30);
    const digits = pair.events.filter((one) => (one as { kind: string }).kind === "digit");
    expect(digits).toHaveLength(5);
    expect([...types]).toEqual([121, 101]);
    const { packetsLost, framesConcealed } = pair.b.stats();
    expect(packetsLost).toBeGreaterThan(90);
    // Two frames a packet: without copies it would be 266.
    expect(framesConcealed - concealedEarly).toBeLessThan(50);
  });

  it("honours the direction", () => {
    const pair = new Pair();
    pair.silence(20);
    const sent = pair.a.stats().packetsSent;
    pair.a.setFlow(flowTo(addressB, { send: false }), pair.nowMs);
    pair.b.setFlow(flowTo(addressA, { receive: false }), pair.nowMs);
    pair.silence(20);
    expect(pair.a.stats().packetsSent).toBe(sent);
    expect(pair.heardByB.slice(-80).every((sample) => sample === 0)).toBe(true);
  });

  it("refuses a codec that this build has not, and goes on as before", () => {
    const pair = new Pair();
    const codec = { name: "OPUS", payloadType: 96, clockRateHz: 48_000, ptimeMs: 20 };
    expect(pair.a.setFlow(flowTo(addressB, { codec }), 0)).toEqual({
      ok: false,
      error: "unknown-codec",
    });
    pair.silence(10);
    expect(pair.b.stats().packetsReceived).toBeGreaterThan(3);
  });

  it("changes the codec in mid-call and keeps counting", () => {
    const pair = new Pair();
    pair.silence(40);
    const codec = { name: "PCMA", payloadType: 8, clockRateHz: 8000, ptimeMs: 20 };
    pair.a.setFlow(flowTo(addressB, { codec }), pair.nowMs);
    pair.b.setFlow(flowTo(addressA, { codec }), pair.nowMs);
    pair.silence(40);
    expect(pair.a.stats().packetsSent).toBe(40);
    expect(pair.b.stats()).toMatchObject({ packetsReceived: 40, packetsLost: 0 });
  });

  it("counts what the network loses", () => {
    const pair = new Pair();
    let n = 0;
    pair.passes = ({ channel }) => channel === "rtcp" || n++ % 10 !== 5;
    pair.silence(400);
    expect(pair.b.stats().packetsLost).toBe(20);
    expect(pair.b.stats().framesConcealed).toBeGreaterThanOrEqual(38);
  });

  it("rates what is heard all along, and tells a far end that wants to know", () => {
    const pair = new Pair({ rtcpXr: { metrics: true, lossRle: true } });
    let packets = 0;
    const reports: RtcpPacket[] = [];
    pair.passes = (out) => out.channel === "rtcp" || ++packets % 20 !== 0;
    pair.sees = (out) => {
      const parsed = out.channel === "rtcp" ? parseRtcp(out.bytes) : undefined;
      if (parsed?.ok) reports.push(...parsed.value);
    };
    pair.silence(3000);
    expect(pair.qualities.length).toBeGreaterThan(5);
    const { quality } = pair.b.stats();
    expect(quality?.lossPercent).toBeCloseTo(5, 0);
    expect(quality?.rFactor).toBeCloseTo(93.2 - (95 * 5) / 30.1, 0);
    expect(quality?.mosListening).toBeCloseTo(3.9, 0);
    expect(pair.a.stats().quality?.mosConversational).toBeGreaterThan(4.3);
    const told = reports.flatMap((one) => (one.kind === "extended-report" ? one.blocks : []));
    expect(told.at(-1)).toMatchObject({
      kind: "voip-metrics",
      metrics: { ssrc: expect.any(Number), rFactor: expect.any(Number), gapMin: 16 },
    });
    const rows = told.flatMap((one) => (one.kind === "loss-rle" ? [one.loss] : []));
    const ofB = rows.filter(({ chunks }) => chunks.some((chunk) => chunk >= 0x8000));
    expect(ofB.length).toBeGreaterThan(5);
    // Each report goes on where the last one ended.
    for (const [at, { beginSequence }] of ofB.entries()) {
      if (at > 0) expect(beginSequence).toBe(ofB[at - 1]?.endSequence);
    }
    const lossRates = told.map((one) => (one.kind === "voip-metrics" ? one.metrics.lossRate : 0));
    expect(Math.max(...lossRates)).toBeGreaterThanOrEqual(11);
  });

  it("follows another SSRC after two packets, not after one", () => {
    const pair = new Pair();
    pair.silence(20);
    const received = () => pair.b.stats().packetsReceived;
    const before = received();
    const packet = (sequence: number, ssrc: number) =>
      Uint8Array.of(0x80, 0, 0, sequence, 0, 0, 0, 0, 0, 0, 0, ssrc, 0xff);
    const put = (bytes: Uint8Array) =>
      pair.b.handle({ kind: "rtp", bytes, from: addressA }, pair.nowMs);
    put(packet(1, 77));
    expect(received()).toBe(before);
    put(packet(2, 77));
    expect(received()).toBe(before + 1);
  });

  it("sends reports that tell loss, jitter and, once answered, the round trip", () => {
    const pair = new Pair();
    const reports: unknown[] = [];
    pair.passes = ({ channel, bytes }) => {
      if (channel === "rtcp") reports.push(parseRtcp(bytes));
      return true;
    };
    pair.silence(2000);
    expect(reports.length).toBeGreaterThanOrEqual(4);
    expect(reports.at(-1)).toMatchObject({
      ok: true,
      value: [
        { kind: "sender-report", ssrc: 1, reports: [{ ssrc: 2, fractionLost: 0 }] },
        { kind: "source-description", chunks: [{ ssrc: 1, items: [{ type: 1, text: "a@box" }] }] },
      ],
    });
    const { roundTripMs } = pair.a.stats();
    expect(roundTripMs).toBeDefined();
    expect(Math.abs(roundTripMs ?? 99)).toBeLessThan(1);
  });

  it("close() says BYE, tells the figures, and nothing comes after", () => {
    const pair = new Pair();
    pair.silence(20);
    const [bye, closed, ...rest] = keep(pair.a.close(pair.nowMs));
    expect(rest).toEqual([]);
    expect(closed).toMatchObject({
      kind: "event",
      event: { kind: "closed", session: "a", stats: { packetsSent: 10, packetsReceived: 10 } },
    });
    expect(bye).toMatchObject({ kind: "send", channel: "rtcp", to: rtcpOf(addressB) });
    const packets = bye?.kind === "send" ? parseRtcp(bye.bytes) : undefined;
    expect(packets?.ok === true && packets.value.map(({ kind }) => kind)).toEqual([
      "sender-report",
      "source-description",
      "bye",
    ]);
    expect(pair.a.close(pair.nowMs)).toEqual([]);
    expect(pair.a.deadlineMs()).toBeUndefined();
    expect(pair.a.push(new Int16Array(FRAME), 1e6)).toEqual([]);
  });

  it("answers to where a source behind a NAT sends from, RTCP too", () => {
    const session = createSession("n", 9);
    session.setFlow(flowTo({ host: "10.0.0.5", port: 4000 }), 0);
    const from = { host: "198.51.100.9", port: 61_000 };
    for (const sequence of [1, 2, 3]) {
      const bytes = Uint8Array.of(0x80, 0, 0, sequence, 0, 0, 0, 0, 0, 0, 0, 5, 0xff);
      session.handle({ kind: "rtp", bytes, from }, sequence);
    }
    session.push(new Int16Array(FRAME), 10);
    expect(session.push(new Int16Array(FRAME), 20)).toMatchObject([{ to: from }]);
    expect(session.close(30)[0]).toMatchObject({ to: { host: from.host, port: 61_001 } });
  });

  it("leaves an SSRC that another has too, with BYE; hears its own packets sent back", () => {
    const session = createSession("c", 7);
    session.setFlow(flowTo(addressB), 0);
    session.push(new Int16Array(FRAME), 10);
    const [ours] = keep(session.push(new Int16Array(FRAME), 20));
    const bytes = ours?.kind === "send" ? ours.bytes : new Uint8Array(0);
    const back = keep(session.handle({ kind: "rtp", bytes, from: addressB }, 30));
    expect(back).toMatchObject([{ kind: "event", event: { kind: "receiving" } }]);
    const theirs = bytes.slice();
    theirs.set([0x12, 0x34], 2);
    const [bye] = keep(session.handle({ kind: "rtp", bytes: theirs, from: addressB }, 40));
    const parsed = parseRtcp(bye?.kind === "send" ? bye.bytes : new Uint8Array(0));
    expect(parsed.ok && parsed.value.at(-1)).toMatchObject({ kind: "bye", ssrcs: [7] });
    session.push(new Int16Array(FRAME), 50);
    const [next] = keep(session.push(new Int16Array(FRAME), 60));
    const packet = parseRtp(next?.kind === "send" ? next.bytes : new Uint8Array(0));
    expect(packet.ok && packet.value).toMatchObject({ ssrc: 2 ** 31, marker: true });
  });

  it("takes any datagrams at any time without throwing", () => {
    const datagram = fc.record({
      kind: fc.constantFrom("rtp" as const, "rtcp" as const),
      from: fc.constantFrom(addressA, addressB, { host: "::1", port: 1 }),
      bytes: fc
        .tuple(
          fc.constantFrom(0x80, 0x90, 0xa1, 0),
          fc.constantFrom(0, 8, 101, 200, 202),
          fc.uint8Array({ maxLength: 40 }),
        )
        .map(([first, type, rest]) => Uint8Array.of(first, type, ...rest)),
    });
    fc.assert(
      fc.property(fc.array(datagram, { maxLength: 40 }), (datagrams) => {
        const session = createSession("f", 1);
        session.setFlow(flowTo(addressA), 0);
        const frame = new Int16Array(FRAME);
        for (const [n, input] of datagrams.entries()) {
          session.handle(input, n * 7);
          session.pull(frame, n * 7);
          session.handle({ kind: "timeout" }, n * 7);
        }
        expect(session.stats().packetsReceived).toBeLessThanOrEqual(datagrams.length);
      }),
    );
  });
});

describe("AudioBridge", () => {
  it("sends back through an echo what came, a packet and a frame later", () => {
    const session = createSession("e", 3);
    session.setFlow(flowTo(addressA), 0);
    const bridge = new EchoBridge(session, FRAME);
    const back: Uint8Array[] = [];
    for (let n = 0; n < 20; n++) {
      const bytes = new Uint8Array(12 + 160).fill(0x90, 12);
      bytes.set([0x80, 0, 0, n, 0, 0, (n * 160) >> 8, (n * 160) & 0xff, 0, 0, 0, 5]);
      session.handle({ kind: "rtp", bytes, from: addressA }, n * 20);
      for (const half of [5, 15]) {
        for (const out of keep(bridge.process(n * 20 + half))) {
          if (out.kind === "send" && out.channel === "rtp") back.push(out.bytes);
        }
      }
    }
    expect(back).toHaveLength(20);
    expect(back[10]?.subarray(12)).toEqual(new Uint8Array(160).fill(0x90));
  });

  it("plays a milliwatt to a session", () => {
    const session = createSession("m", 3);
    session.setFlow(flowTo(addressA), 0);
    const bridge = new AudioBridge(session, new SourceEndpoint(), FRAME);
    let packets = 0;
    for (let n = 1; n <= 100; n++) {
      packets += bridge.process(n * 10).filter(({ kind }) => kind === "send").length;
    }
    expect(packets).toBe(50);
  });
});
