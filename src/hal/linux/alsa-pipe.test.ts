import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { openPipeCard, type SoundPrograms } from "./alsa-pipe.ts";
import type { SoundCard } from "./sound-card.ts";

const folder = mkdtempSync(join(tmpdir(), "tipring-pipe-"));

/** Stands for `arecord`: what it does is the name of its device. */
const RECORDER = `
const { appendFileSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(join(folder, "arecord.args"))}, args.join(" ") + "\\n");
const name = args[args.indexOf("-D") + 1];
const ramp = (count) => Buffer.from(Int16Array.from({ length: count }, (_, n) => n).buffer);
const fail = (text) => process.stderr.write(text, () => process.exit(1));
const stay = () => setInterval(() => {}, 1000);
if (name.startsWith("fails: ")) fail("arecord: main:831: " + name.slice(7) + "\\n");
else if (name === "dies") {
  process.stdout.write(ramp(480), () => fail("arecord: pcm_read:2221: read error: No such device"));
} else if (name === "overrun") {
  process.stdout.write(ramp(480), () => process.stderr.write("overrun!!! (at least 3 ms long)\\n"));
  stay();
} else {
  const bytes = ramp(name === "flood" ? 5000 : 1000);
  process.stdout.write(bytes.subarray(0, 333), () => process.stdout.write(bytes.subarray(333)));
  stay();
}
`;

/** Stands for `aplay`: it keeps what it is given, a file a run. */
const PLAYER = `
const { appendFileSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(join(folder, "aplay.args"))}, args.join(" ") + "\\n");
const name = args[args.indexOf("-D") + 1];
process.stdin.on("data", (bytes) =>
  appendFileSync(${JSON.stringify(join(folder, "played-"))} + process.pid, bytes));
if (name === "deaf") process.stderr.write("busy", () => process.exit(1));
`;

const node = process.execPath;
const programs: SoundPrograms = {
  arecord: [node, join(folder, "arecord.cjs")],
  aplay: [node, join(folder, "aplay.cjs")],
};

beforeAll(() => {
  writeFileSync(join(folder, "arecord.cjs"), RECORDER);
  writeFileSync(join(folder, "aplay.cjs"), PLAYER);
  writeFileSync(join(folder, "asoundrc"), "pcm.hole { type null }\n");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function withCard(name: string, use: (card: SoundCard) => Promise<void>): Promise<void> {
  const card = await openPipeCard(name, [1], programs);
  try {
    await use(card);
  } finally {
    card.close();
  }
}

async function faultOf(opening: Promise<unknown>): Promise<PortFault | undefined> {
  const outcome = await opening.catch((reason: unknown) => reason);
  return outcome instanceof PortError ? outcome.fault : undefined;
}

describe("openPipeCard()", () => {
  it("runs each program once, with what the card is to do", async () => {
    await withCard("plughw:CARD=A B,DEV=0", async (card) => {
      expect([card.rateHz, card.capture.channels, card.playout.channels]).toEqual([48_000, 1, 1]);
    });
    const common = "-q -D plughw:CARD=A B,DEV=0 -t raw -f S16_LE -r 48000 -c 1";
    expect(readFileSync(join(folder, "arecord.args"), "utf8")).toBe(
      `${common} --period-time=10000 --buffer-time=80000\n`,
    );
    expect(readFileSync(join(folder, "aplay.args"), "utf8")).toBe(
      `${common} --period-time=10000 --buffer-time=40000 --start-delay=20000\n`,
    );
  });

  it.each([
    ["fails: audio open error: No such file or directory", "not-found"],
    ["fails: audio open error: Device or resource busy", "busy"],
    ["fails: audio open error: Permission denied", "permission"],
    ["fails: set_params:1352: Channels count non available", "unsupported"],
    ["fails: something else", "io"],
    ["deaf", "busy"],
  ])("%s: %s", async (name, kind) => {
    const fault = await faultOf(openPipeCard(name, [1], programs));
    expect([fault?.kind, fault?.what.includes(JSON.stringify(name))]).toEqual([kind, true]);
  });

  it("says what to install where a program is not there", async () => {
    const missing = { ...programs, arecord: [join(folder, "no-such-program")] } as const;
    const fault = await faultOf(openPipeCard("any", [1], missing));
    expect([fault?.kind, fault?.advice]).toEqual([
      "unsupported",
      expect.stringContaining("alsa-utils"),
    ]);
  });

  const hasPrograms = ["arecord", "aplay"].every(
    (name) => spawnSync(name, ["-l"]).error === undefined,
  );

  it.skipIf(!hasPrograms)("the real programs take what they are told", async () => {
    process.env["ALSA_CONFIG_PATH"] = join(folder, "asoundrc");
    try {
      const card = await openPipeCard("hole", [2]);
      expect(card.capture.channels).toBe(2);
      card.close();
      expect((await faultOf(openPipeCard("nothing", [1])))?.kind).toBe("not-found");
    } finally {
      delete process.env["ALSA_CONFIG_PATH"];
    }
  });
});

describe("a card by programs", () => {
  it("keeps what is recorded until it is read", async () => {
    await withCard("ramp", async ({ capture }) => {
      expect(capture.waiting()).toEqual({ ok: true, value: 0 });
      expect(capture.start().ok).toBe(true);
      await vi.waitFor(() => expect(capture.waiting()).toEqual({ ok: true, value: 1000 }), 5000);
      const frame = new Int16Array(480);
      for (const first of [0, 480]) {
        expect(capture.read(frame).ok).toBe(true);
        expect([frame[0], frame[479]]).toEqual([first, first + 479]);
      }
      expect(capture.waiting()).toEqual({ ok: true, value: 40 });
      capture.stop();
      expect(capture.waiting()).toEqual({ ok: true, value: 0 });
      // A second start is a second process, and nothing of the first is heard.
      capture.start();
      await vi.waitFor(() => expect(capture.waiting()).toEqual({ ok: true, value: 1000 }), 5000);
    });
  });

  it.each([
    ["more than its buffer holds", "flood"],
    ["what the program itself lost", "overrun"],
  ])("tells an xrun of %s, and goes on when started again", async (_, name) => {
    await withCard(name, async ({ capture }) => {
      capture.start();
      await vi.waitFor(
        () => expect(capture.waiting()).toEqual({ ok: false, error: { kind: "xrun" } }),
        5000,
      );
      expect(capture.start().ok).toBe(true);
      expect(capture.waiting().ok).toBe(true);
    });
  });

  it("tells a fault when the program ends", async () => {
    await withCard("dies", async ({ capture }) => {
      capture.start();
      await vi.waitFor(() => expect(capture.waiting().ok).toBe(false), 5000);
      const gone = { kind: "fault", fault: { kind: "gone" } };
      expect(capture.waiting()).toMatchObject({ ok: false, error: gone });
      expect(capture.start()).toMatchObject({ ok: false, error: gone });
    });
  });

  it("plays what it is given, silence first, and reckons what is queued", async () => {
    await withCard("player", async ({ playout }) => {
      const before = new Set(readdirSync(folder));
      playout.start(960);
      const played = (): string | undefined =>
        readdirSync(folder).find((file) => file.startsWith("played-") && !before.has(file));
      await vi.waitFor(() => expect(played()).toBeDefined(), 5000);
      playout.write(new Int16Array(480).fill(0x1234));
      expect(playout.queued()).toEqual({ ok: true, value: 1440 });
      const path = join(folder, played() ?? "");
      await vi.waitFor(() => expect(readFileSync(path)).toHaveLength(2880), 5000);
      const bytes = readFileSync(path);
      expect(bytes.subarray(0, 1920).every((byte) => byte === 0)).toBe(true);
      expect([bytes[1920], bytes[1921], bytes[2879]]).toEqual([0x34, 0x12, 0x12]);
    });
  });

  it("what is recorded meanwhile has been played", async () => {
    await withCard("ramp", async ({ capture, playout }) => {
      playout.start(960);
      playout.write(new Int16Array(480));
      capture.start();
      await vi.waitFor(() => expect(capture.waiting()).toEqual({ ok: true, value: 1000 }), 5000);
      expect(playout.queued()).toEqual({ ok: true, value: 440 });
    });
  });

  it("begins once when it is started, stopped and started at once", async () => {
    await withCard("ramp", async ({ capture }) => {
      const runs = (): number =>
        readFileSync(join(folder, "arecord.args"), "utf8").split("\n").length;
      const before = runs();
      capture.start();
      capture.stop();
      capture.start();
      await vi.waitFor(() => expect(capture.waiting()).toEqual({ ok: true, value: 1000 }), 5000);
      expect(runs() - before).toBe(1);
    });
  });
});
