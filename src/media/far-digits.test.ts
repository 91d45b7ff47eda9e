import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FarDigits } from "./far-digits.ts";
import { TelephoneEventReceiver } from "./rtp/telephone-event-receiver.ts";
import type { EventPacket } from "./rtp/telephone-event-sender.ts";
import { TelephoneEventSender } from "./rtp/telephone-event-sender.ts";

const FRAME = 80;

interface Key {
  readonly toneMs: number;
  readonly pauseMs: number;
}

interface Way {
  readonly packetMs: number;
  /** What each packet takes, in turn. */
  readonly delaysMs: readonly number[];
  readonly loses?: (packet: EventPacket, nth: number) => boolean;
}

/** Keys sent as events over a way; when tones begin and how long they are, in ms. */
function played(keys: readonly Key[], way: Way) {
  const { packetMs, delaysMs, loses = () => false } = way;
  const sender = new TelephoneEventSender(8000);
  const receiver = new TelephoneEventReceiver(8000, packetMs);
  receiver.lateMs = Math.max(...delaysMs) - Math.min(...delaysMs);
  const digits = new FarDigits("s");
  const path = {
    clockRateHz: 8000,
    packetMs,
    lateMs: Math.max(...delaysMs),
    isVoiceAfter: () => false,
  };
  let at = 100;
  const edges = keys.flatMap(({ toneMs, pauseMs }) => {
    const begin = { ms: at, toneMs, begins: true };
    at += toneMs + pauseMs;
    return [begin, { ms: begin.ms + toneMs, toneMs, begins: false }];
  });
  const onWay: { readonly ms: number; readonly packet: EventPacket }[] = [];
  const heard: number[] = [];
  let nth = 0;
  const told: number[] = [];
  const take = (signals: ReturnType<TelephoneEventReceiver["receive"]>, ms: number) => {
    for (const signal of signals) {
      for (const output of digits.take(signal, ms, path)) {
        if (output.kind === "event" && output.event.kind === "digit") {
          told.push(output.event.durationMs);
        }
      }
    }
  };
  for (let ms = 0; ms < at + 500; ms++) {
    // Keys are known 50 ms late, and sent by their own time.
    const edge = edges.find(({ ms: when }) => when + 50 === ms);
    if (edge?.begins === true) sender.begin(5, (edge.ms + 50) * 8);
    else if (edge !== undefined) sender.end(edge.toneMs);
    if (ms % packetMs === 0 && ms > 0) {
      for (const packet of sender.step((ms - packetMs) * 8, packetMs * 8)) {
        const delay = delaysMs[nth % delaysMs.length] ?? 0;
        if (!loses(packet, nth)) onWay.push({ ms: ms + delay, packet });
        nth++;
      }
    }
    for (const arrived of onWay.filter((one) => one.ms === ms)) {
      take(receiver.receive(arrived.packet.timestamp, arrived.packet.payload, ms), ms);
    }
    take(receiver.timeout(ms), ms);
    if (ms % 10 !== 5) continue;
    const frame = new Int16Array(FRAME);
    digits.render(frame, ms);
    heard.push(...frame);
  }
  const tones: { fromMs: number; toMs: number }[] = [];
  for (const [sample, value] of heard.entries()) {
    if (Math.abs(value) < 60) continue;
    const last = tones.at(-1);
    if (last !== undefined && sample / 8 - last.toMs < 5) last.toMs = sample / 8;
    else tones.push({ fromMs: sample / 8, toMs: sample / 8 });
  }
  return { tones, told };
}

const lengths = ({ tones }: ReturnType<typeof played>) =>
  tones.map(({ fromMs, toMs }) => Math.round(toMs - fromMs));

describe("FarDigits", () => {
  it.each([10, 20, 30, 40, 60])(
    "plays 60 ms on and off as they were, packets of %i ms",
    (packetMs) => {
      const keys = Array.from({ length: 16 }, () => ({ toneMs: 60, pauseMs: 60 }));
      const { tones } = played(keys, { packetMs, delaysMs: [0] });
      expect(tones).toHaveLength(16);
      for (const [at, { fromMs, toMs }] of tones.entries()) {
        expect(Math.abs(toMs - fromMs - 60)).toBeLessThanOrEqual(2);
        const before = tones[at - 1];
        if (before !== undefined)
          expect(Math.abs(fromMs - before.toMs - 60)).toBeLessThanOrEqual(3);
      }
    },
  );

  it("keeps any lengths and pauses over any jitter within what is waited for", () => {
    const key = fc.record({
      toneMs: fc.integer({ min: 40, max: 200 }),
      pauseMs: fc.integer({ min: 41, max: 180 }),
    });
    fc.assert(
      fc.property(
        fc.array(key, { minLength: 2, maxLength: 6 }),
        fc.constantFrom(10, 20, 30),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 }),
        (keys, packetMs, delaysMs) => {
          const { tones, told } = played(keys, { packetMs, delaysMs });
          expect(told).toEqual(keys.map(({ toneMs }) => toneMs));
          expect(tones).toHaveLength(keys.length);
          for (const [at, { fromMs, toMs }] of tones.entries()) {
            const toneMs = keys[at]?.toneMs ?? 0;
            expect(Math.abs(toMs - fromMs - toneMs)).toBeLessThanOrEqual(2);
            const before = tones[at - 1];
            const pauseMs = keys[at - 1]?.pauseMs ?? 0;
            if (before === undefined) continue;
            expect(Math.abs(fromMs - before.toMs - pauseMs)).toBeLessThanOrEqual(3);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it("ends a tone whose end packets were all lost about where what was told of it ends", () => {
    const loses = ({ payload }: EventPacket) => payload.end;
    const once = played([{ toneMs: 100, pauseMs: 300 }], { packetMs: 20, delaysMs: [0], loses });
    expect(once.told).toEqual([90]);
    const [ms = 0] = lengths(once);
    expect(ms).toBeGreaterThanOrEqual(88);
    expect(ms).toBeLessThanOrEqual(120);
  });

  it("plays a digit of which only the end came as long as it was", () => {
    const loses = ({ payload }: EventPacket) => !payload.end;
    const way = { packetMs: 20, delaysMs: [0], loses };
    expect(lengths(played([{ toneMs: 90, pauseMs: 300 }], way))[0]).toBeCloseTo(90, -0.5);
  });

  it.each([
    { event: 32, isBeside: false, hz: 2100 },
    { event: 34, isBeside: false, hz: 2100 },
    { event: 36, isBeside: false, hz: 1100 },
    // The voice goes on: the tone is in it.
    { event: 32, isBeside: true, hz: undefined },
    { event: 54, isBeside: false, hz: undefined },
  ])("plays a modem's tone as long as it was: event $event, in the voice $isBeside", (row) => {
    const digits = new FarDigits("s");
    const path = { clockRateHz: 8000, packetMs: 20, lateMs: 0, isVoiceAfter: () => row.isBeside };
    const heard: number[] = [];
    for (let ms = 0; ms < 2000; ms += 10) {
      const { event } = row;
      const start = { kind: "tone-start", event, timestamp: 8000, durationMs: 20 } as const;
      if (ms === 100) digits.take(start, ms, path);
      if (ms === 880) digits.take({ kind: "tone-end", event, durationMs: 777 }, ms, path);
      const frame = new Int16Array(FRAME);
      digits.render(frame, ms);
      heard.push(...frame);
    }
    const loud = heard.flatMap((sample, at) => (Math.abs(sample) > 60 ? [at] : []));
    if (row.hz === undefined) {
      expect(loud).toEqual([]);
      return;
    }
    const [first = 0, last = 0] = [loud[0], loud.at(-1)];
    expect(Math.abs((last - first) / 8 - 777)).toBeLessThanOrEqual(2);
    const turns = heard.filter((one, at) => one < 0 && (heard[at + 1] ?? 0) >= 0).length;
    expect(Math.abs(turns / 0.777 - row.hz)).toBeLessThan(3);
  });

  it("forgets what nobody listened to", () => {
    const digits = new FarDigits("s");
    const path = { clockRateHz: 8000, packetMs: 20, lateMs: 0, isVoiceAfter: () => false };
    digits.render(new Int16Array(FRAME), 0);
    const start = {
      kind: "digit-start",
      digit: "5",
      volume: 10,
      timestamp: 0,
      durationMs: 20,
    } as const;
    digits.take(start, 10, path);
    digits.take({ kind: "digit-end", digit: "5", durationMs: 100 }, 110, path);
    const frame = new Int16Array(FRAME).fill(9);
    digits.render(frame, 1000);
    expect(frame.every((sample) => sample === 9)).toBe(true);
  });
});
