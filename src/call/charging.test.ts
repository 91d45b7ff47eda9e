import { describe, expect, it } from "vitest";
import { createCallControl } from "./call-control.ts";
import { configOf, OUT, play, TALKING, ua } from "./call-script.fixture.ts";
import type { CallInput } from "./call-types.ts";

const AOC = "application/vnd.etsi.aoc+xml";
const cost = (amount: string): string =>
  '<aoc xmlns="http://uri.etsi.org/ngn/params/xml/simservs/aoc"><aoc-d><recorded-charges>' +
  `<recorded-currency-units><currency-amount>${amount}</currency-amount>` +
  "</recorded-currency-units></recorded-charges></aoc-d></aoc>";

const inParts = (...parts: readonly (readonly [string, string])[]): string =>
  [...parts.flatMap(([type, body]) => ["--b", `Content-Type: ${type}`, "", body]), "--b--"].join(
    "\r\n",
  );

/** What the far end's message is: its type, its body, and whether our server sent it. */
interface Message {
  readonly type: string;
  readonly body: string;
  readonly fromServer: boolean;
}

const told = (method: string, { type, body, fromServer }: Message): CallInput => {
  const headers = [{ name: "content-type", value: type }];
  const message = { kind: "request", method, uri: "", headers, body } as const;
  const origin = fromServer ? ({ fromServer: true } as const) : {};
  if (method === "BYE") {
    return ua({ kind: "ended", session: OUT, cause: "bye", request: message, ...origin });
  }
  const source = { transport: "udp", host: "198.51.100.7", port: 5060 } as const;
  return ua({ kind: "request", request: "r", session: OUT, message, source, ...origin });
};

const MIXED = "multipart/mixed;boundary=b";
const ROWS: readonly (readonly [string, string, Message, number])[] = [
  ["INFO of the server", "INFO", { type: AOC, body: cost("3"), fromServer: true }, 3],
  ["INFO of anybody else", "INFO", { type: AOC, body: cost("3"), fromServer: false }, 0],
  ["BYE of the server", "BYE", { type: AOC, body: cost("4"), fromServer: true }, 4],
  ["BYE of anybody else", "BYE", { type: AOC, body: cost("4"), fromServer: false }, 0],
  [
    "INFO with it behind another part",
    "INFO",
    { type: MIXED, body: inParts(["text/plain", "x"], [AOC, cost("2")]), fromServer: true },
    2,
  ],
  [
    "INFO of anybody else with it in a part",
    "INFO",
    { type: MIXED, body: inParts([AOC, cost("2")]), fromServer: false },
    0,
  ],
  [
    "INFO with parts of which none is it",
    "INFO",
    { type: MIXED, body: inParts(["text/plain", cost("2")]), fromServer: true },
    0,
  ],
];

describe("withCharge()", () => {
  it.each(ROWS)("of a cost in %s sends as many pulses", (_what, method, message, pulses) => {
    const control = createCallControl(configOf({ charging: { unitPrice: 0 } }));
    const { outputs } = play(control, [...TALKING, [told(method, message)]]);
    const sent = outputs.flatMap((output) =>
      output.kind === "line" && output.command.kind === "metering" ? [output.command.pulses] : [],
    );
    expect(sent).toEqual(pulses === 0 ? [] : [pulses]);
  });
});
