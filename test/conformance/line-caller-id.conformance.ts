import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallerId } from "../../src/base/line-messages.ts";
import {
  type CallerIdName,
  type CallerIdScheme,
  callerIdScheme,
  callerIdSignal,
  createSignalSource,
  messageWaitingSignal,
  type Signal,
  signalDurationMs,
} from "../../src/fxs/index.ts";
import { compileJudge, type Judge, judgesAvailable, renderForJudge } from "./line-judges.ts";

const time = { month: 11, day: 22, hour: 15, minute: 30 };
const DATE = "field 01 11221530";

type Standard = "class" | "clip" | "jclip" | "dtmf";
type Row = readonly [
  name: string,
  standard: Standard,
  scheme: CallerIdName,
  callerId: Omit<CallerId, "time">,
  lines: readonly string[],
];

const full = { number: "4155551212", name: "WALTER CALLER" };
const fullLines = ["message 80", DATE, "field 02 4155551212", "field 07 WALTER CALLER"];

/** What each receiver of spandsp's must print, typed from the message tables that it names. */
const ROWS: readonly Row[] = [
  ["Bellcore: number, name and time", "class", "bellcore", full, fullLines],
  [
    "Bellcore: the longest number and name",
    "class",
    "bellcore",
    { number: "12345678901234567890", name: "ABCDEFGHIJKLMNO" },
    ["message 80", DATE, "field 02 12345678901234567890", "field 07 ABCDEFGHIJKLMNO"],
  ],
  [
    "Bellcore: number and name withheld",
    "class",
    "bellcore",
    { absence: "private" },
    ["message 80", DATE, "field 04 P", "field 08 P"],
  ],
  [
    "Bellcore: number not known",
    "class",
    "bellcore",
    { absence: "unavailable" },
    ["message 80", DATE, "field 04 O"],
  ],
  [
    "Bellcore, single message: time and number in one",
    "class",
    "bellcore-sdmf",
    { number: "4155551212" },
    ["message 04", "field 00 112215304155551212"],
  ],
  [
    "ETSI: number, name and time by V.23",
    "clip",
    "etsi-fsk",
    { number: "0301234567", name: "Steve Underwood" },
    ["message 80", DATE, "field 02 0301234567", "field 07 Steve Underwood"],
  ],
  [
    "ETSI: a name of 50 letters",
    "clip",
    "etsi-fsk-lr-dt-as",
    { number: "1", name: "x".repeat(50) },
    ["message 80", DATE, "field 02 1", `field 07 ${"x".repeat(50)}`],
  ],
  [
    "ETSI: a Persian name, and who sent the call on",
    "clip",
    "etsi-fsk-dt-as",
    { number: "02112345678", name: "مریم رضایی", redirectedFrom: "101" },
    ["message 80", DATE, "field 02 02112345678", "field 07 Maryam Rezaei", "field 1a 101"],
  ],
  [
    "ETSI: number withheld",
    "clip",
    "etsi-fsk-rp-as",
    { absence: "private" },
    ["message 80", DATE, "field 04 P", "field 08 P"],
  ],
  [
    "BT: the call type first",
    "clip",
    "bt",
    { number: "02079460000", name: "ANN" },
    ["message 80", "field 11 \\01", DATE, "field 02 02079460000", "field 07 ANN"],
  ],
  [
    "British cable: the same",
    "clip",
    "cca",
    { number: "02079460000" },
    ["message 80", "field 11 \\01", DATE, "field 02 02079460000"],
  ],
  [
    "NTT: the number",
    "jclip",
    "ntt",
    { number: "0312345678" },
    ["message 40", "field 02 0312345678"],
  ],
  ["NTT: withheld", "jclip", "ntt", { absence: "private" }, ["message 40", "field 04 P"]],
  ["NTT: a payphone", "jclip", "ntt", { absence: "payphone" }, ["message 40", "field 04 C"]],
  ["DTMF A…C", "dtmf", "dtmf-sweden", { number: "0701234567" }, digits("C", "41 0701234567")],
  [
    "DTMF A…C, Brazil",
    "dtmf",
    "dtmf-brazil",
    { number: "1133334444" },
    digits("C", "41 1133334444"),
  ],
  [
    "DTMF A…D…C: who sent the call on",
    "dtmf",
    "dtmf-finland",
    { number: "0912345", redirectedFrom: "0954321" },
    digits("C", "41 0912345", "44 0954321"),
  ],
  ["DTMF B10C: withheld", "dtmf", "dtmf-india", { absence: "private" }, digits("C", "42 10")],
  ["DTMF B00C: not known", "dtmf", "dtmf-belgium", {}, digits("C", "42 00")],
  ["DTMF A…#", "dtmf", "dtmf-denmark", { number: "33112233" }, digits("#", "41 33112233")],
  ["DTMF D1#: withheld", "dtmf", "dtmf-denmark-lr", { absence: "private" }, digits("#", "44 1")],
  ["DTMF D3#: not known", "dtmf", "dtmf-denmark", {}, digits("#", "44 3")],
  ["DTMF D…C", "dtmf", "dtmf-taiwan", { number: "0223456789" }, digits("C", "44 0223456789")],
  ["DTMF …#", "dtmf", "dtmf-netherlands-old", { number: "201234567" }, digits("#", "00 201234567")],
  ["DTMF during ringing", "dtmf", "etsi-dtmf", { number: "101" }, digits("C", "41 101")],
];

/** Of digits spandsp tells the last as the type of the message. */
function digits(stop: string, ...fields: readonly string[]): readonly string[] {
  const type = stop.charCodeAt(0).toString(16);
  return [`message ${type}`, ...fields.map((field) => `field ${field}`)];
}

/** A message as it stands between two bursts of ringing: silence around it. */
function heard(signal: Signal): Int16Array {
  return renderForJudge(createSignalSource(signal), Math.ceil(signalDurationMs(signal)) + 800, 500);
}

function sent(callerId: Omit<CallerId, "time">, scheme: CallerIdScheme): Int16Array {
  return heard(callerIdSignal({ ...callerId, time }, scheme));
}

describe.skipIf(!judgesAvailable)(
  "spandsp's adsi_rx reads our caller ID [line.caller-id.spandsp]",
  () => {
    let judge: Judge;
    beforeAll(() => {
      judge = compileJudge("caller-id-judge");
    });
    afterAll(() => judge?.close());

    it.each(ROWS)("%s", (_, standard, name, callerId, lines) => {
      expect(judge.hear(sent(callerId, callerIdScheme(name)), [standard])).toEqual(lines);
    });

    it.each(["bellcore", "etsi-fsk", "ntt"] as const)(
      "reads %s at each level from -28 to 0 dBm0",
      (name) => {
        const scheme = callerIdScheme(name);
        const standard = { bellcore: "class", "etsi-fsk": "clip", ntt: "jclip" }[name];
        const lines = judge.hear(sent({ number: "101" }, scheme), [standard]);
        expect(lines.at(-1)).toBe("field 02 101");
        for (let levelDbm0 = -28; levelDbm0 <= 0; levelDbm0 += 4) {
          if (scheme.signal.kind !== "fsk") throw new Error(`${name} has no modem`);
          const signal = { ...scheme.signal, levelDbm0 };
          const samples = sent({ number: "101" }, { ...scheme, signal });
          expect(judge.hear(samples, [standard]), `${levelDbm0} dBm0`).toEqual(lines);
        }
      },
    );

    it.each([
      ["class", "bellcore", true, ["message 82", "field 0b \\ff"]],
      ["class", "bellcore", false, ["message 82", "field 0b \\00"]],
      ["clip", "etsi-fsk", true, ["message 82", DATE, "field 0b \\ff", "field 13 \\03"]],
      ["clip", "bt", false, ["message 82", DATE, "field 0b \\00", "field 13 \\03"]],
    ] as const)("reads as %s the lamp of %s: %s", (standard, name, waiting, lines) => {
      const scheme = callerIdScheme(name);
      const signal = messageWaitingSignal({ waiting, count: 3, time }, scheme, scheme.lamp);
      expect(judge.hear(heard(signal), [standard])).toEqual(lines);
    });

    it.each([
      ["class", "bellcore"],
      ["jclip", "ntt"],
    ] as const)("refuses as %s a message of %s of which one byte is wrong", (standard, name) => {
      const signal = callerIdSignal({ number: "101", time }, callerIdScheme(name)).map((part) =>
        part.kind === "fsk"
          ? { ...part, bytes: part.bytes.map((byte, at) => (at === 9 ? byte ^ 1 : byte)) }
          : part,
      );
      expect(judge.hear(heard(signal), [standard])).toEqual([]);
    });
  },
);
