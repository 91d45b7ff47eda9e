import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { PortFault } from "../../src/base/port-fault.ts";
import { type SerialCardLineConfig, SerialCards } from "../../src/hal/drivers/index.ts";
import {
  buildCore,
  C_FLAGS,
  CoreCard,
  canBuildCore,
  type Damage,
} from "../parity/line-card-core.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const canBuild = canBuildCore();
const core = canBuild ? buildCore() : undefined;
afterAll(() => core?.remove());

/** The same numbers at every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function rig(options: ConstructorParameters<typeof CoreCard>[1] = {}) {
  if (core === undefined) throw new Error("no gcc");
  const card = new CoreCard(core.shim, options);
  const cards = new SerialCards({ serial: card, clock: card.clock, random: card.random });
  const loops: { line: number; closed: boolean; atMs: number }[] = [];
  const faults: string[] = [];
  const open = async (
    config: Partial<SerialCardLineConfig> = {},
    onFrame: (captured: Int16Array, playout: Int16Array, first: number) => void = () => {},
  ) => {
    const line = config.line ?? 1;
    const onFault = (fault: PortFault): void => void faults.push(`${line} ${fault.what}`);
    const onLoop = (closed: boolean, atMs: number): void => void loops.push({ line, closed, atMs });
    let opened: Awaited<ReturnType<SerialCards["open"]>> | undefined;
    let failed: unknown;
    cards
      .open(
        { device: "card", line, ...config },
        { onLoop, onFault, onWatermark() {} },
        { onFrame, onFault },
      )
      .then(
        (value) => {
          opened = value;
        },
        (error: unknown) => {
          failed = error;
        },
      );
    for (let turn = 0; turn < 6000 && opened === undefined && failed === undefined; turn++) {
      await card.clock.advance(1);
    }
    if (opened?.slic === undefined || opened.audio === undefined) throw failed;
    return { slic: opened.slic, audio: opened.audio };
  };
  return { card, open, loops, faults };
}

describe.skipIf(!canBuild)("the C core of a line card [line.card-core]", () => {
  it.each([[[]], [["-DLC_LINES_MAX=1", "-DLC_LEAD_MAX=2", "-DLC_PACKET_MAX=200", "-Os"]]])(
    "compiles without a warning, small and large %#",
    (sizes) => {
      const source = join(ROOT, "firmware/line-card/line_card.c");
      const ran = spawnSync("gcc", [...C_FLAGS, ...sizes, "-c", "-o", "/dev/null", source], {
        encoding: "utf8",
      });
      expect([ran.status, ran.stderr]).toEqual([0, ""]);
    },
  );

  it("takes whatever is sent, under the sanitizers", () => {
    const folder = mkdtempSync(join(tmpdir(), "line-card-"));
    const program = join(folder, "fuzz");
    const core = join(ROOT, "firmware/line-card");
    const sources = [join(core, "line_card.c"), join(ROOT, "test/parity/line-card-fuzz.c")];
    const sanitizers = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    const flags = [...C_FLAGS, "-O1", ...sanitizers, "-I", core, "-o", program];
    try {
      const built = spawnSync("gcc", [...flags, ...sources], { encoding: "utf8" });
      expect([built.status, built.stderr]).toEqual([0, ""]);
      for (const seed of ["1", "2", "3"]) {
        const ran = spawnSync(program, ["40000", seed], { encoding: "utf8" });
        expect([ran.status, ran.stderr]).toEqual([0, ""]);
        const [, answers = "0", sessions = "0"] =
          /(\d+) answers, (\d+) sessions/.exec(ran.stdout) ?? [];
        expect(Number(answers)).toBeGreaterThan(5000);
        expect(Number(sessions)).toBeGreaterThan(500);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("has the CRC of the document", () => {
    expect(core?.shim.crc(new TextEncoder().encode("123456789"), 9)).toBe(0x29b1);
  });
});

describe.skipIf(!canBuild)("the driver and the C core [line.card-core]", () => {
  it("open a line safe, with its loop as it stands, and work it", async () => {
    const { card, open } = rig();
    card.loop(0, true);
    const { slic } = await open({ settings: { impedance: "900", toPhoneDb: -2 } });
    expect(slic.readLoop()).toEqual({ ok: true, value: true });
    expect(card.told().slice(-3)).toEqual(["0 feed 1", "0 impedance 1", "0 levels -20 0"]);
    slic.setFeed("reverse");
    slic.setOnHookTransmission?.(true);
    slic.sendMeteringPulse?.(16_000, 100);
    slic.setNeonLamp?.(true);
    slic.setRinging(true, { frequencyHz: 16, shape: "sine", voltsRms: 60 });
    slic.setFeed("forward");
    slic.setRinging(false, { frequencyHz: 16 });
    const measured = slic.measure?.();
    await card.clock.advance(50);
    expect(card.told()).toEqual([
      "0 feed 2",
      "0 oht 1",
      "0 metering 16000 100",
      "0 lamp 1",
      "0 ring 200 shape 1 volts 60",
      "0 quiet",
      "0 feed 1",
    ]);
    expect(await measured).toEqual({
      ok: true,
      value: { loopMilliamps: 20.5, tipVolts: -1.5, ringVolts: -42, batteryVolts: -70 },
    });
  });

  it("a burst ends by itself at the card's own limit", async () => {
    const { card, open } = rig();
    const { slic } = await open();
    card.told();
    slic.setRinging(true, { frequencyHz: 20 });
    await card.clock.advance(1990);
    expect(card.told()).toEqual(["0 ring 200 shape 0 volts 0"]);
    await card.clock.advance(20);
    expect(card.told()).toEqual(["0 quiet", "0 feed 1"]);
  });

  it.each([
    [11, ["0 ring 200 shape 0 volts 0"]],
    [14, ["0 ring 200 shape 0 volts 0", "0 quiet", "0 feed 1"]],
  ])("current for %i ms under ringing ends it, or not yet, the link cut", async (ms, told) => {
    const { card, open } = rig();
    const { slic } = await open();
    card.told();
    slic.setRinging(true, { frequencyHz: 20 });
    await card.clock.advance(300);
    card.toCard = () => [];
    card.toHost = () => [];
    // Pulses with gaps between them are no answer, however many.
    for (let pulse = 0; pulse < 20; pulse++) {
      card.loop(0, true);
      await card.clock.advance(10);
      card.loop(0, false);
      await card.clock.advance(2);
    }
    card.loop(0, true);
    await card.clock.advance(ms);
    expect(card.told()).toEqual(told);
  });

  it("current that flowed before is counted from the beginning of the ringing", async () => {
    const { card, open } = rig();
    const { slic } = await open();
    card.loop(0, true);
    await card.clock.advance(300);
    card.told();
    slic.setRinging(true, { frequencyHz: 20 });
    await card.clock.advance(8);
    expect(card.told()).toEqual(["0 ring 200 shape 0 volts 0"]);
    await card.clock.advance(8);
    expect(card.told()).toEqual(["0 quiet", "0 feed 1"]);
  });

  it("a ringing that fails is told as a fault, with the line quiet", async () => {
    const { card, open, faults } = rig();
    const { slic } = await open();
    core?.shim.ringFails(6);
    slic.setRinging(true, { frequencyHz: 20 });
    await card.clock.advance(20);
    expect(faults).toEqual(["1 ringing of line 1 of the serial card at card: its hardware failed"]);
    expect(card.told()).toContain("0 quiet");
  });

  it.each<[string, (card: CoreCard) => void, boolean]>([
    [
      "the host falls silent",
      (card) => {
        card.toCard = () => [];
      },
      true,
    ],
    [
      "the card falls silent",
      (card) => {
        card.mute = true;
      },
      false,
    ],
  ])("%s: no bell rings 2 s later, and both begin anew", async (_, silence, host) => {
    const { card, open, faults } = rig();
    const { slic } = await open({ line: 1 });
    await open({ line: 2 });
    await card.clock.advance(500);
    silence(card);
    // Its burst was about to go on.
    slic.setRinging(true, { frequencyHz: 20 });
    const startMs = card.clock.nowMs();
    let quietMs = 0;
    while (quietMs === 0 && card.clock.nowMs() < startMs + 3000) {
      await card.clock.advance(10);
      if (card.told().includes("0 quiet")) quietMs = card.clock.nowMs();
    }
    if (!host) expect(quietMs - startMs).toBeLessThanOrEqual(2010);
    await card.clock.advance(2500);
    expect([...new Set(faults.map((text) => text.slice(0, 1)))]).toEqual(["1", "2"]);
    card.toCard = (frame) => [frame];
    card.mute = false;
    faults.length = 0;
    await open({ line: 1 });
    await card.clock.advance(2000);
    expect(faults).toEqual([]);
  });

  it("the watchdog ends a burst that began before the host fell silent", async () => {
    const { card, open } = rig();
    const { slic } = await open();
    slic.setRinging(true, { frequencyHz: 20 });
    await card.clock.advance(100);
    card.told();
    card.toCard = () => [];
    // The burst itself would last 2000 ms.
    await card.clock.advance(1650);
    expect(card.told().filter((text) => text === "0 quiet")).toHaveLength(1);
  });

  it("a card that was reset is noticed at once", async () => {
    const { card, open, faults } = rig();
    await open();
    card.restart(2, 0x7fff);
    await card.clock.advance(300);
    expect(faults).toEqual(["1 the serial card at card: it was reset"]);
  });

  it("a fault makes one line safe, which is refused until that is over", async () => {
    const { card, open, faults } = rig();
    const { slic } = await open({ line: 1 });
    await open({ line: 2 });
    slic.setFeed("reverse");
    await card.clock.advance(10);
    card.told();
    card.fault(0, 2, false);
    await card.clock.advance(50);
    expect(faults).toEqual(["1 line 1 of the serial card at card: too hot"]);
    expect(card.told()[0]).toBe("0 feed 1");
    slic.close();
    await expect(open({ line: 1 })).rejects.toThrow("too hot");
    card.fault(0, 2, true);
    await open({ line: 1 });
  });

  it("more changes than its store holds: the last state is told all the same", async () => {
    const { card, open, loops } = rig();
    const { slic } = await open();
    card.mute = true;
    for (let change = 0; change < 101; change++) {
      card.loop(0, change % 2 === 0);
      await card.clock.advance(2);
    }
    card.mute = false;
    await card.clock.advance(500);
    expect(slic.readLoop()).toEqual({ ok: true, value: true });
    loops.forEach(({ closed }, at) => {
      expect(closed).toBe(at % 2 === 0);
    });
    expect(loops.length).toBeGreaterThanOrEqual(32);
  });

  it.each([
    ["linear", 1, 0],
    ["linear", 2, 100],
    ["pcmu", 2, -100],
    ["pcma", 3, 0],
    ["linear", 8, 0],
  ] as const)("audio %s, lead %i, %i ppm: each frame comes out in its place", async (...row) => {
    const [coding, leadFrames, ppm] = row;
    const { card, open } = rig({ ppm });
    const heard: number[] = [];
    const firsts: number[] = [];
    const { audio } = await open({ coding, leadFrames }, (captured, playout, first) => {
      heard.push(captured[0] ?? 0);
      firsts.push(first);
      playout.fill((captured[0] ?? 0) + 1000);
    });
    await open({ line: 2, coding, leadFrames });
    const played: number[] = [];
    let frame = 0;
    card.onFrame = () => {
      played.push(card.playout[0] ?? 0);
      card.captured.fill(0, 0, 80);
      // Values that all three codings carry to within a few steps.
      card.captured.fill(100 * (frame % 50), 0, 80);
      frame++;
    };
    audio.start();
    await card.clock.advance(1000);
    audio.stop();
    await card.clock.advance(100);
    const before = frame;
    await card.clock.advance(100);
    expect(frame - before).toBeGreaterThanOrEqual(9);
    expect(heard.length).toBeGreaterThan(95);
    expect(firsts.every((first, at) => first === (firsts[0] ?? 0) + 80 * at)).toBe(true);
    // Captured is what the frame before set; it is played a frame and the lead later.
    const start = played.findIndex((sample) => sample > 900);
    for (let at = start; at < start + 90; at++) {
      const expected = 1000 + 100 * ((at - leadFrames - 1) % 50);
      const tolerance = coding === "linear" ? 0 : 300;
      expect(Math.abs((played[at] ?? 0) - expected)).toBeLessThanOrEqual(tolerance);
    }
    // What was not played yet when audio went off is thrown away.
    const count = heard.length - leadFrames;
    expect(played.filter((sample) => sample > 900)).toHaveLength(count);
  });

  it("audio that goes off and on again at once plays nothing from before", async () => {
    const { card, open } = rig();
    const { audio } = await open({ leadFrames: 8 }, (_, playout) => void playout.fill(level));
    let level = 500;
    const played: number[] = [];
    card.onFrame = () => void played.push(card.playout[0] ?? 0);
    audio.start();
    await card.clock.advance(300);
    expect(played.at(-1)).toBe(500);
    audio.stop();
    await card.clock.advance(25);
    level = 700;
    played.length = 0;
    audio.start();
    await card.clock.advance(300);
    expect([...new Set(played)]).toEqual([0, 700]);
  });

  it("audio goes on where the sample counter begins anew, after six days", async () => {
    const { card, open } = rig();
    // 2³² is no multiple of a frame's 80 samples.
    core?.shim.position(2 ** 32 - 16 - 80 * 50);
    const firsts: number[] = [];
    const { audio } = await open({ leadFrames: 8 }, (_, playout, first) => {
      firsts.push(first);
      playout.fill(500);
    });
    const played: number[] = [];
    card.onFrame = () => void played.push(card.playout[0] ?? 0);
    audio.start();
    await card.clock.advance(1000);
    expect(firsts.some((first) => first > 2 ** 32)).toBe(true);
    expect(firsts.every((first, at) => first === (firsts[0] ?? 0) + 80 * at)).toBe(true);
    const heard = played.slice(played.indexOf(500));
    expect([heard.length > 80, [...new Set(heard)]]).toEqual([true, [500]]);
  });

  it("frames lost on the way leave silence and a gap, nothing else", async () => {
    const { card, open } = rig();
    const firsts: number[] = [];
    const { audio } = await open({}, (_, playout, first) => {
      firsts.push(first);
      playout.fill(500);
    });
    let silent = 0;
    card.onFrame = () => {
      if (firsts.length > 10 && card.playout[0] === 0) silent++;
    };
    audio.start();
    await card.clock.advance(300);
    let lost = 0;
    const loseAudio = (type: number): Damage => {
      return (frame) => {
        if (frame.length < 100 || frame[1] !== type || lost >= 3) return [frame];
        lost++;
        return [];
      };
    };
    card.toCard = loseAudio(0x05);
    await card.clock.advance(300);
    lost = 0;
    card.toCard = (frame) => [frame];
    card.toHost = loseAudio(0x85);
    await card.clock.advance(300);
    expect(silent).toBe(6);
    const gaps = firsts.filter((first, at) => at > 0 && first - (firsts[at - 1] ?? 0) !== 80);
    expect(gaps).toHaveLength(1);
  });

  it.each([
    [115_200, "pcmu", 1],
    [460_800, "linear", 2],
    [921_600, "linear", 2],
  ] as const)("at %i baud a command waits for one frame of audio at most", async (...row) => {
    const [baud, coding, count] = row;
    const { card, open } = rig({ baud });
    const lines = [];
    for (let line = 1; line <= count; line++) {
      lines.push(await open({ line, baud, coding, leadFrames: 3 }));
    }
    for (const { audio } of lines) audio.start();
    await card.clock.advance(200);
    card.told();
    let worstMs = 0;
    for (let turn = 0; turn < 60; turn++) {
      await card.clock.advance(37 + (turn % 11));
      const askedMs = card.clock.nowMs();
      lines[0]?.slic.setFeed(turn % 2 === 0 ? "reverse" : "forward");
      let told = false;
      for (let ms = 0; ms < 40 && !told; ms += 0.25) {
        await card.clock.advance(0.25);
        told = card.told().some((text) => text.startsWith("0 feed"));
      }
      worstMs = Math.max(worstMs, card.clock.nowMs() - askedMs);
    }
    const bytes = coding === "pcmu" ? 80 : 160;
    const frameMs = ((16 + count * bytes + 2) * 10_000) / baud;
    // The frame on its way, the command's own bytes, a PING before it, the step of this loop.
    expect(worstMs).toBeLessThanOrEqual(frameMs + (30 * 10_000) / baud + 0.5);
  });

  it.each([1, 2, 3])(
    "a twentieth of all frames broken, seed %i: no hook change is lost",
    async (seed) => {
      const { card, open, loops, faults } = rig({ ppm: 80 });
      const { audio } = await open({}, (_, playout) => void playout.fill(1));
      audio.start();
      const random = seeded(seed);
      const damage: Damage = (frame) => {
        const chance = random();
        if (chance > 0.05) return [frame];
        if (chance > 0.04) return [];
        if (chance > 0.03) return [frame, frame];
        if (chance > 0.02) return [frame.subarray(0, Math.floor(random() * frame.length))];
        const broken = frame.slice();
        broken[Math.floor(random() * broken.length)] = Math.floor(random() * 256);
        return [broken];
      };
      card.toCard = damage;
      card.toHost = damage;
      const changes: { closed: boolean; atMs: number }[] = [];
      for (let change = 0; change < 400; change++) {
        await card.clock.advance(5 + Math.floor(random() * 150));
        const closed = change % 2 === 0;
        changes.push({ closed, atMs: card.clock.nowMs() });
        card.loop(0, closed);
      }
      await card.clock.advance(1000);
      expect(faults).toEqual([]);
      expect(loops.map(({ closed }) => closed)).toEqual(changes.map(({ closed }) => closed));
      const errors = loops.map(({ atMs }, at) => Math.abs(atMs - (changes[at]?.atMs ?? 0)));
      expect(Math.max(...errors)).toBeLessThan(1.5);
    },
  );
});
