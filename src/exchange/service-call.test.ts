import { describe, expect, it } from "vitest";
import type { MediaEvent } from "../base/media-messages.ts";
import { createExchange } from "./exchange.ts";
import { configOf, invite, NO_HASHES, ua } from "./exchange-script.fixture.ts";
import { EXCHANGE_LIMITS, type ExchangeInput, type ExchangeOutput } from "./exchange-types.ts";

const STATS = {
  packetsSent: 1,
  packetsReceived: 1,
  packetsLost: 0,
  packetsLate: 0,
  framesConcealed: 0,
  jitterMs: 0,
};
const ECHO = "echo-token2";

function sdp(format: number, port = 5004): string {
  return [
    "v=0",
    "o=far 1 1 IN IP4 198.51.100.7",
    "s=-",
    "c=IN IP4 198.51.100.7",
    "t=0 0",
    `m=audio ${port} RTP/AVP ${format}`,
    "",
  ].join("\r\n");
}

const media = (event: MediaEvent): ExchangeInput => ({ kind: "media", event });
const opened = media({ kind: "opened", session: ECHO, local: { host: "192.0.2.1", port: 4000 } });
const closed = media({ kind: "closed", session: ECHO, stats: STATS });
const insecure = media({ kind: "insecure", session: ECHO, reason: "no keys by DTLS" });
const ended = ua({ kind: "ended", session: "a", cause: "bye" });

function words(output: ExchangeOutput): string {
  if (output.kind === "record") {
    const { result, sipStatus, media: stats } = output.record;
    return `record ${result} ${sipStatus ?? "-"}${stats === undefined ? "" : " +stats"}`;
  }
  if (output.kind === "log") return "log";
  const { command } = output;
  switch (command.kind) {
    case "respond":
      return `respond ${command.status}${command.body === undefined ? "" : " +sdp"}`;
    case "open":
      return `open ${command.owner.kind}`;
    case "flow":
      return `flow ${command.flow.codec.name} ${command.flow.remote.port}`;
    case "join":
      return `join ${command.on}`;
    default:
      return command.kind;
  }
}

type Step = readonly [input: ExchangeInput, ...expected: string[]];

function run(steps: readonly Step[], to = "600", body = sdp(0)) {
  const exchange = createExchange(configOf(NO_HASHES));
  const owner = to === "600" ? "echo" : "milliwatt";
  const all: readonly Step[] = [[invite({ to, body }), `open ${owner}`], ...steps];
  for (const [at, [input, ...expected]] of all.entries()) {
    const outputs = exchange.handle(input, at * 100).filter(({ kind }) => kind !== "log");
    expect(outputs.map(words), `step ${at}`).toEqual(expected);
  }
  return exchange;
}

const ANSWERED: readonly Step[] = [
  [opened, "respond 200 +sdp", "flow PCMU 5004", "join true"],
  [ua({ kind: "confirmed", session: "a" })],
];

describe("createExchange() with a call to a service", () => {
  const scenarios: readonly (readonly [name: string, steps: readonly Step[], body?: string])[] = [
    ["a whole call", [...ANSWERED, [ended, "close"], [closed, "record answered - +stats"]]],
    [
      "no keys for it: ended, and one that is not up yet is not",
      [
        [insecure],
        ...ANSWERED,
        [insecure, "end", "close"],
        [insecure],
        [closed, "record answered - +stats"],
      ],
    ],
    [
      "A-law where the caller wants that",
      [[opened, "respond 200 +sdp", "flow PCMA 5004", "join true"]],
      sdp(8),
    ],
    [
      "our offer where the caller has none",
      [
        [opened, "respond 200 +sdp"],
        [ua({ kind: "confirmed", session: "a", body: sdp(8) }), "flow PCMA 5004", "join true"],
      ],
      "",
    ],
    [
      "our offer that is never answered: silence until the caller goes",
      [
        [opened, "respond 200 +sdp"],
        [ua({ kind: "confirmed", session: "a" })],
        [ended, "close"],
        [closed, "record answered - +stats"],
      ],
      "",
    ],
    [
      "a re-INVITE to another port",
      [
        ...ANSWERED,
        [
          ua({
            kind: "reoffered",
            session: "a",
            request: { kind: "request", method: "INVITE", uri: "", headers: [], body: "" },
            body: sdp(0, 6000),
          }),
          "respond 200 +sdp",
          "flow PCMU 6000",
          "join true",
        ],
      ],
    ],
    [
      "a re-INVITE that cannot be",
      [
        ...ANSWERED,
        [
          ua({
            kind: "reoffered",
            session: "a",
            request: { kind: "request", method: "INVITE", uri: "", headers: [], body: "" },
            body: sdp(9),
          }),
          "respond 488",
        ],
        [ended, "close"],
      ],
    ],
    [
      "no codec in common",
      [
        [opened, "respond 488", "close"],
        [closed, "record refused 488 +stats"],
      ],
      sdp(9),
    ],
    ["no SDP", [[opened, "respond 400", "close"]], "hello"],
    [
      "no media",
      [[media({ kind: "open-failed", session: ECHO, reason: "no port" }), "respond 503", "close"]],
    ],
    [
      "a caller who is gone before media is open",
      [[ended, "close"], [opened], [closed, "record unanswered - +stats"]],
    ],
  ];

  it.each(scenarios.map(([name, steps, body]) => ({ name, steps, body })))(
    "plays the echo: $name",
    ({ steps, body }) => {
      run(steps, "600", body);
    },
  );

  it("plays the test tone", () => {
    run([], "601");
  });

  it("gives up where media never opens, and forgets the call without its figures", () => {
    const exchange = run([]);
    const atMs = EXCHANGE_LIMITS.mediaOpenMs;
    expect(exchange.deadlineMs()).toBe(atMs);
    expect(exchange.handle({ kind: "timeout" }, atMs - 1)).toEqual([]);
    const outputs = exchange.handle({ kind: "timeout" }, atMs);
    expect(outputs.map(words)).toEqual(["respond 500", "log", "close"]);
    const dueMs = exchange.deadlineMs() ?? 0;
    expect(exchange.handle({ kind: "timeout" }, dueMs).map(words)).toEqual(["record refused 500"]);
    expect(exchange.deadlineMs()).toBeUndefined();
    expect(exchange.handle(closed, dueMs)).toEqual([]);
  });

  it("ends a call that lasts too long", () => {
    const exchange = run(ANSWERED);
    const atMs = 100 + EXCHANGE_LIMITS.serviceMs;
    expect(exchange.deadlineMs()).toBe(atMs);
    expect(exchange.handle({ kind: "timeout" }, atMs).map(words)).toEqual(["end", "close"]);
  });

  it("answers at other numbers where so configured", () => {
    const services = { echo: "*43", milliwatt: "*44" };
    const exchange = createExchange(configOf(NO_HASHES, { services }));
    const open = exchange.handle(invite({ to: "*43" }), 0);
    expect(open.map(words)).toEqual(["open echo"]);
    expect(exchange.handle(invite({ to: "600", session: "b" }), 0).map(words)).toEqual([
      "respond 404",
    ]);
  });
});
