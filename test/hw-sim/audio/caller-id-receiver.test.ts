import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandomStream } from "../world/random-stream.ts";
import { parseCallerIdMessage } from "./caller-id-message.ts";
import { decodeCallerId } from "./caller-id-receiver.ts";
import type { FskMode } from "./fsk-modes.ts";
import { type FskSignalOptions, fskSignal } from "./fsk-signal.ts";
import { gaussian } from "./random-float.ts";
import { speechLike } from "./speech-like.ts";

const latin1 = (text: string): number[] => [...text].map((unit) => unit.charCodeAt(0));

/** Type, length, body and the checksum that makes the sum 0. */
function frame(type: number, body: readonly number[]): Uint8Array {
  const bytes = [type, body.length, ...body];
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return Uint8Array.from([...bytes, -sum & 0xff]);
}

const parameter = (type: number, text: string): number[] => [type, text.length, ...latin1(text)];

const MESSAGE = frame(0x80, [
  ...parameter(0x01, "01020304"),
  ...parameter(0x02, "101"),
  ...parameter(0x07, "Alice"),
]);
const SHOWN = {
  format: "mdmf",
  time: { month: 1, day: 2, hour: 3, minute: 4 },
  number: "101",
  name: "Alice",
};

describe("parseCallerIdMessage()", () => {
  const damaged = MESSAGE.slice();
  damaged[10] = (damaged[10] ?? 0) ^ 1;
  const rows: readonly (readonly [string, Uint8Array, unknown])[] = [
    ["number and name", MESSAGE, SHOWN],
    ["one changed bit", damaged, "bad-checksum"],
    ["a missing last byte", MESSAGE.subarray(0, -1), "truncated"],
    ["one byte", Uint8Array.of(0x80), "truncated"],
    ["nothing", new Uint8Array(0), "truncated"],
    ["another type", frame(0x81, []), "unknown-type"],
    ["a parameter past the end", frame(0x80, [0x02, 5, 0x31]), "bad-parameter"],
    ["a parameter without length", frame(0x80, [0x02]), "bad-parameter"],
    ["a thirteenth month", frame(0x80, parameter(0x01, "13010000")), "bad-parameter"],
    ["hour 24", frame(0x80, parameter(0x01, "12012400")), "bad-parameter"],
    ["an unknown parameter", frame(0x80, parameter(0x77, "x")), { format: "mdmf" }],
    [
      "a withheld number",
      frame(0x80, parameter(0x04, "P")),
      { format: "mdmf", numberAbsence: "private" },
    ],
    [
      "an unknown number",
      frame(0x80, parameter(0x04, "O")),
      { format: "mdmf", numberAbsence: "unavailable" },
    ],
    ["lamp off", frame(0x82, [0x0b, 1, 0]), { format: "mdmf", messageWaiting: false }],
    ["lamp on, single", frame(0x06, [0x42, 0x42, 0x42]), { format: "sdmf", messageWaiting: true }],
    [
      "a single withheld number",
      frame(0x04, latin1("01020304P")),
      { format: "sdmf", time: SHOWN.time, numberAbsence: "private" },
    ],
    ["a single message without time", frame(0x04, latin1("555")), "bad-parameter"],
  ];
  for (const [what, bytes, expected] of rows) {
    it(`reads ${what}`, () => {
      const parsed = parseCallerIdMessage(bytes);
      expect(parsed.ok ? parsed.value : parsed.error).toEqual(expected);
    });
  }

  it("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (body) => {
        parseCallerIdMessage(body);
        parseCallerIdMessage(frame(0x80, [...body]));
        parseCallerIdMessage(frame(0x04, [...body]));
      }),
    );
  });
});

describe("decodeCallerId()", () => {
  const modes = ["bell-202", "v23"] as const satisfies readonly FskMode[];
  const ways: readonly (readonly [string, Omit<FskSignalOptions, "mode">, number])[] = [
    ["as sent", {}, 0],
    ["at -36 dBm", { markDbm: -36, spaceDbm: -36 }, 0.0003],
    ["with 6 dB of twist", { markDbm: -13, spaceDbm: -19 }, 0.001],
    ["with -6 dB of twist", { markDbm: -19, spaceDbm: -13 }, 0.001],
    ["1 % fast", { speed: 1.01 }, 0],
    ["1 % slow", { speed: 0.99 }, 0],
    ["with the shortest marks and no seizure", { seizureBits: 0, markBits: 54 }, 0],
    ["in noise 20 dB under it", {}, Math.sqrt(0.6 * 10 ** ((-13.5 - 20) / 10))],
  ];
  for (const mode of modes) {
    for (const [how, options, noiseVolts] of ways) {
      it(`shows a ${mode} message sent ${how}`, () => {
        const random = createRandomStream(2, how);
        const burst = fskSignal(MESSAGE, { mode, ...options });
        const line = Float64Array.from([...new Float64Array(900), ...burst]);
        const heard = decodeCallerId(
          line.map((volts) => volts + noiseVolts * gaussian(random)),
          mode,
        );
        expect(heard).toEqual([{ ok: true, value: SHOWN }]);
      });
    }

    it(`carries any bytes by ${mode}`, () => {
      fc.assert(
        fc.property(fc.string({ unit: "binary-ascii", maxLength: 40 }), (text) => {
          const bytes = frame(0x80, parameter(0x07, text));
          const heard = decodeCallerId(fskSignal(bytes, { mode, markBits: 60 }), mode);
          expect(heard).toEqual([{ ok: true, value: { format: "mdmf", name: text } }]);
        }),
        { numRuns: 30 },
      );
    });
  }

  it("refuses a wrong checksum and a burst that is cut off", () => {
    const damaged = MESSAGE.slice();
    damaged[9] = (damaged[9] ?? 0) ^ 4;
    const mode = "bell-202";
    expect(decodeCallerId(fskSignal(damaged, { mode }), mode)).toEqual([
      { ok: false, error: "bad-checksum" },
    ]);
    const burst = fskSignal(MESSAGE, { mode });
    expect(decodeCallerId(burst.subarray(0, burst.length - 600), mode)).toEqual([
      { ok: false, error: "truncated" },
    ]);
  });

  it("shows nothing for speech, noise, silence, or a burst under -45 dBm", () => {
    const random = createRandomStream(4, "noise");
    const mode = "bell-202";
    const quiet = fskSignal(MESSAGE, { mode, markDbm: -46, spaceDbm: -46 });
    for (const sound of [
      speechLike(random, 5000),
      Float64Array.from({ length: 40_000 }, () => 0.1 * gaussian(random)),
      new Float64Array(8000),
      quiet,
    ]) {
      expect(decodeCallerId(sound, mode)).toEqual([]);
    }
  });
});
