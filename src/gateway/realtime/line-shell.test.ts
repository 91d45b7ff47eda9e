import { describe, expect, it } from "vitest";
import { US_TONES } from "../../../test/hw-sim/audio/tone-tables.ts";
import { createSimBoard } from "../../../test/hw-sim/board/sim-board.ts";
import { createTouchTonePhone } from "../../../test/hw-sim/phones/touch-tone-phone.ts";
import { World } from "../../../test/hw-sim/world/world.ts";
import { countryProfile } from "../../fxs/index.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import { RunQueue } from "../run-queue.ts";
import { LineHardware } from "./line-hardware.ts";
import { LineShell } from "./line-shell.ts";

/** A line with a telephone; what is done in its frames, in order. */
async function openLine() {
  const happened: string[] = [];
  const world = new World({ seed: 3 });
  const board = createSimBoard(world, { lines: [{ chip: "ag1171" }] });
  const phone = createTouchTonePhone({
    ...{ name: "ann", clock: world.clock, random: world.random("ann"), tones: US_TONES },
  });
  phone.attach(board.lines[0]?.attach(phone.terminal));
  const ports: RealtimePorts = {
    ...board,
    clock: world.clock,
    random: world.random("ports"),
    udp: {
      bind: () => Promise.reject(new Error("no network here")),
      collect: () => happened.push("collect"),
    },
  };
  const slic = {
    driver: "gpio-slic",
    profile: "ag1171",
    pins: { fr: "line1-fr", rm: "line1-rm", shk: "line1-shk" },
    ohtBias: false,
  } as const;
  const country = countryProfile("de");
  if (!country.ok) throw new Error("de is a country");
  const shell = await world.complete(
    LineShell.open(
      {
        line: 1,
        country: country.value,
        pulseDialing: true,
        relaysDigits: true,
        slic,
        pcmChannel: "line1",
      },
      ports,
      new LineHardware(ports),
      new RunQueue(),
      {
        event() {},
        log() {},
        faulted() {},
        media: (output) => happened.push(output.kind === "send" ? "send" : "event"),
      },
    ),
    20_000,
  );
  return { world, shell, phone, happened };
}

/** A line that is joined to a far side. */
async function setUp() {
  const { shell, happened } = await openLine();
  const to = { host: "192.0.2.1", port: 4000 };
  shell.join({
    endpoint: {
      push: (frame) => {
        happened.push(`push ${frame.length}`);
        return [{ kind: "send", session: "a", channel: "rtp", bytes: new Uint8Array(12), to }];
      },
      pull: () => {
        happened.push("pull");
        return [];
      },
    },
    relaysDigits: () => false,
    machine: () => undefined,
  });
  const frame = new Int16Array(shell.frameSamples);
  return { shell, frame, happened };
}

describe("LineShell.frame()", () => {
  it("sends what was said, collects what has come, and plays, in this order", async () => {
    const { shell, frame, happened } = await setUp();
    for (let n = 0; n < 2; n++) {
      happened.length = 0;
      shell.frame(frame, frame.slice(), n * frame.length);
      expect(happened).toEqual(["push 80", "send", "collect", "pull"]);
    }
  });

  it("does not send again what was told as captured before", async () => {
    const { shell, frame, happened } = await setUp();
    shell.captured(frame, 0);
    expect(happened).toEqual(["push 80", "send"]);
    shell.frame(frame, frame.slice(), 0);
    expect(happened).toEqual(["push 80", "send", "collect", "pull"]);
    happened.length = 0;
    shell.frame(frame, frame.slice(), frame.length);
    expect(happened).toEqual(["push 80", "send", "collect", "pull"]);
  });
});

describe("LineShell.isAtRest", () => {
  it("is true with the receiver on, not while somebody dials, though nothing sounds", async () => {
    const { world, shell, phone } = await openLine();
    shell.begin();
    world.runFor(5000);
    expect(shell.isAtRest).toBe(true);
    phone.lift();
    world.runFor(1000);
    shell.command({ kind: "tone", tone: "dial", untilDigit: true });
    world.runFor(1000);
    expect(shell.isAtRest).toBe(false);
    expect(phone.press("5").ok).toBe(true);
    world.runFor(5000);
    expect(phone.hears).toBeUndefined();
    expect(shell.isAtRest).toBe(false);
    phone.hang();
    world.runFor(5000);
    expect(shell.isAtRest).toBe(true);
  });
});
