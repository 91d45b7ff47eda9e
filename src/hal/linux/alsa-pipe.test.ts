import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { openPipeCard, type SoundPrograms } from "./alsa-pipe.ts";
import type { SoundCard } from "./sound-card.ts";

const folder = mkdtempSync(join(tmpdir(), "tipring-pipe-"));
/** Ends a wait for what never comes. */
const LIMIT_MS = 60_000;

/**
 * Stands for `arecord`: what it does is the name of its device. A shell is there in a few
 * milliseconds, however busy the machine is.
 */
const RECORDER = `
cd "$(dirname "$0")"
printf '%s\\n' "$*" >> arecord.args
while [ "$1" != -D ]; do shift; done
case $2 in
  "fails: "*) echo "arecord: main:831: \${2#fails: }" >&2; exit 1;;
  dies) head -c 960 ramp; printf 'arecord: pcm_read:2221: read error: No such device' >&2; exit 1;;
  overrun) head -c 960 ramp; echo 'overrun!!! (at least 3 ms long)' >&2;;
  flood) cat ramp;;
  *) head -c 333 ramp; head -c 2000 ramp | tail -c +334;;
esac
exec sleep 60
`;

/** Stands for `aplay`: it keeps what it is given, a file a run. */
const PLAYER = `
cd "$(dirname "$0")"
printf '%s\\n' "$*" >> aplay.args
while [ "$1" != -D ]; do shift; done
if [ "$2" = deaf ]; then printf busy >&2; exit 1; fi
exec cat > "played-$$"
`;

const programs: SoundPrograms = {
  arecord: ["sh", join(folder, "arecord.sh")],
  aplay: ["sh", join(folder, "aplay.sh")],
};

beforeAll(() => {
  writeFileSync(join(folder, "arecord.sh"), RECORDER);
  writeFileSync(join(folder, "aplay.sh"), PLAYER);
  const ramp = Int16Array.from({ length: 5000 }, (_, n) => n);
  writeFileSync(join(folder, "ramp"), new Uint8Array(ramp.buffer));
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
      await vi.waitFor(
        () => expect(capture.waiting()).toEqual({ ok: true, value: 1000 }),
        LIMIT_MS,
      );
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
      await vi.waitFor(
        () => expect(capture.waiting()).toEqual({ ok: true, value: 1000 }),
        LIMIT_MS,
      );
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
        LIMIT_MS,
      );
      expect(capture.start().ok).toBe(true);
      expect(capture.waiting().ok).toBe(true);
    });
  });

  it("tells a fault when the program ends", async () => {
    await withCard("dies", async ({ capture }) => {
      capture.start();
      await vi.waitFor(() => expect(capture.waiting().ok).toBe(false), LIMIT_MS);
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
      await vi.waitFor(() => expect(played()).toBeDefined(), LIMIT_MS);
      playout.write(new Int16Array(480).fill(0x1234));
      expect(playout.queued()).toEqual({ ok: true, value: 1440 });
      const path = join(folder, played() ?? "");
      await vi.waitFor(() => expect(readFileSync(path)).toHaveLength(2880), LIMIT_MS);
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
      await vi.waitFor(
        () => expect(capture.waiting()).toEqual({ ok: true, value: 1000 }),
        LIMIT_MS,
      );
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
      await vi.waitFor(
        () => expect(capture.waiting()).toEqual({ ok: true, value: 1000 }),
        LIMIT_MS,
      );
      expect(runs() - before).toBe(1);
    });
  });
});
