import { describe, expect, it } from "vitest";
import type { ModemMenu } from "../base/media-messages.ts";
import { createCallControl } from "./call-control.ts";
import {
  ANSWERED,
  answered,
  configOf,
  confirmed,
  DIALLED,
  FAR,
  FLOWS,
  invite,
  key,
  lineEvent,
  media,
  OUT,
  opened,
  play,
  reoffered,
  response,
  type Scenario,
  type Step,
  scenarioRows,
  sdp,
  TALKING,
  trip,
  ua,
} from "./call-script.fixture.ts";
import type { CallConfig, CallFaxConfig, CallInput } from "./call-types.ts";

const T38: CallFaxConfig = {
  version: 0,
  maxBitRate: 14_400,
  correction: "redundancy",
  fillBitRemoval: false,
  switchOn: "preamble",
  waitMs: 1000,
};
const ON: Partial<CallConfig> = { passesModems: true, t38: T38 };
const ENCRYPTED = {
  policy: "required",
  keys: [{ suite: "AES_CM_128_HMAC_SHA1_80", master: new Uint8Array(30) }],
} as const;

/** A far end's session description of T.38. */
const image = (port = 6004): string =>
  [
    "v=0",
    "o=far 1 2 IN IP4 198.51.100.7",
    "s=-",
    "c=IN IP4 198.51.100.7",
    "t=0 0",
    `m=image ${port} udptl t38`,
    "a=T38FaxVersion:0",
    "a=T38FaxRateManagement:transferredTCF",
    "",
  ].join("\r\n");

/** The same, in the second place. */
const BESIDE = image().replace("m=image", "m=audio 0 RTP/AVP 0\r\nm=image");

type Tone = "cng" | "answer" | "preamble";
const hears = (tone: Tone, side: "near" | "far" = "near", session = OUT): CallInput =>
  media({ kind: "fax-tone", session, tone, side });
const agree = (
  call: ModemMenu["call"],
  modulations: readonly string[],
  tone: "cm" | "jm" = "jm",
): CallInput =>
  media({ kind: "fax-tone", session: OUT, tone, side: "near", menu: { call, modulations } });
const accepted = (body: string, session = OUT): CallInput =>
  ua({ kind: "answered", session, response, body });
const refused = (status: number, session = OUT): CallInput =>
  ua({ kind: "reoffer-failed", session, status });
const over = (why: "done" | "silent"): CallInput => media({ kind: "fax-over", session: OUT, why });

const ASKED: readonly Step[] = [...TALKING, [hears("preamble"), "ua reinvite +t38"]];
const FAXING: readonly Step[] = [...ASKED, [accepted(image()), "media fax 6004", "media join on"]];
/** Codecs of which a fax machine survives none. */
const WIDE: Partial<CallConfig> = {
  codecs: [{ name: "G722", payloadType: 9, clockRateHz: 8000 }],
};
const WIDE_CALL: readonly Step[] = [
  ...DIALLED,
  [answered(sdp({ formats: "9" })), "line tone-off", ...FLOWS],
];

const SCENARIOS: readonly Scenario[] = [
  ["a machine on our line that begins its commands moves the call", FAXING, ON],
  [
    "in a call in as well",
    [
      ...ANSWERED,
      [confirmed()],
      [hears("preamble", "near", OUT), "ua reinvite +t38"],
      [accepted(image(), FAR), "media fax 6004", "media join on"],
    ],
    ON,
  ],
  ["its answer tone alone does not", [...TALKING, [hears("answer")], [5000]], ON],
  [
    "it does where so configured",
    [...TALKING, [hears("answer"), "ua reinvite +t38"]],
    { ...ON, t38: { ...T38, switchOn: "answer" } },
  ],
  [
    "two modems that agree on data stay with sound, whatever is heard afterwards",
    [...TALKING, [hears("answer", "far")], [agree("data", ["v34"])], [hears("preamble")], [5000]],
    ON,
  ],
  [
    "so do two fax machines that agree on V.34",
    [...TALKING, [agree("fax-from-caller", ["v34-half", "v17"])], [hears("preamble")]],
    ON,
  ],
  [
    "two that agree on less are moved once they begin",
    [
      ...TALKING,
      [agree("fax-from-caller", ["v17", "v29-half"])],
      [hears("preamble"), "ua reinvite +t38"],
    ],
    ON,
  ],
  [
    "what one of them wishes for decides nothing",
    [...TALKING, [agree("data", ["v34"], "cm")], [hears("preamble"), "ua reinvite +t38"]],
    ON,
  ],
  [
    "a second caller does not disturb a machine: the line is busy",
    [...TALKING, [hears("answer")], [invite(), "ua end 486", "record busy 486 box"]],
    { passesModems: true },
  ],
  [
    "nor one in T.38; afterwards it may",
    [
      ...FAXING,
      [invite(), "ua end 486", "record busy 486 box"],
      [over("done"), "ua reinvite +sdp"],
      [accepted(sdp()), ...FLOWS],
      [invite({ session: "incoming 2" }), "media open"],
    ],
    ON,
  ],
  ["a calling tone never does", [...TALKING, [hears("cng")], [5000]], ON],
  ["nothing does where T.38 is off", [...TALKING, [hears("preamble")]], { passesModems: true }],
  ["nothing does where faxes are left alone", [...TALKING, [hears("preamble")]], { t38: T38 }],
  [
    "a machine at the far end is its own gateway's to move first",
    [...TALKING, [hears("preamble", "far")], [999], [1, "ua reinvite +t38"]],
    ON,
  ],
  [
    "which it does in time",
    [
      ...TALKING,
      [hears("preamble", "far")],
      [500],
      [reoffered(OUT, image()), "ua respond 200 +t38", "media fax 6004", "media join on"],
      [5000],
    ],
    ON,
  ],
  [
    "once it is asked for it is not asked for again",
    [...ASKED, [hears("preamble")], [hears("preamble", "far")], [5000]],
    ON,
  ],
  ...[488, 606, 415, 491, 500].map(
    (status): Scenario => [
      `a far end that says ${status} gets the fax as sound, and is not asked again`,
      [...ASKED, [refused(status)], [hears("preamble")], [hears("preamble", "far")], [5000]],
      ON,
    ],
  ),
  [
    "as G.711, where it was another codec",
    [...WIDE_CALL, [hears("preamble"), "ua reinvite +t38"], [refused(488), "ua reinvite +sdp"]],
    { ...ON, ...WIDE },
  ],
  [
    "an answer without T.38 leaves nothing that flows: sound is offered anew",
    [
      ...ASKED,
      [accepted(image(0)), "ua reinvite +sdp"],
      [accepted(sdp()), ...FLOWS],
      [hears("preamble")],
    ],
    ON,
  ],
  [
    "the far end takes the call to T.38, and back, and is not asked again",
    [
      ...TALKING,
      [reoffered(OUT, image()), "ua respond 200 +t38", "media fax 6004", "media join on"],
      [reoffered(OUT, sdp()), "ua respond 200 +sdp", ...FLOWS],
      [hears("preamble")],
    ],
    ON,
  ],
  [
    "both take it to T.38 at once: theirs is answered, and ours said anew after it",
    [
      ...ASKED,
      [
        reoffered(OUT, image()),
        ...["ua respond 200 +t38", "media fax 6004", "media join on", "ua reinvite +t38"],
      ],
      [ua({ kind: "confirmed", session: OUT })],
      [accepted(image(7000)), "media fax 7000", "media join on"],
    ],
    ON,
  ],
  [
    "sound of theirs that meets our T.38 does not make us forget it",
    [
      ...ASKED,
      [reoffered(OUT, sdp()), "ua respond 200 +sdp", ...FLOWS, "ua reinvite +t38"],
      [accepted(image()), "media fax 6004", "media join on"],
    ],
    ON,
  ],
  [
    "the ACK of theirs, which comes late, is no answer to our T.38",
    [
      ...TALKING,
      [reoffered(OUT, sdp()), "ua respond 200 +sdp", ...FLOWS],
      [hears("preamble"), "ua reinvite +t38"],
      [ua({ kind: "confirmed", session: OUT })],
      [accepted(image()), "media fax 6004", "media join on"],
    ],
    ON,
  ],
  [
    "nor does the ACK of the call itself answer it",
    [
      ...ANSWERED,
      [hears("preamble", "near", OUT), "ua reinvite +t38"],
      [confirmed()],
      [accepted(image(), FAR), "media fax 6004", "media join on"],
    ],
    ON,
  ],
  [
    "the far end's T.38 may move to another address",
    [
      ...FAXING,
      [reoffered(OUT, image(7000)), "ua respond 200 +t38", "media fax 7000", "media join on"],
    ],
    ON,
  ],
  [
    "T.38 beside a voice that was closed: voice comes back to its own place",
    [
      ...TALKING,
      [reoffered(OUT, BESIDE), "ua respond 200 +t38", "media fax 6004", "media join on"],
      [over("done"), "ua reinvite +sdp"],
      [accepted(sdp().concat("m=image 0 udptl t38\r\n")), ...FLOWS],
    ],
    ON,
  ],
  [
    "who wants our offer in a fax gets one of T.38",
    [...FAXING, [reoffered(OUT), "ua respond 200 +t38"]],
    ON,
  ],
  ["T.38 that is off is refused", [...TALKING, [reoffered(OUT, image()), "ua respond 488"]]],
  [
    "a call that begins as T.38 rings, and is answered as one",
    [
      [invite({ body: image() }), "media open"],
      [opened, "ua respond 180", "line ring 102 Bob"],
      [trip, "line stop-ringing", "ua respond 200 +t38", "media fax 6004", "media join on"],
    ],
    ON,
  ],
  [
    "when the machines are done the call is one of sound",
    [
      ...FAXING,
      [over("done"), "ua reinvite +sdp"],
      [accepted(sdp()), ...FLOWS],
      [key("5"), "media begin-digit 5"],
    ],
    ON,
  ],
  [
    "when neither is heard for long, too; a far end that refuses keeps T.38",
    [...FAXING, [over("silent"), "ua reinvite +sdp"], [refused(488)], [key("5")]],
    ON,
  ],
  [
    "a break of the loop, and what sounds like busy tone, are none while machines talk",
    [
      ...FAXING,
      [lineEvent({ kind: "hook-flash", atMs: 0, durationMs: 300 })],
      [media({ kind: "far-tone", session: OUT, tone: "busy", lastedMs: 3000 })],
    ],
    ON,
  ],
  ["no digit is relayed while machines talk", [...FAXING, [key("5")]], ON],
  [
    "tones in a fax mean nothing new",
    [...FAXING, [hears("answer")], [hears("preamble", "far")], [5000]],
    ON,
  ],
];

describe("createCallControl() with T.38", () => {
  it.each(scenarioRows(SCENARIOS))("$name", ({ steps, changes }) => {
    const { told, expected } = play(createCallControl(configOf(changes)), steps);
    expect(told).toEqual(expected);
  });

  it("does not move an encrypted call, which must stay so, and refuses to be moved", () => {
    const secured = media({
      kind: "opened",
      session: OUT,
      local: { host: "192.0.2.1", port: 4000 },
      security: ENCRYPTED,
    });
    const crypto = "inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const encrypted = sdp()
      .replace("RTP/AVP", "RTP/SAVP")
      .replace("a=sendrecv", `a=crypto:1 AES_CM_128_HMAC_SHA1_80 ${crypto}\r\na=sendrecv`);
    const steps: readonly Step[] = [
      ...DIALLED.slice(0, -1),
      [secured, "ua invite sip:102@example.org +sdp"],
      [answered(encrypted), "line tone-off", ...FLOWS],
      [hears("preamble")],
      [reoffered(OUT, image()), "ua respond 488"],
    ];
    const { told, expected } = play(createCallControl(configOf(ON)), steps);
    expect(told).toEqual(expected);
  });

  it("keeps as many streams in the session as there were", () => {
    const steps: readonly Step[] = [
      ...TALKING,
      [reoffered(OUT, BESIDE), "ua respond 200 +t38", "media fax 6004", "media join on"],
      [over("done"), "ua reinvite +sdp"],
    ];
    const { outputs } = play(createCallControl(configOf(ON)), steps);
    const streams = outputs.flatMap((output) =>
      output.kind === "ua" && "body" in output.command
        ? [output.command.body?.match(/^m=\w+ \d+/gm)?.join(", ")]
        : [],
    );
    expect(streams).toEqual(["m=audio 4000", "m=audio 0, m=image 4000", "m=audio 4000, m=image 0"]);
  });

  it("says what the machines say to each other, and what became of it", () => {
    const frame = (name: string): Step => [
      media({ kind: "fax-frame", session: OUT, frame: name, side: "far" }),
    ];
    const steps = [...FAXING, frame("DIS"), frame("MCF"), frame("XYZ")];
    const { outputs } = play(createCallControl(configOf(ON)), steps);
    const told = outputs.flatMap((output) => (output.kind === "log" ? [output.event.text] : []));
    expect(told.slice(-5)).toEqual([
      "The far end is asked to take the fax over T.38.",
      "The fax goes over T.38.",
      "Fax: the far fax machine says what it can do.",
      "Fax: the far fax machine confirms that it has what was sent.",
      "Fax: XYZ of the far fax machine.",
    ]);
  });
});
