import { describe, expect, it } from "vitest";
import type { Codec } from "./codec/codec.ts";
import { PCMU } from "./codec/g711.ts";
import { Playout } from "./playout.ts";

const FRAME = 80;
const PACKET = 160;
const NOISE_TYPE = 13;
const LATE_MS = 60;

/** A word, a pause that is described once, and a word; packets of 20 ms. */
interface Talk {
  /** How much later than others each third packet of the first word comes, and of the second. */
  readonly lateFirstMs: number;
  readonly lateThenMs: number;
}

const [FIRST, PAUSE, THEN] = [100, 50, 100];

/** Plays it; how far behind it is at the second word's beginning and end, and what was made up. */
function play({ lateFirstMs, lateThenMs }: Talk) {
  const codec = PCMU.createCodec();
  const playout = new Playout(FRAME, 1, () => codec);
  const due: { atMs: number; sequence: number; n: number }[] = [];
  let sequence = 0;
  for (let n = 0; n < FIRST + PAUSE + THEN; n++) {
    if (n > FIRST && n < FIRST + PAUSE) continue;
    const lateMs = n < FIRST ? lateFirstMs : n > FIRST ? lateThenMs : 0;
    due.push({ atMs: 20 * n + (n % 3 === 1 ? lateMs : 0), sequence: sequence++, n });
  }
  due.sort((a, b) => a.atMs - b.atMs);
  const payload = Uint8Array.from({ length: PACKET }, (_, at) => (at % 8 < 4 ? 0x20 : 0xa0));
  const delaysMs: number[] = [];
  let madeUpBefore = 0;
  for (let atMs = 0; atMs < 20 * (FIRST + PAUSE + THEN); atMs += 10) {
    while (due[0] !== undefined && due[0].atMs <= atMs) {
      const { sequence: number, n } = due.shift() ?? due[0];
      const common = { sequence: number, timestamp: n * PACKET };
      const noise = { payloadType: NOISE_TYPE, payload: Uint8Array.of(60), samples: FRAME };
      const voice = { payloadType: 0, payload, samples: PACKET };
      playout.put(n === FIRST ? { ...common, ...noise, noise: true } : { ...common, ...voice });
    }
    if (atMs === 20 * (FIRST + PAUSE)) madeUpBefore = playout.framesConcealed;
    playout.pull(new Int16Array(FRAME));
    if (atMs >= 20 * (FIRST + PAUSE) + 60) delaysMs.push(playout.delaySamples / 8);
  }
  const madeUp = playout.framesConcealed - madeUpBefore;
  return { beginsMs: delaysMs[0], endsMs: delaysMs.at(-1), madeUp };
}

describe("Playout in a pause that is described", () => {
  it("comes to wait for known jitter, so that the next word is whole", () => {
    const { beginsMs, madeUp } = play({ lateFirstMs: LATE_MS, lateThenMs: LATE_MS });
    expect(beginsMs).toBeGreaterThanOrEqual(LATE_MS);
    expect(beginsMs).toBeLessThanOrEqual(LATE_MS + 20);
    expect(madeUp).toBe(0);
  });

  it("comes to wait for no jitter where there was none", () => {
    expect(play({ lateFirstMs: 0, lateThenMs: 0 })).toEqual({ beginsMs: 0, endsMs: 0, madeUp: 0 });
  });
});

describe("Playout of a codec that knows best what was lost", () => {
  const MADE_UP = 1234;

  it.each([true, false])("asks it, and makes it up itself where it cannot: it can %s", (can) => {
    const codec: Codec = {
      ...PCMU.createCodec(),
      conceal: (out) => {
        if (can) out.fill(MADE_UP);
        return can;
      },
    };
    const playout = new Playout(FRAME, 1, () => codec);
    const payload = new Uint8Array(PACKET).fill(0x10);
    const lost = new Set([20, 21]);
    const heard = new Int16Array(FRAME);
    let made = 0;
    for (let n = 0; n < 40; n++) {
      const packet = { sequence: n, timestamp: n * PACKET, payloadType: 0, payload };
      if (!lost.has(n)) playout.put({ ...packet, samples: PACKET });
      for (let half = 0; half < 2; half++) {
        playout.pull(heard);
        if (heard.every((sample) => sample === MADE_UP)) made++;
      }
    }
    expect(playout.framesConcealed).toBe(4);
    expect(made).toBe(can ? 4 : 0);
  });
});
