import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CallerId } from "../../src/base/line-messages.ts";
import {
  type CallerIdName,
  callerIdScheme,
  callerIdSignal,
  createSignalSource,
  signalDurationMs,
} from "../../src/fxs/index.ts";
import { printWav } from "../hw-sim/audio/wav.ts";
import { renderForJudge } from "./line-judges.ts";

const required = process.env["TIPRING_VECTORS_REQUIRED"] === "1";
const has = (program: string): boolean =>
  required || spawnSync(program, ["--version"]).error === undefined;

const time = { month: 11, day: 22, hour: 15, minute: 30 };

/** A caller's message as 8 kHz audio, half a second of silence around it. */
function audioOf(callerId: Omit<CallerId, "time">, name: CallerIdName): Int16Array {
  const signal = callerIdSignal({ ...callerId, time }, callerIdScheme(name));
  const durationMs = Math.ceil(signalDurationMs(signal)) + 1000;
  return renderForJudge(createSignalSource(signal), durationMs, 500);
}

/** What a program prints that is given a file. */
function heardBy(program: string, words: (file: string) => string[], samples: Int16Array): string {
  const folder = mkdtempSync(join(tmpdir(), "tipring-decoder-"));
  try {
    const file = join(folder, "line.wav");
    writeFileSync(file, printWav({ sampleRateHz: 8000, channels: [samples] }));
    const ran = spawnSync(program, words(file), { encoding: "utf8" });
    if (ran.status !== 0) throw new Error(`${program} ended with ${ran.status}: ${ran.stderr}`);
    return ran.stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const FSK_SCHEMES = [
  "bellcore",
  "etsi-fsk",
  "etsi-fsk-dt-as",
  "etsi-fsk-lr-dt-as",
  "etsi-fsk-rp-as",
] as const satisfies readonly CallerIdName[];

describe.skipIf(!has("minimodem"))(
  "minimodem reads our caller ID [line.caller-id.minimodem]",
  () => {
    const minimodem = (samples: Int16Array): readonly string[] =>
      heardBy("minimodem", (file) => ["--rx", "callerid", "--quiet", "-f", file], samples)
        .split("\n")
        .map((line) => line.replace(/ +/g, " ").trim())
        .filter((line) => line !== "");

    const full = { number: "4155551212", name: "WALTER" };
    const told = ["CALLER-ID", "Time: 11/22 15:30", "Phone: 415-555-1212"];

    it.each(FSK_SCHEMES)("%s: time, number and name", (name) => {
      expect(minimodem(audioOf(full, name))).toEqual([...told, "Name: WALTER"]);
    });

    it("bellcore-sdmf: time and number", () => {
      expect(minimodem(audioOf(full, "bellcore-sdmf"))).toEqual(told);
    });
  },
);

describe.skipIf(!has("multimon-ng") || !has("sox"))(
  "multimon-ng reads our caller ID [line.caller-id.multimon-ng]",
  () => {
    const multimon = (mode: string, samples: Int16Array): readonly string[] =>
      heardBy("multimon-ng", (file) => ["-q", "-c", "-a", mode, "-t", "wav", file], samples)
        .split("\n")
        .filter((line) => line !== "");

    it.each(FSK_SCHEMES)("%s: time, number and name", (name) => {
      const samples = audioOf({ number: "4155551212", name: "WALTER" }, name);
      expect(multimon("CLIPFSK", samples)).toEqual([
        "CLIPFSK: CS DATE=11221530 CID=4155551212 CNT=WALTER",
      ]);
    });

    it.each([
      ["dtmf-sweden", { number: "0701234567" }, "A0701234567C"],
      ["dtmf-finland", { number: "09123", redirectedFrom: "09456" }, "A09123D09456C"],
      ["dtmf-india", { absence: "private" }, "B10C"],
      ["dtmf-denmark", { number: "33112233" }, "A33112233#"],
      ["dtmf-denmark-lr", { absence: "private" }, "D1#"],
      ["dtmf-taiwan", { number: "0223456789" }, "D0223456789C"],
      ["dtmf-netherlands-old", { number: "201234567" }, "201234567#"],
    ] as const)("%s: the digits", (name, callerId, digits) => {
      const heard = multimon("DTMF", audioOf(callerId, name));
      expect(heard.map((line) => line.replace("DTMF: ", "")).join("")).toBe(digits);
    });
  },
);
