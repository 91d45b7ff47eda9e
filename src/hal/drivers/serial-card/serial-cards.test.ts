import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SlicCapabilities } from "../../ports/slic.ts";
import { AG1171_LINE, be16, be32, FULL_LINE, type ScriptedCard } from "./card.fixture.ts";
import { DEVICE, faultOf, gone, opened, rig } from "./card-rig.fixture.ts";

describe("SerialCards.open()", () => {
  it("greets, learns the card's clock, resets the line", async () => {
    const { card, start } = rig();
    card.loops = 1;
    const { slic } = await start();
    const [hello, ...more] = card.taken(0x01);
    expect(more).toEqual([]);
    expect(hello?.body.slice(0, 4)).toEqual([0x54, 0x52, 1, 1]);
    expect(hello?.body.slice(8)).toEqual([2, 2]);
    expect(card.lastBaud).toBe(921_600);
    expect(card.commands()).toEqual(["0 1"]);
    expect(slic?.readLoop()).toEqual({ ok: true, value: true });
  });

  it.each<[string, readonly number[], readonly string[], Partial<SlicCapabilities>]>([
    ["an Ag1171", AG1171_LINE, ["setFeed"], { onHookTransmission: true, ringDutyMax: 0.33 }],
    [
      "a card that can everything",
      FULL_LINE,
      ["setOnHookTransmission", "sendMeteringPulse", "setNeonLamp", "measure"],
      {
        openLoop: true,
        reversal: true,
        ringDutyMax: 1,
        ringBurstMaxMs: 25_500,
        ringTrip: "clean",
        meteringHz: [12_000, 16_000],
        neonLamp: true,
      },
    ],
    [
      "a card that can next to nothing",
      [...be16(3), 20, 10, 25, 25, 0, 0],
      [],
      { onHookTransmission: false, reversal: false, openLoop: false, ringBurstMaxMs: 1000 },
    ],
  ])("capabilities of %s", async (_, line, methods, capabilities) => {
    const { start } = rig((card) => {
      card.lines = [line];
    });
    const { slic } = await start();
    expect(slic?.capabilities).toMatchObject(capabilities);
    const optional = ["setOnHookTransmission", "sendMeteringPulse", "setNeonLamp", "measure"];
    for (const method of optional) {
      expect(slic !== undefined && typeof Reflect.get(slic, method) === "function", method).toBe(
        methods.includes(method),
      );
    }
  });

  it("says HELLO every 200 ms until a card answers that starts slowly", async () => {
    const { card, start } = rig((one) => void one.deaf.add(0x01));
    card.clock.at(card.clock.nowMs() + 1900, () => card.deaf.clear());
    await start();
    const hellos = card.taken(0x01);
    expect(hellos).toHaveLength(11);
    expect(hellos[1]?.atMs).toBe((hellos[0]?.atMs ?? 0) + 200);
  });

  it("gives up after 5 s without a WELCOME, and closes the link", async () => {
    const { card, start } = rig((one) => void one.deaf.add(0x01));
    const fault = await faultOf(start());
    expect(fault).toMatchObject({ kind: "not-found", what: expect.stringContaining(DEVICE) });
    expect(card.clock.nowMs()).toBeGreaterThanOrEqual(10_000);
    expect([card.opened, card.closed, card.clock.waiting]).toEqual([1, 1, 0]);
  });

  it("does not take the WELCOME of another session, nor what comes before it", async () => {
    const { card, start } = rig((one) => void one.deaf.add(0x01));
    const other = [...be32(99), 1, 1, 7, 2, 2, ...be16(1400), ...AG1171_LINE, 0];
    card.clock.at(card.clock.nowMs() + 50, () => {
      card.say(0x81, other);
      card.say(0x83, [0, 1, 0, 1, ...be32(1), ...be16(1)]);
      card.raw([1, 2, 3, 0]);
    });
    expect((await faultOf(start())).kind).toBe("not-found");
  });

  it("a card of another version is told so", async () => {
    const { card, start } = rig((one) => void one.deaf.add(0x01));
    card.clock.at(card.clock.nowMs() + 50, () => card.say(0x86, [3, 2, 4]));
    const fault = await faultOf(start());
    expect(fault.kind).toBe("unsupported");
    expect(fault.what).toContain("versions 2 to 4");
  });

  it("passes on what the serial port says", async () => {
    const { start } = rig((card) => {
      card.openFault = gone;
    });
    expect(await faultOf(start())).toEqual(gone);
  });

  it.each([0, 1, 2, 3])("line %i of a card of two", async (line) => {
    const { start } = rig();
    const found = line === 1 || line === 2;
    if (found) expect((await start({ line })).slic).toBeDefined();
    else expect((await faultOf(start({ line }))).kind).toBe("not-found");
  });

  it("a line whose fault still holds is refused, for the keeper to try again", async () => {
    const { start } = rig((card) => {
      card.replies.set(1, { status: 0, data: [1, 0, 0, 2] });
    });
    const fault = await faultOf(start());
    expect(fault.what).toBe(`line 1 of the serial card at ${DEVICE}: too hot`);
  });

  it("two lines share one link; it is closed 100 ms after the last with a BYE", async () => {
    const { card, start } = rig();
    const lines = await Promise.all([start({ line: 1 }), start({ line: 2 })]);
    expect(card.opened).toBe(1);
    lines[0].slic?.close();
    await card.clock.advance(1000);
    expect(card.closed).toBe(0);
    lines[1].close();
    expect(card.commands().slice(-2)).toEqual(["0 1", "1 1"]);
    await card.clock.advance(99);
    expect([card.closed, card.taken(0x06)]).toEqual([0, []]);
    await card.clock.advance(2);
    expect([card.closed, card.taken(0x06).length, card.clock.waiting]).toEqual([1, 1, 0]);
  });

  it("a line that is opened again at once keeps the session", async () => {
    const { card, start } = rig();
    (await start()).close();
    await start();
    await card.clock.advance(1000);
    expect([card.opened, card.closed, card.taken(0x01).length]).toEqual([1, 0, 1]);
  });

  it("refuses a line that is in use, until it is closed", async () => {
    const { cards, start } = rig();
    const { close } = await start({ line: 1 });
    const unheard = { onLoop() {}, onWatermark() {}, onFault() {} };
    const again = cards.open({ device: DEVICE, line: 1 }, unheard, { onFrame() {}, onFault() {} });
    expect(await faultOf(again)).toMatchObject({
      kind: "busy",
      what: `line 1 of the serial card at ${DEVICE}`,
    });
    close();
    await start({ line: 1 });
  });

  it("takes the country's impedance where the card has any, and passes it over", async () => {
    const full = (card: ScriptedCard): void => {
      card.lines = [FULL_LINE];
    };
    const able = rig(full);
    await able.start({ settings: { impedanceIfAble: "600+1uF" } });
    expect(able.card.commands()).toEqual(["0 1", "0 9 2"]);
    const unable = rig();
    await unable.start({ settings: { impedanceIfAble: "600+1uF" } });
    expect(unable.card.commands()).toEqual(["0 1"]);
    const faulted = rig(full).start({ settings: { hybridDb: 0 } });
    expect(await faultOf(faulted)).toMatchObject({ kind: "unsupported" });
  });

  it("refuses two settings for one card", async () => {
    const { start } = rig();
    await start({ line: 1 });
    const fault = await faultOf(start({ line: 2, baud: 460_800 }));
    expect(fault.advice).toContain("the same baud");
  });

  it.each([
    [115_200, 0, 1, true],
    [115_200, 2, 1, false],
    [230_400, 0, 2, true],
    [230_400, 2, 2, false],
    [460_800, 2, 2, true],
    [921_600, 2, 2, true],
  ])("at %i baud, coding %i: the audio of %i lines fits: %s", async (baud, code, count, fits) => {
    const { card, start } = rig((one) => {
      one.coding = code;
    });
    const lines = [];
    for (let line = 1; line < count; line++) lines.push(await start({ line, baud }));
    if (fits) await start({ line: count, baud });
    else expect((await faultOf(start({ line: count, baud }))).advice).toContain("raise baud");
    expect(card.opened).toBe(1);
  });

  it("sets a line up where the card can, and refuses where it cannot", async () => {
    const settings = { impedance: "220+820||115nF", toPhoneDb: -3.5, fromPhoneDb: 2 } as const;
    const able = rig((card) => {
      card.lines = [FULL_LINE];
    });
    await able.start({ settings });
    expect(able.card.commands()).toEqual(["0 1", "0 9 6", "0 8 255 221 0 20"]);
    for (const one of [{ impedance: "600" }, { toPhoneDb: 1 }, { fromPhoneDb: 0 }] as const) {
      const { start } = rig();
      expect((await faultOf(start({ settings: one }))).kind).toBe("unsupported");
    }
  });

  it("a card with audio only has no line interface, one with control only no audio", async () => {
    const audioOnly = rig((card) => {
      card.lines = [[...be16(2), 0, 0, 0, 0, 0, 0]];
    });
    const line = await audioOnly.start();
    expect([line.slic, line.audio?.frameSamples]).toEqual([undefined, 80]);
    const controlOnly = rig((card) => {
      card.lines = [[...be16(1), 33, 20, 20, 25, 65, 0]];
    });
    expect((await controlOnly.start({ baud: 9600 })).audio).toBeUndefined();
  });
});

describe("a card that is lost", () => {
  const lines = async (all: ReturnType<typeof rig>) => [
    await all.start({ line: 1 }),
    await all.start({ line: 2 }),
  ];

  it.each<[string, (card: ScriptedCard) => void, number, string]>([
    ["is unplugged", (card) => card.unplug(gone), 0, "fault gone: the adapter"],
    ["was reset", (card) => card.say(0x86, [1, 1, 1]), 1, "fault gone: the serial card at"],
    ["falls silent", (card) => void card.deaf.add(2).add(4), 2510, "fault gone"],
    [
      "cannot be written to",
      (card) => {
        card.writeFault = gone;
      },
      250,
      "fault gone: the adapter",
    ],
  ])("%s: every line hears it once, and can be opened anew", async (_, lose, afterMs, text) => {
    const all = rig();
    const [first] = await lines(all);
    lose(all.card);
    await all.card.clock.advance(afterMs + 1);
    expect(all.log.map((line) => line.slice(0, 2 + text.length))).toEqual([
      `1 ${text}`,
      `2 ${text}`,
    ]);
    const after = first?.slic?.setFeed("forward");
    expect(after?.ok).toBe(false);
    expect(first?.slic?.readLoop().ok).toBe(false);
    first?.slic?.safe();
    first?.slic?.requestWatermark(0);
    all.card.deaf.clear();
    all.card.writeFault = undefined;
    all.log.length = 0;
    first?.close();
    expect((await all.start({ line: 1 })).slic?.readLoop().ok).toBe(true);
    await all.card.clock.advance(3000);
    expect(all.log).toEqual([]);
    expect(all.card.opened).toBe(2);
  });

  it("2000 ms of silence are suffered", async () => {
    const all = rig();
    await lines(all);
    all.card.deaf.add(4);
    await all.card.clock.advance(1900);
    all.card.deaf.clear();
    await all.card.clock.advance(3000);
    expect(all.log).toEqual([]);
  });

  it("says something at least every 500 ms, so that the watchdog is content", async () => {
    const all = rig();
    await lines(all);
    all.card.heard.length = 0;
    await all.card.clock.advance(5000);
    const times = all.card.heard.map(({ atMs }) => atMs);
    for (let at = 1; at < times.length; at++) {
      expect((times[at] ?? 0) - (times[at - 1] ?? 0)).toBeLessThanOrEqual(500);
    }
    expect(times.length).toBeGreaterThanOrEqual(10);
  });
});

describe("whatever comes from the wire", () => {
  it("nothing throws, and the line works afterwards", async () => {
    const types = [0x81, 0x82, 0x83, 0x84, 0x85];
    const packet = fc.record({
      type: fc.constantFrom(...types),
      body: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 60 }),
    });
    const noise = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(packet, noise), { maxLength: 20 }), async (things) => {
        const { card, slic } = await opened();
        for (const thing of things) {
          if ("type" in thing) card.say(thing.type, thing.body);
          else card.raw([...thing, 0]);
          await card.clock.advance(3);
        }
        card.commands();
        slic.setFeed("reverse");
        await card.clock.advance(400);
        expect(card.commands()).toContain("0 2 2");
      }),
      { numRuns: 60 },
    );
  });
});
