import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FakeMachineOptions, fakeMachine } from "../doctor/fake-machine.fixture.ts";
import { boards } from "./boards.ts";
import type { CommandOptions } from "./command-line.ts";
import { doctor } from "./doctor.ts";
import { keptMixerFile } from "./kept-mixer.ts";

const plain: CommandOptions = { virtual: false, json: false };
let folder = "";
let out: string[];
let err: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-doctor-"));
  out = [];
  err = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the doctor on a machine of the test, with a configuration of one line. */
async function run(
  machine: FakeMachineOptions,
  options: Partial<CommandOptions> = {},
  more = "",
): Promise<number> {
  const config = join(folder, "tipring.yaml");
  const data = JSON.stringify(join(folder, "data"));
  writeFileSync(config, `board: raspberry-pi-4\ndata: ${data}\nlines: [{ number: "1"${more} }]\n`);
  return doctor({ ...plain, config, ...options }, fakeMachine({ mixer: "", ...machine }));
}

describe("doctor()", () => {
  it("ends with 0 where every line can work, and prints what it found", async () => {
    expect(await run({})).toBe(0);
    expect(out.join("")).toMatch(/^board raspberry-pi-4: Raspberry Pi 4/);
    expect(out.join("")).toMatch(/\d+ good, \d+ to note, 0 bad\n$/);
  });

  it("ends with 1 where one cannot", async () => {
    const pins = { GPIO5: { kind: "held", place: "line 5", holder: "led" } } as const;
    expect(await run({ pins })).toBe(1);
    expect(out.join("")).toMatch(/BAD {3}gpio: GPIO5 \(RM of line 1\) is line 5, held by "led"/);
  });

  it("--json is one object on one line", async () => {
    expect(await run({ nodeVersion: "18.0.0" }, { json: true })).toBe(1);
    expect(out).toHaveLength(1);
    const told: unknown = JSON.parse(out[0] ?? "");
    expect(told).toMatchObject({ board: "raspberry-pi-4", ok: false });
    expect(told).toMatchObject({
      findings: expect.arrayContaining([
        { area: "node", state: "bad", text: "Node 18.0.0", advice: expect.any(String) },
      ]),
    });
  });

  it("says what is wrong with a configuration, and looks no further", async () => {
    expect(await run({}, {}, ", levels: { captureFullScaleDbm0: 99 }")).toBe(1);
    expect(err.join("")).toMatch(/levels.captureFullScaleDbm0 is 99; it must be at most 60/);
    expect(out).toEqual([]);
  });

  it("compares the mixer with the one that was kept beside the call records", async () => {
    const mixer = "Simple mixer control 'Mic',0\n  Mono: Capture 20 [57%] [on]\n";
    const file = keptMixerFile(join(folder, "data"), "Device");
    mkdirSync(join(folder, "data"));
    writeFileSync(file, '[{"name":"Mic","index":0,"capture":{"volumes":[12],"on":true}}]');
    expect(await run({ mixer })).toBe(1);
    expect(out.join("")).toMatch(/Mic \(capture\) is 20 on, it was 12 on/);
  });

  it("was asked wrongly for the levels of a line that is not there", async () => {
    expect(await run({}, { levels: true, line: "7" })).toBe(2);
    expect(err.join("")).toMatch(/has line 1 alone/);
  });
});

describe("boards()", () => {
  it("lists every board with what it needs, as text and as JSON", async () => {
    expect(await boards(plain)).toBe(0);
    const text = out.join("");
    for (const name of ["hw-sim", "raspberry-pi-5", "orange-pi-zero-3", "beaglebone-black"]) {
      expect(text).toContain(`\n${name}\n`.slice(text.startsWith(name) ? 1 : 0));
    }
    expect(text).toMatch(/ {2}- a 10 kΩ resistor from RM to ground/);
    out.length = 0;
    expect(await boards({ ...plain, json: true })).toBe(0);
    const rows: unknown = JSON.parse(out.join(""));
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: "raspberry-pi-4", lines: 1, needs: expect.any(Array) }),
      ]),
    );
  });
});
