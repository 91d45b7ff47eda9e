import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { be16, be32, FULL_LINE } from "./card.fixture.ts";
import { DEVICE, opened, rig } from "./card-rig.fixture.ts";

describe("commands", () => {
  it("each call is one command with its numbers", async () => {
    const { card, slic } = await opened((one) => {
      one.lines = [FULL_LINE];
    });
    const asked: string[] = [];
    for (const [call, expected] of [
      [() => slic.setFeed("open"), "0 2 0"],
      [() => slic.setFeed("forward"), "0 2 1"],
      [() => slic.setFeed("reverse"), "0 2 2"],
      [() => slic.setFeed("power-down"), "0 2 3"],
      [() => slic.setRinging(true, { frequencyHz: 20 }), "0 3 1 0 0 200 0 0 0"],
      [
        () => slic.setRinging(true, { frequencyHz: 16.7, shape: "sine", voltsRms: 55.4 }),
        "0 3 1 1 0 167 55 0 0",
      ],
      [
        () => slic.setRinging(true, { frequencyHz: 50, shape: "trapezoid", voltsRms: 300 }),
        "0 3 1 2 1 244 255 0 0",
      ],
      [() => slic.setRinging(false, { frequencyHz: 20 }), "0 3 0 0 0 0 0 0 0"],
      [() => slic.setOnHookTransmission?.(true), "0 4 1"],
      [() => slic.sendMeteringPulse?.(16_000, 125), "0 5 62 128 0 125"],
      [() => slic.setNeonLamp?.(false), "0 6 0"],
    ] as const) {
      expect(call()).toEqual({ ok: true, value: undefined });
      await card.clock.advance(5);
      asked.push(expected);
    }
    expect(card.commands()).toEqual(asked);
  });

  it("go one at a time, in order, with tags that count; lines do not wait", async () => {
    const { card, slic, start } = await opened();
    const other = await start({ line: 2 });
    card.commands();
    card.deaf.add(0x02);
    slic.setFeed("reverse");
    slic.setFeed("forward");
    other.slic?.setFeed("reverse");
    expect(card.commands()).toEqual(["0 2 2", "1 2 2"]);
    await card.clock.advance(59);
    expect(card.commands()).toEqual([]);
    card.deaf.clear();
    await card.clock.advance(10);
    const said = card.taken(0x02);
    const tags = said.filter(({ body }) => body[0] === 0).map(({ body }) => body[1]);
    expect(said.map(({ body }) => body[0])).toEqual([0, 1, 0]);
    expect(tags).toEqual([2, 3]);
  });

  it("is said five times, 60 ms apart, same tag and new seq; then the line fails", async () => {
    const { card, slic, log } = await opened();
    card.deaf.add(2);
    const startMs = card.clock.nowMs();
    slic.setFeed("reverse");
    await card.clock.advance(299);
    const tries = card.taken(0x02);
    expect(tries.map(({ atMs }) => atMs - startMs)).toEqual([0, 60, 120, 180, 240]);
    expect(new Set(tries.map(({ body }) => body[1])).size).toBe(1);
    expect(new Set(tries.map(({ seq }) => seq)).size).toBe(5);
    expect(log).toEqual([]);
    await card.clock.advance(1);
    expect(log).toHaveLength(1);
    expect(log[0]).toContain("1 fault gone: the line feed of line 1");
    expect(card.commands()[0]).toBe("0 3 0 0 0 0 0 0 0");
  });

  it.each([
    [1, "unsupported"],
    [2, "io"],
    [3, "not-found"],
    [4, "unsupported"],
    [5, "io"],
    [6, "io"],
    [200, "io"],
  ])("a reply with status %i is a fault %s, and the line is made safe", async (status, kind) => {
    const { card, slic, log } = await opened();
    card.replies.set(2, { status, data: [] });
    slic.setFeed("reverse");
    await card.clock.advance(2);
    expect(log).toHaveLength(1);
    expect(log[0]).toContain(`1 fault ${kind}: `);
    expect(card.commands()).toEqual(["0 2 2", "0 3 0 0 0 0 0 0 0"]);
  });

  it("a late reply to a command of the past is passed over", async () => {
    const { card, slic, log } = await opened();
    card.deaf.add(2);
    slic.setFeed("reverse");
    const tag = card.taken(0x02)[0]?.body[1] ?? 0;
    for (const [oldTag, op] of [
      [tag - 1, 2],
      [tag, 3],
    ]) {
      card.say(0x82, [0, oldTag ?? 0, op ?? 0, 6]);
    }
    card.say(0x82, [7, tag, 2, 6]);
    await card.clock.advance(5);
    expect(log).toEqual([]);
  });

  it("safe() overtakes what waits", async () => {
    const { card, slic } = await opened();
    card.deaf.add(3);
    slic.setRinging(true, { frequencyHz: 20 });
    for (let more = 0; more < 5; more++) slic.setFeed("reverse");
    card.commands();
    card.deaf.clear();
    slic.safe();
    await card.clock.advance(10);
    expect(card.commands()).toEqual(["0 3 0 0 0 0 0 0 0", "0 2 1"]);
  });

  it.each(["open", "power-down"] as const)("feed %s of a card that cannot", async (feed) => {
    const { slic, card } = await opened((one) => {
      one.lines = [[...be16(0x17), 33, 20, 20, 25, 65, 0]];
    });
    const result = slic.setFeed(feed);
    expect(result.ok ? undefined : result.error.kind).toBe("unsupported");
    expect(card.commands()[0]).toBe("0 3 0 0 0 0 0 0 0");
  });

  it("measures, or says why not", async () => {
    const { card, slic } = await opened((one) => {
      one.lines = [FULL_LINE];
    });
    const full = [...be16(2050), ...be16(-150), ...be16(-4200), ...be16(-7000)];
    card.replies.set(7, { status: 0, data: full });
    const measured = slic.measure?.();
    await card.clock.advance(5);
    expect(await measured).toEqual({
      ok: true,
      value: { loopMilliamps: 20.5, tipVolts: -1.5, ringVolts: -42, batteryVolts: -70 },
    });
    card.replies.set(7, { status: 0, data: full.slice(1) });
    const short = slic.measure?.();
    await card.clock.advance(5);
    expect((await short)?.ok).toBe(false);
    card.deaf.add(7);
    const dropped = slic.measure?.();
    slic.safe();
    await card.clock.advance(5);
    expect((await dropped)?.ok).toBe(false);
  });
});

describe("events", () => {
  it("each is told once and acknowledged, at the card's time", async () => {
    const { card, log } = await opened();
    card.taken(0x03);
    card.loop(0, true, 7);
    await card.clock.advance(2);
    const atMs = card.clock.nowMs() - 2 - 7;
    card.say(0x83, [0, 1, ...card.event(0, 1, 1)]);
    card.loop(0, false);
    await card.clock.advance(2);
    expect(log).toHaveLength(2);
    const [closedMs = 0, openMs = 0] = log.map((line) => Number(line.split(" ").at(-1)));
    // The delay of 1 ms each way is all that the clock's estimate may be off by.
    expect(Math.abs(closedMs - atMs)).toBeLessThanOrEqual(1);
    expect(openMs - closedMs).toBeCloseTo(9, 2);
    expect(card.taken(0x03).map(({ body }) => body[0])).toEqual([1, 1, 2]);
  });

  it("a packet after a lost one is not taken before that", async () => {
    const { card, log } = await opened();
    const closed = card.event(0, 1, 1);
    const open = card.event(0, 1, 0);
    card.say(0x83, [1, 1, ...open]);
    await card.clock.advance(2);
    expect(log).toEqual([]);
    card.say(0x83, [0, 2, ...closed, ...open]);
    await card.clock.advance(2);
    expect(log.map((line) => line.split(" ")[1])).toEqual(["closed", "open"]);
  });

  it("goes on over the wrap of their numbers and of the card's clock", async () => {
    const { card, log } = await opened((one) => {
      one.startUs = 2 ** 32 - 7_000_000;
    });
    for (let change = 0; change < 300; change++) {
      card.loop(0, change % 2 === 0);
      await card.clock.advance(10);
    }
    const times = log.map((line) => Number(line.split(" ").at(-1)));
    expect(times).toHaveLength(300);
    for (let at = 1; at < times.length; at++) {
      expect((times[at] ?? 0) - (times[at - 1] ?? 0)).toBeCloseTo(10, 0);
    }
  });

  it("of a line nobody opened, and unknown kinds, are acknowledged and passed over", async () => {
    const { card, log } = await opened();
    card.taken(0x03);
    const events = [card.event(1, 1, 1), card.event(0, 77, 1), card.event(0, 4, 2)];
    card.say(0x83, [0, 3, ...events.flat()]);
    card.nextEvent = 3;
    await card.clock.advance(2);
    expect([log, card.taken(0x03).map(({ body }) => body[0])]).toEqual([[], [3]]);
  });

  it("FAULT is told, with that line made safe and the other left alone", async () => {
    const { card, log, start } = await opened();
    await start({ line: 2 });
    card.commands();
    card.say(0x83, [0, 1, ...card.event(0, 2, 1)]);
    card.nextEvent = 1;
    await card.clock.advance(5);
    expect(log).toEqual([`1 fault io: line 1 of the serial card at ${DEVICE}: over-current`]);
    expect(card.commands()).toEqual(["0 3 0 0 0 0 0 0 0", "0 2 1"]);
  });

  it("a change that the card had to drop shows by the next STATUS", async () => {
    const { card, log, slic } = await opened();
    card.loops = 1;
    await card.clock.advance(300);
    expect(log).toHaveLength(1);
    expect(log[0]).toContain("1 closed");
    expect(slic.readLoop()).toEqual({ ok: true, value: true });
  });

  it("a STATUS that is ahead of the events changes nothing", async () => {
    const { card, log } = await opened();
    card.loops = 1;
    card.nextEvent = 1;
    await card.clock.advance(600);
    expect(log).toEqual([]);
  });
});

describe("requestWatermark()", () => {
  it("comes after its moment, by a PING of its own", async () => {
    const { card, slic, log } = await opened();
    await card.clock.advance(7);
    const askedMs = card.clock.nowMs();
    slic.requestWatermark(askedMs + 40);
    expect(log).toEqual([]);
    await card.clock.advance(39);
    expect(log).toEqual([]);
    await card.clock.advance(25);
    expect(log).toHaveLength(1);
    const [, , forMs, , atMs] = log[0]?.split(" ") ?? [];
    expect(Number(forMs)).toBe(askedMs + 40);
    expect(Number(atMs) - askedMs).toBeLessThanOrEqual(64);
  });

  it("waits for an event that was lost, which comes first", async () => {
    const { card, slic, log } = await opened();
    const closed = card.event(0, 1, 1);
    card.nextEvent = 1;
    card.loops = 1;
    slic.requestWatermark(card.clock.nowMs());
    await card.clock.advance(100);
    expect(log).toEqual([]);
    card.say(0x83, [0, 1, ...closed]);
    await card.clock.advance(30);
    expect(log.map((line) => line.split(" ")[1])).toEqual(["closed", "watermark"]);
  });

  it("comes by AUDIO-UP too, and in spite of lost PINGs", async () => {
    const { card, slic, log } = await opened();
    card.deaf.add(0x04);
    slic.requestWatermark(card.clock.nowMs() + 5);
    await card.clock.advance(50);
    expect(log).toEqual([]);
    card.audio(1, 0, 0);
    await card.clock.advance(2);
    expect(log).toHaveLength(1);
    slic.requestWatermark(card.clock.nowMs() + 5);
    await card.clock.advance(60);
    card.deaf.clear();
    await card.clock.advance(25);
    expect(log).toHaveLength(2);
  });

  it("no change is told that is stamped before a watermark", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -200, max: 200 }),
        fc.integer({ min: 0, max: 30 }),
        fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 12 }),
        async (ppm, delayMs, waits) => {
          const { card, slic, log } = await opened((one) => {
            one.ppm = ppm;
            one.delayMs = delayMs;
          });
          let closed = false;
          for (const waitMs of waits) {
            slic.requestWatermark(card.clock.nowMs() + (waitMs % 7));
            await card.clock.advance(waitMs);
            closed = !closed;
            card.loop(0, closed);
          }
          await card.clock.advance(200);
          let markMs = 0;
          for (const line of log) {
            const [, kind, atMs] = line.split(" ");
            expect(Number(atMs)).toBeGreaterThanOrEqual(Math.floor(markMs));
            if (kind === "watermark") markMs = Number(atMs);
          }
          expect(log.filter((line) => !line.includes("watermark"))).toHaveLength(waits.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("audio", () => {
  it("a frame in causes its answer at once, with the same position", async () => {
    const all = rig();
    const frames: string[] = [];
    const { audio } = await all.start({}, (captured, playout, first) => {
      frames.push(`${first} ${captured[0]} ${captured[79]} ${playout[0]}`);
      playout.fill(-2);
    });
    all.card.commands();
    audio?.start();
    audio?.start();
    await all.card.clock.advance(3);
    expect(all.card.commands()).toEqual(["0 10 1"]);
    all.card.audio(1, 4000, 300);
    await all.card.clock.advance(1);
    expect(frames).toEqual(["4000 300 300 0"]);
    const [answer] = all.card.taken(0x05);
    expect(answer?.body.slice(0, 5)).toEqual([1, ...be32(4000)]);
    expect(answer?.body.slice(5)).toEqual(Array.from({ length: 80 }, () => [0xff, 0xfe]).flat());
    audio?.stop();
    await all.card.clock.advance(3);
    expect(all.card.commands()).toEqual(["0 10 0"]);
    all.card.audio(1, 4080, 300);
    await all.card.clock.advance(1);
    expect([frames.length, all.card.taken(0x05)]).toEqual([1, []]);
  });

  it("a line that does not listen gets silence in the frame of the others", async () => {
    const all = rig();
    const heard: number[] = [];
    const first = await all.start({ line: 1 }, (_, playout) => void playout.fill(1));
    const second = await all.start({ line: 2 }, (captured) => void heard.push(captured[0] ?? 0));
    second.audio?.start();
    all.card.audio(3, 80, 7);
    await all.card.clock.advance(1);
    const [answer] = all.card.taken(0x05);
    expect(answer?.body).toHaveLength(5 + 320);
    expect(answer?.body.slice(5).every((byte) => byte === 0)).toBe(true);
    expect(heard).toEqual([7]);
    first.close();
  });

  it("a lost frame is a gap, an old or doubled one is not heard, the position wraps", async () => {
    const all = rig();
    const firsts: number[] = [];
    const { audio } = await all.start({}, (_, __, first) => void firsts.push(first));
    audio?.start();
    const near = 2 ** 32 - 160;
    for (const position of [near, near + 80, near + 80, near, 0, 240, 80]) {
      all.card.audio(1, position, 1);
      await all.card.clock.advance(2);
    }
    // Audio off for 100 hours: more than half of the 32 bits.
    all.card.audio(1, 240 + 2_880_000_000, 1);
    await all.card.clock.advance(2);
    const wrap = 2 ** 32;
    expect(firsts).toEqual([near, near + 80, wrap, wrap + 240, wrap + 240 + 2_880_000_000]);
  });

  it.each([
    ["no lines", [0]],
    ["too few samples", [1, 0, 0, 0, 80, 0, 0, 0, 0, 0, 1, 2, 3]],
  ])("a frame with %s is dropped", async (_, body) => {
    const all = rig();
    const { audio } = await all.start({}, () => {
      throw new Error("no frame");
    });
    audio?.start();
    await all.card.clock.advance(2);
    all.card.say(0x85, [...body, ...Array<number>(12).fill(0)]);
    await all.card.clock.advance(2);
    expect(all.card.taken(0x05)).toEqual([]);
  });

  it("leaves an answer out while the one before has not left, for control's sake", async () => {
    const all = rig();
    const { audio, slic } = await all.start();
    audio?.start();
    await all.card.clock.advance(2);
    all.card.audio(1, 80, 1);
    await all.card.clock.advance(2);
    expect(all.card.taken(0x05)).toHaveLength(1);
    // The whole answer is still in the port, and a command behind it.
    all.card.pendingBytes = 173;
    slic?.setFeed("reverse");
    all.card.pendingBytes += 11;
    all.card.audio(1, 160, 1);
    await all.card.clock.advance(2);
    expect(all.card.taken(0x05)).toHaveLength(0);
    // Only the command is left.
    all.card.pendingBytes = 9;
    all.card.audio(1, 240, 1);
    await all.card.clock.advance(2);
    expect(all.card.taken(0x05)).toHaveLength(1);
  });
});
