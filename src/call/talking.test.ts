import { describe, expect, it } from "vitest";
import type { Digit } from "../base/audio.ts";
import { createCallControl } from "./call-control.ts";
import {
  ANSWERED,
  answered,
  closed,
  configOf,
  confirmed,
  DIAL_TONE,
  DIALLED,
  FAR,
  FLASH,
  FLOWS,
  invite,
  key,
  lift,
  lineEvent,
  OUT,
  play,
  RINGING,
  release,
  reoffered,
  type Scenario,
  type Step,
  scenarioRows,
  sdp,
  TALKING,
  ua,
} from "./call-script.fixture.ts";
import type { CallConfig, CallInput } from "./call-types.ts";

/** An INFO of the far end. */
const info = (body: string, pack?: string, method = "INFO"): CallInput =>
  ua({
    kind: "request",
    request: "r",
    session: OUT,
    message: {
      kind: "request",
      method,
      uri: "",
      headers: [
        { name: "content-type", value: "application/dtmf-relay" },
        ...(pack === undefined ? [] : [{ name: "info-package", value: pack }]),
      ],
      body,
    },
    source: { transport: "udp", host: "198.51.100.7", port: 5060 },
  });

/** A call has no keys. */
const insecure = (session: string): CallInput => ({
  kind: "media",
  event: { kind: "insecure", session, reason: "no keys" },
});

/** How the far end answers a digit that went as INFO. */
const infoAnswer = (status: number): CallInput =>
  ua({ kind: "response", request: `${OUT}-digit-t9`, status });

/** A digit of a rotary dial. */
const pulses = (digit: Digit): CallInput =>
  lineEvent({ kind: "digit", atMs: 0, digit, source: "pulse" });

const SCENARIOS: readonly Scenario[] = [
  [
    "an INFO of a package that we never named is refused, one of none is not",
    [
      ...DIALLED,
      [answered(sdp({ formats: "0" })), "line tone-off", ...FLOWS],
      [info("Signal=5", "nil"), "ua reply 469"],
      [info("", " "), "ua reply 200"],
    ],
  ],
  [
    "another offer before the answer is refused, the call goes on",
    [
      ...DIALLED,
      [info(sdp(), undefined, "UPDATE"), "ua reply 488"],
      [answered(sdp()), "line tone-off", ...FLOWS],
    ],
  ],
  [
    "a flash is relayed where so configured",
    [...TALKING, [lineEvent({ kind: "hook-flash", atMs: 0, durationMs: 500 }), "media send-flash"]],
    { flash: { ...FLASH, mode: "relay" } },
  ],
  [
    "a flash is relayed as INFO where digits are",
    [
      ...TALKING,
      [lineEvent({ kind: "hook-flash", atMs: 0, durationMs: 500 }), "ua session-request INFO"],
    ],
    { flash: { ...FLASH, mode: "relay" }, dtmfRelay: ["info"] },
  ],
  [
    "digits go as INFO where so configured, once the key is let go",
    [
      ...TALKING,
      [release("4", 60)],
      [key("#")],
      [release("#", 60), "ua session-request INFO"],
      [release("#", 60)],
      [pulses("7"), "ua session-request INFO"],
    ],
    { dtmfRelay: ["info"] },
  ],
  [
    "digits go the first of the ways that the far end takes, and it may come to refuse INFO",
    [
      ...DIALLED,
      [answered(sdp({ formats: "0" })), "line tone-off", ...FLOWS],
      [key("#")],
      [release("#", 60), "ua session-request INFO"],
      [infoAnswer(408)],
      [key("1")],
      [release("1", 60), "ua session-request INFO"],
      [infoAnswer(415)],
      [key("2")],
      [release("2", 60)],
    ],
    { dtmfRelay: ["rfc4733", "info", "in-band"] },
  ],
  [
    "digits while talking are relayed where agreed, as long as the key is pressed",
    [
      ...TALKING,
      [key("#"), "media begin-digit #"],
      [release("#", 61.5), "media end-digit 61.5"],
      [pulses("7"), "media send-digit 7"],
    ],
  ],
  [
    "a digit of the far end that comes as INFO is heard, where none would come as an event",
    [
      ...DIALLED,
      [answered(sdp({ formats: "0" })), "line tone-off", ...FLOWS],
      [info("Signal=5\r\nDuration=250"), "ua reply 200", "media hear-digit 5"],
      [info("Signal=hf"), "ua reply 200"],
      [info("hello"), "ua reply 200"],
    ],
  ],
  [
    "a digit that comes as event and as INFO is heard once",
    [...TALKING, [info("Signal=5\r\nDuration=250"), "ua reply 200"]],
  ],
  [
    "digits of the far end are heard as INFO where we send them so",
    [...TALKING, [info("Signal=*"), "ua reply 200", "media hear-digit *"]],
    { dtmfRelay: ["info"] },
  ],
  [
    "digits stay in the audio where so configured",
    [...TALKING, [key("#")]],
    { dtmfRelay: ["in-band"] },
  ],
  [
    "digits stay in the audio where telephone-event was not agreed",
    [...DIALLED, [answered(sdp({ formats: "0" })), "line tone-off", ...FLOWS], [key("5")]],
  ],
  [
    "hold and resume by the far end, and a new address",
    [
      ...TALKING,
      [
        reoffered(OUT, sdp({ direction: "sendonly" })),
        "ua respond 200 +sdp",
        "media flow 5004 receive",
        "media join on",
      ],
      [
        reoffered(OUT, sdp({ direction: "inactive" })),
        "ua respond 200 +sdp",
        "media flow 5004",
        "media join on",
      ],
      [key("5")],
      [
        reoffered(OUT, sdp({ port: 6000 })),
        "ua respond 200 +sdp",
        "media flow 6000 send receive",
        "media join on",
      ],
    ],
  ],
  [
    "a re-INVITE that comes to nothing leaves the call as it is",
    [
      ...TALKING,
      [reoffered(OUT, sdp({ formats: "9" })), "ua respond 488"],
      [reoffered(OUT, "nonsense"), "ua respond 400"],
      [key("5"), "media begin-digit 5"],
    ],
  ],
  [
    "a re-INVITE without offer",
    [
      ...ANSWERED,
      [confirmed()],
      [reoffered(FAR), "ua respond 200 +sdp"],
      [confirmed(sdp({ port: 6000 })), "media flow 6000 send receive", "media join on"],
    ],
  ],
  [
    "a busy tone of the far end that has lasted ends the call",
    [
      ...TALKING,
      [
        { kind: "media", event: { kind: "far-tone", session: OUT, tone: "busy", lastedMs: 3000 } },
        "ua end",
        "line open-loop 500",
        "media close",
      ],
      [closed, "record answered far +stats"],
    ],
  ],
  [
    "a call that was to be encrypted and has no keys is ended",
    [
      ...TALKING,
      [insecure(OUT), "ua end", "line open-loop 500", "media close"],
      [closed, "record answered box +stats"],
    ],
  ],
  ["one that is not answered yet may have keys once it is", [...DIALLED, [insecure(OUT)]]],
  [
    "a fault in a call",
    [
      ...TALKING,
      [
        lineEvent({ kind: "fault", atMs: 0, fault: { kind: "io", what: "SPI", advice: "look" } }),
        "ua end",
        "media close",
      ],
      [closed, "record answered box +stats"],
      [invite(), "ua end 480", "record failed 480 box"],
      [lift],
      [lineEvent({ kind: "recovered", atMs: 0 }), "line rest"],
      [lift, ...DIAL_TONE],
    ],
  ],
  [
    "a fault while it rings",
    [
      ...RINGING,
      [
        lineEvent({ kind: "fault", atMs: 0, fault: { kind: "io", what: "SPI", advice: "look" } }),
        "ua end 480",
        "media close",
      ],
      [closed, "record failed 480 box +stats"],
    ],
  ],
];

function check(steps: readonly Step[], changes: Partial<CallConfig> = {}) {
  const { told, expected, outputs } = play(createCallControl(configOf(changes)), steps);
  expect(told).toEqual(expected);
  return outputs;
}

describe("createCallControl() while talking", () => {
  it("keeps in the record why there were no keys", () => {
    const { outputs } = play(createCallControl(configOf()), [
      ...TALKING,
      [insecure(OUT), "ua end", "line open-loop 500", "media close"],
      [closed, "record answered box +stats"],
    ]);
    const record = outputs.find((output) => output.kind === "record");
    expect(record).toMatchObject({ record: { mediaFault: "no keys", endedBy: "box" } });
    const text = expect.stringMatching(/^The call with .* is ended: no keys\.$/);
    expect(outputs).toContainEqual({ kind: "log", event: expect.objectContaining({ text }) });
  });

  it.each(scenarioRows(SCENARIOS))("does what the figure says: $name", ({ steps, changes }) => {
    check(steps, changes);
  });

  it("tells in an INFO how long the key was pressed", () => {
    const steps: readonly Step[] = [
      ...TALKING,
      [key("#")],
      [release("#", 61.5), "ua session-request INFO"],
    ];
    const [told] = check(steps, { dtmfRelay: ["info"] }).flatMap((output) =>
      output.kind === "ua" && output.command.kind === "session-request" ? [output.command] : [],
    );
    expect(told?.body).toBe("Signal=#\r\nDuration=62\r\n");
  });

  it("counts the version of its session description up only with a change", () => {
    const outputs = check([
      ...ANSWERED,
      [confirmed()],
      [reoffered(FAR, sdp()), "ua respond 200 +sdp", ...FLOWS],
      [
        reoffered(FAR, sdp({ direction: "sendonly" })),
        "ua respond 200 +sdp",
        "media flow 5004 receive",
        "media join on",
      ],
    ]);
    const origins = outputs.flatMap((output) =>
      output.kind === "ua" && "body" in output.command && output.command.body !== undefined
        ? [/o=\S+ \d+ (\d+)/.exec(output.command.body)?.[1]]
        : [],
    );
    expect(origins).toEqual(["1", "1", "2"]);
  });
});
