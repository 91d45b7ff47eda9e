import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latin1FromBytes, utf8TextFromLatin1 } from "../../base/bytes.ts";
import type { LogEvent, LogLevel } from "../../base/log-event.ts";
import {
  countedOctets,
  FACILITIES,
  MESSAGE_MIN_BYTES,
  printSyslog,
  type SyslogSource,
} from "./syslog-message.ts";

const SOURCE: SyslogSource = {
  ...{ facility: 3, hostName: "box1", processId: "77", enterpriseId: 32_473, maxBytes: 1232 },
};
const TIME = "2026-11-27T10:00:00.123Z";
const BOM = "\u00ef\u00bb\u00bf";

function printed(event: Partial<LogEvent>, source: Partial<SyslogSource> = {}): string {
  const whole = { level: "info", area: "sip", text: "text", ...event } as const;
  const line = { event: whole, time: TIME, sequence: 1 };
  return latin1FromBytes(printSyslog({ ...SOURCE, ...source }, line));
}

const HEAD = `1 ${TIME} box1 tipring 77 sip [meta sequenceId="1"]`;

describe("printSyslog()", () => {
  it.each([
    ["error", 27],
    ["warn", 28],
    ["info", 30],
    ["debug", 31],
  ] as const)("gives %s, of a daemon, the priority %i", (level, priority) => {
    expect(printed({ level })).toBe(`<${priority}>${HEAD} text`);
  });

  it.each([
    ["kern", 6],
    ["daemon", 30],
    ["local0", 134],
    ["local7", 190],
  ] as const)("gives information of the facility %s the priority %i", (name, priority) => {
    const facility = FACILITIES.indexOf(name);
    expect(printed({}, { facility })).toBe(`<${priority}>${HEAD} text`);
  });

  it.each([
    ["an area of two words", { area: "line 1" }, " line_1 [meta", ""],
    ["an area without a letter", { area: "" }, " - [meta", ""],
    ["an area that is too long", { area: "a".repeat(40) }, ` ${"a".repeat(32)} [meta`, ""],
    ["data", { data: { port: 5060, ok: true } }, "", '][tipring@32473 port="5060" ok="true"] text'],
    ["a quote", { data: { a: '"' } }, "", ' a="\\""] text'],
    ["a backslash", { data: { a: "\\" } }, "", ' a="\\\\"] text'],
    ["a bracket", { data: { a: "]" } }, "", ' a="\\]"] text'],
    ["an opening bracket", { data: { a: "[" } }, "", ' a="["] text'],
    ["a name that is none", { data: { 'a ="]é': 1 } }, "", ' a_____="1"] text'],
    [
      "a name that is too long",
      { data: { ["n".repeat(33)]: 1 } },
      "",
      ` ${"n".repeat(32)}="1"] text`,
    ],
    ["no name", { data: { "": 1 } }, "", ' _="1"] text'],
    ["a value of two bytes", { data: { a: "é" } }, "", ' a="\u00c3\u00a9"] text'],
    ["lines", { text: "Error: x\n    at y\r\t" }, "", "] Error: x\\n    at y\\r\\t"],
    ["an order to a terminal", { text: "\u001b[2J\u009b" }, "", "] \\u001b[2J\\u009b"],
    ["half a character", { text: "a\ud800" }, "", "] a\\ud800"],
    ["what is no ASCII", { text: "José" }, "", `] ${BOM}Jos\u00c3\u00a9`],
    ["no text", { text: "" }, "", "] "],
  ] as const)("writes %s", (_, event, middle, end) => {
    expect(printed(event)).toContain(middle);
    expect(printed(event).endsWith(end)).toBe(true);
  });

  it.each([
    ["an unknown time", { time: undefined }, "<30>1 - box1 tipring"],
    ["the first number again", { sequence: 2_147_483_648 }, '[meta sequenceId="1"]'],
    ["the last number", { sequence: 2_147_483_647 }, '[meta sequenceId="2147483647"]'],
  ])("writes %s", (_, line, part) => {
    const event = { level: "info", area: "sip", text: "text" } as const;
    const message = printSyslog(SOURCE, { event, time: TIME, sequence: 1, ...line });
    expect(latin1FromBytes(message)).toContain(part);
  });

  it.each([
    ["", " - tipring"],
    ["my box", " my_box tipring"],
    ["h".repeat(256), ` ${"h".repeat(255)} tipring`],
  ])("names the machine %j so that it is a name", (hostName, part) => {
    expect(printed({}, { hostName })).toContain(part);
  });

  it("cuts a text that is too long between two characters", () => {
    const room = 480 - `<30>${HEAD} `.length;
    const just = "x".repeat(room);
    expect(printed({ text: just }, { maxBytes: 480 })).toBe(`<30>${HEAD} ${just}`);
    const over = printed({ text: `${just}y` }, { maxBytes: 480 });
    expect(over).toBe(`<30>${HEAD} ${"x".repeat(room - 3)}...`);
    const wide = printed({ text: "é".repeat(room) }, { maxBytes: 480 });
    const whole = Math.floor((room - 3 - 3) / 2);
    expect(wide).toBe(`<30>${HEAD} ${BOM}${"\u00c3\u00a9".repeat(whole)}...`);
  });

  it("leaves parameters out that would leave less than 200 bytes to the text", () => {
    const room = 480 - `<30>${HEAD}`.length - 201;
    const value = "v".repeat(room - '[tipring@32473 a=""]'.length);
    const text = "t".repeat(300);
    const just = printed({ text, data: { a: value, b: 1 } }, { maxBytes: 480 });
    expect(just).toContain(`[tipring@32473 a="${value}"] t`);
    expect(just).not.toContain(" b=");
    const over = printed({ text, data: { a: `${value}v` } }, { maxBytes: 480 });
    expect(over).not.toContain("tipring@");
  });

  it("is a message of the grammar within its limit, whatever it tells", () => {
    const events = fc.record({
      level: fc.constantFrom<LogLevel>("error", "warn", "info", "debug"),
      area: fc.string({ unit: "binary" }),
      text: fc.string({ unit: "binary", maxLength: 700 }),
      data: fc.dictionary(
        fc.string({ unit: "binary" }),
        fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.boolean()),
      ),
    });
    const names = fc.string({ unit: "binary", maxLength: 300 });
    const limits = fc.integer({ min: MESSAGE_MIN_BYTES, max: 1500 });
    const numbers = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(events, names, limits, numbers, (event, hostName, maxBytes, sequence) => {
        const source = { ...SOURCE, hostName, maxBytes };
        const bytes = printSyslog(source, { event, time: TIME, sequence });
        expect(bytes.length).toBeLessThanOrEqual(maxBytes);
        const name = '[^\\s="\\]]{1,32}';
        const value = '(?:[^"\\\\\\]]|\\\\["\\\\\\]])*';
        const grammar = new RegExp(
          `^<(\\d{1,3})>1 ${TIME} [!-~]{1,255} tipring 77 [!-~]{1,32} ` +
            `\\[meta sequenceId="[1-9]\\d{0,9}"\\]` +
            `(?:\\[tipring@32473(?: ${name}="${value}")+\\])? (.*)$`,
          "s",
        );
        const [, , text = ""] = grammar.exec(latin1FromBytes(bytes)) ?? ["", "", "no message"];
        expect(text).not.toBe("no message");
        expect(text).not.toMatch(/[\u0000-\u001f\u007f]/);
        // What is marked as UTF-8 is UTF-8: it reads as something else than its bytes.
        if (text.startsWith(BOM)) expect(utf8TextFromLatin1(text)).not.toBe(text);
        else expect(text).toMatch(/^[ -~]*$/);
      }),
      { numRuns: 60 },
    );
  });
});

it.each([
  ["", "0 "],
  ["abc", "3 abc"],
  ["x".repeat(100), `100 ${"x".repeat(100)}`],
])("countedOctets() puts the length before %j", (message, framed) => {
  const bytes = Uint8Array.from(message, (one) => one.charCodeAt(0));
  expect(latin1FromBytes(countedOctets(bytes))).toBe(framed);
});
