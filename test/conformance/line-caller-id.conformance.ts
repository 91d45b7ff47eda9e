import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallerId } from "../../src/base/line-messages.ts";
import {
  BELLCORE_CALLER_ID,
  type CallerIdScheme,
  callerIdJob,
  createFskSource,
  ETSI_CALLER_ID,
  fskDurationMs,
} from "../../src/fxs/index.ts";
import { compileJudge, type Judge, judgesAvailable, renderForJudge } from "./line-judges.ts";

const time = { month: 11, day: 22, hour: 15, minute: 30 };
const sdmf = (scheme: CallerIdScheme): CallerIdScheme => ({ ...scheme, format: "sdmf" });

/** What each receiver of spandsp's must print, typed from the message tables of GR-30. */
const ROWS: readonly (readonly [
  name: string,
  standard: "class" | "clip",
  scheme: CallerIdScheme,
  callerId: CallerId,
  lines: readonly string[],
])[] = [
  [
    "Bellcore MDMF: number, name and time",
    "class",
    BELLCORE_CALLER_ID,
    { number: "4155551212", name: "WALTER CALLER", time },
    ["message 80", "field 01 11221530", "field 02 4155551212", "field 07 WALTER CALLER"],
  ],
  [
    "Bellcore MDMF: the longest number and name",
    "class",
    BELLCORE_CALLER_ID,
    { number: "12345678901234567890", name: "ABCDEFGHIJKLMNO", time },
    [
      "message 80",
      "field 01 11221530",
      "field 02 12345678901234567890",
      "field 07 ABCDEFGHIJKLMNO",
    ],
  ],
  [
    "Bellcore MDMF: number and name withheld",
    "class",
    BELLCORE_CALLER_ID,
    { absence: "private", time },
    ["message 80", "field 01 11221530", "field 04 P", "field 08 P"],
  ],
  [
    "Bellcore MDMF: number not known",
    "class",
    BELLCORE_CALLER_ID,
    { absence: "unavailable", time },
    ["message 80", "field 01 11221530", "field 04 O"],
  ],
  [
    "Bellcore SDMF: time and number in one",
    "class",
    sdmf(BELLCORE_CALLER_ID),
    { number: "4155551212", time },
    ["message 04", "field 00 112215304155551212"],
  ],
  [
    "ETSI: number, name and time by V.23",
    "clip",
    ETSI_CALLER_ID,
    { number: "0301234567", name: "Steve Underwood", time },
    ["message 80", "field 01 11221530", "field 02 0301234567", "field 07 Steve Underwood"],
  ],
  [
    "ETSI: a name of 50 letters",
    "clip",
    ETSI_CALLER_ID,
    { number: "1", name: "x".repeat(50), time },
    ["message 80", "field 01 11221530", "field 02 1", `field 07 ${"x".repeat(50)}`],
  ],
  [
    "ETSI: number withheld",
    "clip",
    ETSI_CALLER_ID,
    { absence: "private", time },
    ["message 80", "field 01 11221530", "field 04 P", "field 08 P"],
  ],
];

function burst(callerId: CallerId, scheme: CallerIdScheme): Int16Array {
  const job = callerIdJob(callerId, scheme);
  // Silence around it, as between two bursts of ringing.
  return renderForJudge(createFskSource(job), Math.ceil(fskDurationMs(job)) + 800, 500);
}

describe.skipIf(!judgesAvailable)(
  "spandsp's adsi_rx reads our caller ID [line.caller-id.spandsp]",
  () => {
    let judge: Judge;
    beforeAll(() => {
      judge = compileJudge("caller-id-judge");
    });
    afterAll(() => judge?.close());

    it.each(ROWS)("%s", (_, standard, scheme, callerId, lines) => {
      expect(judge.hear(burst(callerId, scheme), [standard])).toEqual(lines);
    });

    it("reads it at each level from -28 to 0 dBm0", () => {
      const [, , scheme, callerId, lines] = ROWS[0] ?? [];
      if (scheme === undefined || callerId === undefined) throw new Error("no row");
      for (let levelDbm0 = -28; levelDbm0 <= 0; levelDbm0 += 4) {
        const samples = burst(callerId, { ...scheme, levelDbm0 });
        expect(judge.hear(samples, ["class"]), `${levelDbm0} dBm0`).toEqual(lines);
      }
    });

    it("refuses a message of which one byte is wrong", () => {
      const job = callerIdJob({ number: "101", time }, BELLCORE_CALLER_ID);
      const bytes = job.bytes.map((byte, at) => (at === 6 ? byte ^ 1 : byte));
      const samples = renderForJudge(createFskSource({ ...job, bytes }), 2000, 500);
      expect(judge.hear(samples, ["class"])).toEqual([]);
    });
  },
);
