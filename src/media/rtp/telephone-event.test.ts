import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIGITS } from "../../base/audio.ts";
import { parseTelephoneEvent, SEGMENT_MAX_UNITS, writeTelephoneEvent } from "./telephone-event.ts";
import { type DigitSignal, TelephoneEventReceiver } from "./telephone-event-receiver.ts";
import {
  DIGIT_QUEUE_LIMIT,
  type EventPacket,
  TelephoneEventSender,
} from "./telephone-event-sender.ts";

describe("parseTelephoneEvent()", () => {
  it.each([
    { bytes: [], result: { ok: false, error: "too-short" } },
    { bytes: [5, 10, 0], result: { ok: false, error: "too-short" } },
    {
      bytes: [5, 0x8a, 0x03, 0x20],
      result: { ok: true, value: { event: 5, end: true, volume: 10, duration: 800 } },
    },
    {
      bytes: [16, 0x7f, 0xff, 0xff, 1, 2, 3, 4],
      result: { ok: true, value: { event: 16, end: false, volume: 63, duration: 65535 } },
    },
  ])("reads $bytes", ({ bytes, result }) => {
    expect(parseTelephoneEvent(Uint8Array.from(bytes))).toEqual(result);
  });

  it("reads what writeTelephoneEvent() writes", () => {
    fc.assert(
      fc.property(
        fc.record({
          event: fc.integer({ min: 0, max: 255 }),
          end: fc.boolean(),
          volume: fc.integer({ min: 0, max: 63 }),
          duration: fc.integer({ min: 0, max: 65535 }),
        }),
        (event) => {
          const out = new Uint8Array(5);
          writeTelephoneEvent(out, 1, event);
          expect(parseTelephoneEvent(out.subarray(1))).toEqual({ ok: true, value: event });
        },
      ),
    );
  });
});

/** Steps a sender over so many packet times of 20 ms from a timestamp. */
function run(sender: TelephoneEventSender, packets: number, from = 1000) {
  const sent: EventPacket[] = [];
  for (let n = 0; n < packets; n++) sent.push(...sender.step(from + n * 160, 160));
  return sent;
}

/** What is told of each event in the end, by the sender's clock. */
function told(sent: readonly EventPacket[]) {
  const events = new Map<number, { readonly event: number; readonly duration: number }>();
  for (const { timestamp, payload } of sent) {
    if (payload.end) events.set(timestamp, { event: payload.event, duration: payload.duration });
  }
  return [...events].map(([at, { event, duration }]) => ({ at, event, duration }));
}

describe("TelephoneEventSender", () => {
  it("step() sends start, updates and the end three times with one timestamp", () => {
    const sender = new TelephoneEventSender(8000);
    expect(sender.enqueue(5, 50)).toBe(true);
    const brief = run(sender, 6).map((packet) => ({
      timestamp: packet.timestamp,
      marker: packet.marker,
      end: packet.payload.end,
      duration: packet.payload.duration,
      replacesVoice: packet.replacesVoice,
    }));
    const common = { timestamp: 1000, marker: false };
    expect(brief).toEqual([
      { ...common, marker: true, end: false, duration: 160, replacesVoice: true },
      { ...common, end: false, duration: 320, replacesVoice: true },
      { ...common, end: true, duration: 400, replacesVoice: true },
      { ...common, end: true, duration: 400, replacesVoice: false },
      { ...common, end: true, duration: 400, replacesVoice: false },
    ]);
  });

  it("step() keeps 50 ms between two digits", () => {
    const sender = new TelephoneEventSender(8000);
    sender.enqueue(1, 40);
    sender.enqueue(2, 40);
    const starts = run(sender, 20).flatMap(({ marker, timestamp }) => (marker ? [timestamp] : []));
    expect(starts).toHaveLength(2);
    const [first = 0, second = 0] = starts;
    expect(second - (first + 320)).toBeGreaterThanOrEqual(400);
  });

  it("step() splits an event longer than a segment", () => {
    const sender = new TelephoneEventSender(8000);
    sender.enqueue(3, 10_000);
    const sent = run(sender, 600);
    const segments = [...new Set(sent.map(({ timestamp }) => timestamp))];
    expect(segments).toEqual([1000, 1000 + SEGMENT_MAX_UNITS]);
    expect(sent.filter(({ marker }) => marker)).toHaveLength(1);
    expect(sent.filter(({ payload }) => payload.end)).toHaveLength(3);
    expect(sent.at(-1)?.payload.duration).toBe(80_000 - SEGMENT_MAX_UNITS);
    const full = sent.filter(({ payload }) => payload.duration === SEGMENT_MAX_UNITS);
    expect(full).toHaveLength(1);
  });

  it("begin() and end() keep time and length of what is keyed, anywhere in a packet", () => {
    const sender = new TelephoneEventSender(8000);
    sender.begin(1, 1100);
    const sent = run(sender, 3);
    expect(sent.map(({ payload }) => payload.duration)).toEqual([60, 220, 380]);
    sender.end(60);
    sent.push(...run(sender, 1, 1480));
    sender.begin(2, 1100 + 960);
    sent.push(...run(sender, 4, 1640));
    sender.end(61.5);
    sent.push(...run(sender, 4, 2280));
    expect(told(sent)).toEqual([
      { at: 1100, event: 1, duration: 480 },
      { at: 2060, event: 2, duration: 492 },
    ]);
    expect(sent.filter(({ payload }) => payload.end)).toHaveLength(6);
  });

  it("begin() sends a new digit beside the last one's repeated end", () => {
    const sender = new TelephoneEventSender(8000);
    sender.begin(1, 1000);
    sender.end(20);
    sender.begin(2, 1000 + 320);
    expect(sender.step(1000, 160)).toHaveLength(1);
    expect(sender.step(1160, 160)).toHaveLength(1);
    const both = sender.step(1320, 160);
    expect(both.map(({ payload, replacesVoice }) => [payload.event, replacesVoice])).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  it("report() tells what was there three times, beside the voice", () => {
    const sender = new TelephoneEventSender(8000);
    expect(sender.report(32, 200, 400)).toBe(true);
    expect(sender.report(36, 200, 400)).toBe(false);
    const sent = run(sender, 5, 3400);
    expect(sent.map(({ marker }) => marker)).toEqual([true, false, false]);
    for (const { timestamp, payload, replacesVoice } of sent) {
      expect({ timestamp, replacesVoice }).toEqual({ timestamp: 200, replacesVoice: false });
      expect(payload).toMatchObject({ event: 32, end: true, duration: 3200 });
    }
  });

  it.each([
    { what: "before the next digit", act: (s: TelephoneEventSender) => void s.begin(2, 3000) },
    { what: "where the clock stood still", act: (s: TelephoneEventSender) => s.interrupt() },
  ])("ends a digit that nobody ended with what was told, $what", ({ act }) => {
    const sender = new TelephoneEventSender(8000);
    sender.begin(1, 1000);
    const sent = run(sender, 3);
    act(sender);
    sent.push(...run(sender, 4, 1480));
    sender.end(500);
    sent.push(...run(sender, 20, 2120));
    expect(told(sent)[0]).toEqual({ at: 1000, event: 1, duration: 480 });
  });

  it("end() of less than was told already takes nothing back", () => {
    const sender = new TelephoneEventSender(8000);
    sender.begin(1, 1000);
    const sent = run(sender, 5);
    sender.end(40);
    sent.push(...run(sender, 5, 1800));
    expect(told(sent)).toEqual([{ at: 1000, event: 1, duration: 800 }]);
  });

  it("lets a key go that is held for more than a minute", () => {
    const sender = new TelephoneEventSender(8000);
    sender.begin(1, 1000);
    const ends = run(sender, 3100).filter(({ payload }) => payload.end);
    expect(ends).toHaveLength(3);
    expect(ends[0]?.timestamp).toBe(1000 + 7 * SEGMENT_MAX_UNITS);
  });

  it("begin() refuses one digit too many", () => {
    const sender = new TelephoneEventSender(8000);
    for (let n = 0; n < DIGIT_QUEUE_LIMIT; n++) expect(sender.begin(1, n * 480)).toBe(true);
    expect(sender.begin(1, 0)).toBe(false);
  });

  it("enqueue() refuses one digit too many", () => {
    const sender = new TelephoneEventSender(8000);
    for (let n = 0; n < DIGIT_QUEUE_LIMIT; n++) expect(sender.enqueue(1, 50)).toBe(true);
    expect(sender.enqueue(1, 50)).toBe(false);
  });
});

const event = (code: number, duration: number, end = false) => ({
  event: code,
  end,
  volume: 10,
  duration,
});

describe("TelephoneEventReceiver", () => {
  const ended = (digit: string, durationMs: number) => ({ kind: "digit-end", digit, durationMs });
  const started = (digit: string, timestamp: number, durationMs = 20) => ({
    kind: "digit-start",
    digit,
    volume: 10,
    timestamp,
    durationMs,
  });

  it("receive() reports a digit once, though its end comes three times", () => {
    const receiver = new TelephoneEventReceiver(8000);
    const signals: DigitSignal[] = [];
    for (const [duration, end] of [
      [160, false],
      [320, false],
      [480, true],
      [480, true],
      [480, true],
    ] as const) {
      signals.push(...receiver.receive(9000, event(11, duration, end), 0));
    }
    expect(signals).toEqual([started("#", 9000), ended("#", 60)]);
    expect(receiver.deadlineMs()).toBeUndefined();
  });

  it("receive() reports a digit of which only one end packet came", () => {
    const receiver = new TelephoneEventReceiver(8000);
    expect(receiver.receive(9000, event(0, 800, true), 0)).toHaveLength(2);
  });

  it("timeout() ends a digit whose end was lost, after 150 ms and not before", () => {
    const receiver = new TelephoneEventReceiver(8000);
    receiver.receive(9000, event(1, 160), 1000);
    receiver.receive(9000, event(1, 320), 1020);
    expect(receiver.deadlineMs()).toBe(1170);
    expect(receiver.timeout(1169)).toEqual([]);
    expect(receiver.timeout(1170)).toEqual([ended("1", 40)]);
    expect(receiver.receive(9000, event(1, 480, true), 1200)).toEqual([]);
  });

  it.each([
    { packetMs: 10, lateMs: 0, durations: [80], silentMs: 60 },
    { packetMs: 20, lateMs: 0, durations: [160], silentMs: 60 },
    { packetMs: 20, lateMs: 35, durations: [160], silentMs: 95 },
    { packetMs: 20, lateMs: 0, durations: [160, 400, 560], silentMs: 90 },
    { packetMs: 60, lateMs: 0, durations: [480], silentMs: 150 },
    { packetMs: 20, lateMs: 0, durations: [160, 8000], silentMs: 150 },
  ])("timeout() after $silentMs ms: packets of $packetMs, told $durations", (row) => {
    const receiver = new TelephoneEventReceiver(8000, row.packetMs);
    receiver.lateMs = row.lateMs;
    for (const duration of row.durations) receiver.receive(9000, event(1, duration), 0);
    expect(receiver.timeout(row.silentMs - 1)).toEqual([]);
    expect(receiver.timeout(row.silentMs)).toHaveLength(1);
  });

  it("receive() of the next digit ends the one before", () => {
    const receiver = new TelephoneEventReceiver(8000);
    receiver.receive(9000, event(1, 800), 0);
    expect(receiver.receive(10_600, event(1, 160), 200)).toEqual([
      ended("1", 100),
      started("1", 10_600),
    ]);
  });

  it("receive() joins the segments of a long digit", () => {
    const receiver = new TelephoneEventReceiver(8000);
    receiver.receive(0xffff_f000, event(1, SEGMENT_MAX_UNITS), 0);
    const next = (0xffff_f000 + SEGMENT_MAX_UNITS) % 2 ** 32;
    expect(receiver.receive(next, event(1, 160), 100)).toEqual([]);
    expect(receiver.receive(next, event(1, 320, true), 100)).toEqual([
      ended("1", (SEGMENT_MAX_UNITS + 320) / 8),
    ]);
  });

  it.each([
    { what: "event 17", packet: event(17, 800, true) },
    { what: "event 255", packet: event(255, 800, true) },
  ])("receive() passes over $what", ({ packet }) => {
    expect(new TelephoneEventReceiver(8000).receive(1, packet, 0)).toEqual([]);
  });

  it.each([32, 33, 34, 35, 36, 54])("receive() tells a modem's tone, event %i, once", (code) => {
    const receiver = new TelephoneEventReceiver(8000);
    const start = { kind: "tone-start", event: code, timestamp: 500, durationMs: 20 };
    expect(receiver.receive(500, event(code, 160), 0)).toEqual([start]);
    expect(receiver.receive(500, event(code, 8000), 500)).toEqual([]);
    const over = [{ kind: "tone-end", event: code, durationMs: 2000 }];
    expect(receiver.receive(500, event(code, 16_000, true), 1000)).toEqual(over);
    expect(receiver.receive(500, event(code, 16_000, true), 1020)).toEqual([]);
  });

  it("receive() tells a hook flash once, with its length", () => {
    const receiver = new TelephoneEventReceiver(8000);
    expect(receiver.receive(500, event(16, 160), 0)).toEqual([]);
    const over = [{ kind: "flash", durationMs: 100 }];
    expect(receiver.receive(500, event(16, 800, true), 60)).toEqual(over);
    expect(receiver.receive(500, event(16, 800, true), 80)).toEqual([]);
    receiver.receive(9000, event(16, 160), 1000);
    expect(receiver.timeout(1150)).toEqual([{ kind: "flash", durationMs: 20 }]);
  });

  it("receive() drops a straggler of an older digit", () => {
    const receiver = new TelephoneEventReceiver(8000);
    receiver.receive(9000, event(1, 800, true), 0);
    receiver.receive(12_000, event(2, 160), 300);
    expect(receiver.receive(9000, event(1, 800, true), 310)).toEqual([]);
    expect(receiver.receive(12_000, event(2, 320, true), 320)).toEqual([ended("2", 40)]);
  });

  it("hears every digit of the sender once and in order, whatever one in three is lost", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 2 })),
        (codes, chance) => {
          const sender = new TelephoneEventSender(8000);
          for (const code of codes) sender.enqueue(code, 100);
          const receiver = new TelephoneEventReceiver(8000);
          const heard: string[] = [];
          const take = (signals: readonly DigitSignal[]) => {
            for (const signal of signals) if (signal.kind === "digit-end") heard.push(signal.digit);
          };
          for (let n = 0; n < codes.length * 12 + 20; n++) {
            take(receiver.timeout(n * 20));
            for (const packet of sender.step(5000 + n * 160, 160)) {
              // Never all: the last end packet comes through.
              const last = packet.payload.end && !packet.replacesVoice;
              if (chance.next().value === 0 && !last) continue;
              take(receiver.receive(packet.timestamp, packet.payload, n * 20));
            }
          }
          expect(heard).toEqual(codes.map((code) => DIGITS[code]));
        },
      ),
    );
  });
});
