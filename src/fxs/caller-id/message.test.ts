import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallerId } from "../../base/line-messages.ts";
import { encodeCallerId } from "./message.ts";
import type { DataMessage } from "./scheme.ts";
import { callerIdScheme } from "./schemes.ts";
import { toAscii, toDialable } from "./transliterate.ts";

const TIME = { month: 7, day: 4, hour: 15, minute: 9 };

/** The message of a scheme that has one of bytes. */
function dataMessage(name: Parameters<typeof callerIdScheme>[0]): DataMessage {
  const { message } = callerIdScheme(name);
  if (message.kind !== "sdmf" && message.kind !== "mdmf") throw new Error(`${name} has digits`);
  return message;
}

const MDMF = dataMessage("bellcore");
const SDMF = dataMessage("bellcore-sdmf");

/** Bytes as text: letters where printable, hexadecimal in angle brackets elsewhere. */
function shown(bytes: readonly number[]): string {
  return bytes
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f
        ? String.fromCharCode(byte)
        : `<${byte.toString(16).padStart(2, "0")}>`,
    )
    .join("");
}

describe("encodeCallerId()", () => {
  const date = "<01><08>07041509";
  const rows: readonly [string, Omit<CallerId, "time">, string][] = [
    ["a number", { number: "101" }, `<80><0f>${date}<02><03>101`],
    [
      "a number and a name",
      { number: "5551234", name: "Ann B" },
      `<80><1a>${date}<02><07>5551234<07><05>Ann B`,
    ],
    ["a withheld number", { absence: "private" }, `<80><10>${date}<04><01>P<08><01>P`],
    [
      "a withheld number that is known",
      { number: "5", name: "A", absence: "private" },
      `<80><10>${date}<04><01>P<08><01>P`,
    ],
    ["an unknown number", { absence: "unavailable" }, `<80><0d>${date}<04><01>O`],
    ["nothing at all", {}, `<80><0d>${date}<04><01>O`],
    ["a name alone", { name: "Ann" }, `<80><12>${date}<04><01>O<07><03>Ann`],
    ["letters for a number", { number: "alice" }, `<80><14>${date}<04><01>O<07><05>alice`],
    ["a written number", { number: "+49 (30) 12-34" }, `<80><15>${date}<02><09>+49301234`],
    ["a name with nothing to show", { number: "1", name: "李" }, `<80><0d>${date}<02><01>1`],
    ["a Persian name", { number: "1", name: "مریم" }, `<80><15>${date}<02><01>1<07><06>Maryam`],
    ["a public telephone", { absence: "payphone" }, `<80><0d>${date}<04><01>O`],
    [
      "a long name, cut",
      { number: "1", name: "x".repeat(60) },
      `<80><1e>${date}<02><01>1<07><0f>${"x".repeat(15)}`,
    ],
    ["a long number, cut", { number: "1".repeat(60) }, `<80> ${date}<02><14>${"1".repeat(20)}`],
  ];
  for (const [name, callerId, expected] of rows) {
    it(`writes ${name} as a multiple data message`, () => {
      const bytes = encodeCallerId({ ...callerId, time: TIME }, MDMF);
      expect(shown(bytes.slice(0, -1))).toBe(expected);
    });
  }

  const single: readonly [string, Omit<CallerId, "time">, string][] = [
    ["a number", { number: "5551234", name: "Ann" }, "<04><0f>070415095551234"],
    ["a withheld number", { absence: "private" }, "<04><09>07041509P"],
    ["an unknown number", {}, "<04><09>07041509O"],
  ];
  for (const [name, callerId, expected] of single) {
    it(`writes ${name} as a single data message`, () => {
      const bytes = encodeCallerId({ ...callerId, time: TIME }, SDMF);
      expect(shown(bytes.slice(0, -1))).toBe(expected);
    });
  }

  it("ends with the checksum of a published example", () => {
    // GR-30's usual example: 04 12 "09301224" "6095551212", checksum 51 (hexadecimal)
    const time = { month: 9, day: 30, hour: 12, minute: 24 };
    const bytes = encodeCallerId({ number: "6095551212", time }, SDMF);
    expect(bytes.at(-1)).toBe(0x51);
  });

  it("fits any caller into a message whose sum is 0", () => {
    const text = fc.option(fc.string({ unit: "binary", maxLength: 400 }), { nil: undefined });
    const property = fc.property(text, text, fc.double(), (number, name, odd) => {
      const time = { month: odd, day: odd, hour: odd, minute: odd };
      const callerId = {
        time,
        ...(number === undefined ? {} : { number }),
        ...(name === undefined ? {} : { name }),
      };
      const bytes = encodeCallerId(callerId, MDMF);
      expect(bytes.reduce((sum, byte) => sum + byte, 0) % 256).toBe(0);
      expect(bytes.length).toBe((bytes[1] ?? 0) + 3);
      expect(bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe("toAscii()", () => {
  for (const [text, expected] of [
    ["Zoë Müller-Groß", "Zoe Muller-Gross"],
    ["Łukasz Ørsted", "Lukasz Orsted"],
    ["تلفن ۰۱۲۳٤٥", "Telefon 012345"],
    ["یوزف وحدتی", "yuzf vhdti"],
    ["گلدان آویز\u200cپوش", "gldan aviz push"],
    ["Ёлкин Щукин", "Elkin Shchukin"],
    ["Αθήνα", "Athina"],
    ["  a\u00a0 \t b ", "a b"],
    ["李", ""],
    ["a\u0000b\u007fc", "abc"],
  ] as const) {
    it(`writes ${JSON.stringify(text)} as ${JSON.stringify(expected)}`, () => {
      expect(toAscii(text)).toBe(expected);
    });
  }
});

describe("toDialable()", () => {
  for (const [text, expected] of [
    ["۰۲۱-۱۲۳۴", "0211234"],
    ["+1 (555) 0100", "+15550100"],
    ["1+2", "12"],
    ["*21#", "*21#"],
    ["+", ""],
  ] as const) {
    it(`keeps of ${text} ${JSON.stringify(expected)}`, () => {
      expect(toDialable(text)).toBe(expected);
    });
  }
});
