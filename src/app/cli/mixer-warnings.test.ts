import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeMachine } from "../doctor/fake-machine.fixture.ts";
import { keptMixerFile } from "./kept-mixer.ts";
import { mixerWarnings } from "./mixer-warnings.ts";
import { readConfig } from "./read-config.ts";

const KEPT = '[{"name":"Mic","index":0,"capture":{"volumes":[12],"on":true}}]';
const same = "Simple mixer control 'Mic',0\n  Mono: Capture 12 [34%] [on]\n";
const moved = "Simple mixer control 'Mic',0\n  Mono: Capture 20 [57%] [on]\n";
let data = "";

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "tipring-mixer-"));
});

afterEach(() => rmSync(data, { recursive: true, force: true }));

async function warnings(mixer: string | undefined, kept?: string, board = "raspberry-pi") {
  if (kept !== undefined) writeFileSync(keptMixerFile(data, "Device"), kept);
  const options = { virtual: false, json: false, board };
  const read = await readConfig(
    options,
    () => "token",
    (user) => ({ ...user, data }),
  );
  if (!read.ok) throw new Error(read.error.join("\n"));
  return mixerWarnings(read.value, fakeMachine({ mixer }));
}

describe("mixerWarnings()", () => {
  it("says once a card what was moved since its levels were measured", async () => {
    expect(await warnings(moved, KEPT)).toEqual([
      expect.stringMatching(
        /^the mixer of Device .*Mic \(capture\) is 20 on, it was 12 on .*--fix/,
      ),
    ]);
  });

  it("says that automatic gain is on, whether a mixer was kept or not", async () => {
    const agc = `${same}Simple mixer control 'Auto Gain Control',0\n  Mono: Playback [on]\n`;
    const told = [expect.stringMatching(/has "Auto Gain Control" on.*--fix/)];
    expect(await warnings(agc)).toEqual(told);
    expect(await warnings(agc, KEPT)).toEqual(told);
  });

  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    ["nothing was moved", same, KEPT, undefined],
    ["no mixer was kept", moved, undefined, undefined],
    ["what was kept cannot be read", moved, "{}", undefined],
    ["the mixer cannot be read", undefined, KEPT, undefined],
    ["no line has a sound card", moved, KEPT, "serial-card"],
  ])("is silent where %s", async (_, mixer, kept, board) => {
    expect(await warnings(mixer, kept, board)).toEqual([]);
  });
});
