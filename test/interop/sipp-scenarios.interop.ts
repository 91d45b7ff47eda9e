import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SRTP_SUITE_NAMES, srtpMasterBytes } from "../../src/base/srtp-suites.ts";
import { createOffer, type MediaOffer } from "../../src/sip/sdp/offer-answer.ts";
import type { UaCommand, UaEvent } from "../../src/sip/user-agent-types.ts";
import { AutoAnswer, mediaOf, PRESENCE, reofferOf } from "../conformance/sip-auto-answer.ts";
import { freePorts } from "./support/free-ports.ts";
import { LoopbackPhone } from "./support/loopback-phone.ts";
import { isPeerMissing, requireProgram } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const VECTORS = process.env["TIPRING_VECTORS"] ?? "../shared/vectors";
const FOLDER = resolve(ROOT, VECTORS, "sip/uac-uas-scenarios");
const HOST = "127.0.0.1";
/** Where voice is said to be wanted; nobody listens there. */
const MEDIA = mediaOf({ host: HOST, port: 40_002 });
const ENCRYPTED: MediaOffer = {
  ...MEDIA,
  security: {
    policy: "required",
    keys: SRTP_SUITE_NAMES.map((suite) => ({
      suite,
      master: new Uint8Array(randomBytes(srtpMasterBytes(suite))),
    })),
    dtls: { fingerprint: Array<string>(32).fill("AB").join(":"), isFirst: false },
  },
};
const SCENARIO_MS = 30_000;
/** SIPp takes the ports after the first for video and RTCP. */
const MEDIA_PORTS = 10;

/** What our side does beside answering; an empty one answers every call with 200. */
interface Script {
  /** The body of the call that our side makes; without it SIPp makes one. */
  readonly calls?: string;
  /** Whether calls are encrypted, with keys by SDES or DTLS; else they are plain. */
  readonly isEncrypted?: boolean;
  /** What calls are answered with, one after the other; 200 where absent. */
  readonly statuses?: readonly number[];
  /** What is served beside calls and texts. */
  readonly serves?: readonly string[];
  /** Whether our side watches the presence of SIPp's. */
  readonly watches?: boolean;
  /** The body that calls are answered with, whatever they offer. */
  readonly answers?: string;
  /** What a person would do when something happens; `ours` is the last body that we sent. */
  on?(event: UaEvent, ours: string): readonly UaCommand[];
}

const OFFER = createOffer(MEDIA);
const AUDIO = OFFER.slice(0, OFFER.indexOf("m="));
const VIDEO = "m=video 40004 RTP/AVP 96\r\na=rtpmap:96 H263-1998/90000\r\n";
const STATIC_AUDIO = "m=audio 40002 RTP/AVP 0\r\n";

/** Once a call is up it is offered anew, with the streams that it has. */
const reoffers = (event: UaEvent, ours: string): readonly UaCommand[] =>
  event.kind === "confirmed"
    ? [{ kind: "reinvite", session: event.session, body: reofferOf(ours) }]
    : [];

/** Ends a call that is up. */
const ends =
  (kind: "confirmed" | "answered") =>
  (event: UaEvent): readonly UaCommand[] =>
    event.kind === kind ? [{ kind: "end", session: event.session }] : [];

/** The scenarios that are played, by what our side does in them. */
const SCRIPTS: Readonly<Record<string, Script>> = {
  "alt-pjsua-uac-custom-sdp": {
    calls: `${AUDIO}${STATIC_AUDIO}a=rtpmap:0 PCMU/8000\r\n${VIDEO}`,
    on: ends("answered"),
  },
  "alt-pjsua-uas-amr-sdp": {
    answers: `${AUDIO}m=audio 40002 RTP/AVP 116\r\na=rtpmap:116 AMR-WB/16000/1\r\n`,
  },
  "alt-pjsua-uas-custom-sdp": {
    answers: `${AUDIO}${STATIC_AUDIO}a=rtpmap:0 PCMU/8000\r\n${VIDEO}`,
  },
  "alt-pjsua-uas-static-pt-no-rtpmap": { answers: `${AUDIO}${STATIC_AUDIO}` },
  "strict-route": { calls: OFFER, on: ends("answered") },
  "uac-183-wrong-codec": {},
  "uac-183-wrong-media": {},
  "uac-bad-ack": {},
  "uac-inv-and-ack-without-sdp": {},
  "uac-inv-multiple-require": {},
  "uac-inv-retrans-after-ack": {},
  "uac-inv-two-media-but-one-disabled-no-rtpmap": { on: reoffers },
  "uac-inv-without-sdp": { on: ends("confirmed") },
  "uac-message-no-body": {},
  "uac-norefersub": { serves: ["REFER"] },
  "uac-norefersub-disabled": {},
  "uac-options": {},
  "uac-prack-sdp-decline": { statuses: [183, 200] },
  "uac-prack-sdp-offer": { statuses: [183, 200] },
  "uac-reinvite-bad-via-branch": {},
  "uac-reinvite-port-0-bad-sdp": {},
  "uac-srtp-dtls": { isEncrypted: true },
  "uac-srtp-dtls-lower-prio": { isEncrypted: true },
  "uac-srtp-dtls-reinv-sdes": { isEncrypted: true },
  "uac-srtp-sdes": { isEncrypted: true },
  "uac-srtp-sdes-reinv-dtls": { isEncrypted: true },
  "uac-srtp-sdes-reinv-hold": { isEncrypted: true },
  "uac-subscribe": {},
  "uac-ticket-1148": { on: reoffers },
  "uac-ticket-1864-scenario1": {},
  "uas-answer-183-wrong-attr": { calls: OFFER },
  "uas-inv-answered-with-srtp": { calls: OFFER },
  "uas-norefersub-disabled": { calls: OFFER },
  "uas-reinv-after-failed-nego": {
    calls: OFFER,
    on: (event, ours) =>
      (event.kind === "answered" && event.response.headers.some(isFirst)) ||
      event.kind === "reoffer-failed"
        ? [{ kind: "reinvite", session: event.session, body: reofferOf(ours) }]
        : [],
  },
  "uas-subscribe-terminated-retry": { serves: ["NOTIFY"], watches: true },
};

/** Scenarios that are not played, and why; docs/sip-conformance.md says the same. */
const NOT_PLAYED: Readonly<Record<string, string>> = {
  "transfer-attended": "asks for OPTIONS alone; what it is named for needs three of its phones",
  "transfer-unattended": "asks for OPTIONS alone; what it is named for needs three of its phones",
  "uac-early-recv-update-481":
    "wants an UPDATE of ours before the answer; we send it in calls alone",
  "uac-ticket-1864-scenario2": "wants 500 where RFC 3261 §14.2 has 488",
  "uac-ticket-1866-reinv-after-failed-nego": "wants 500 where RFC 3261 §14.2 has 488",
  "uac-upd-sdp-decline": "its BYE has a lower CSeq than its UPDATE: 500 (RFC 3261 §12.2.2)",
  "uac-upd-sdp-offer": "its BYE has a lower CSeq than its UPDATE: 500 (RFC 3261 §12.2.2)",
  "uas-answer-200-multiple-fmts": "wants a second offer that RFC 3264 §6.1 does not ask for",
  "uas-auth": "its challenge has no nonce (RFC 7616 §3.3)",
  "uas-reinv-with-less-media": "its requests have a tag that its 2xx had not (RFC 3261 §12.2.2)",
};

/** Whether a response is that to the INVITE itself: CSeq is 1. */
const isFirst = ({ name, value }: { readonly name: string; readonly value: string }): boolean =>
  name === "cseq" && value.startsWith("1 ");

const present = existsSync(FOLDER);
const isRequired = process.env["TIPRING_VECTORS_REQUIRED"] === "1";

describe.skipIf(isPeerMissing("sipp") || !(present || isRequired))("[sip.scenarios]", () => {
  it("has 45 of them, each played or told why not", () => {
    const files = readdirSync(FOLDER).map((name) => name.replace(".xml", ""));
    expect(files).toHaveLength(45);
    expect([...Object.keys(SCRIPTS), ...Object.keys(NOT_PLAYED)].sort()).toEqual(files.sort());
  });

  it.each(Object.entries(SCRIPTS))(
    "%s",
    (name, script) => onStage((stage) => play(stage, name, script))(),
    2 * SCENARIO_MS,
  );

  it.for(Object.entries(NOT_PLAYED))("%s", ([, why], { skip }) => skip(why));
});

/** Plays one scenario to its end: SIPp says whether it was kept to. */
async function play(stage: Stage, name: string, script: Script): Promise<void> {
  const serves = ["MESSAGE", ...(script.serves ?? [])];
  const phone = await LoopbackPhone.open({
    serves,
    tells: [PRESENCE],
    react: reactionTo(script),
  });
  stage.atEnd(() => phone.close());
  const [port, mediaPort] = [await freePorts(), await freePorts(MEDIA_PORTS)];
  const program = stage.start({
    title: `SIPp ${name}`,
    path: requireProgram("sipp"),
    args: [
      ...["-sf", join(FOLDER, `${name}.xml`), "-m", "1", "-nostdin"],
      ...["-i", HOST, "-p", String(port), "-mp", String(mediaPort), "-s", "phone"],
      ...["-timeout", `${SCENARIO_MS / 1000}s`, "-timeout_error"],
      ...["-trace_msg", "-message_file", stage.logFile(`SIPp ${name}: messages`)],
      ...["-trace_err", "-error_file", stage.logFile(`SIPp ${name}: errors`)],
      `${HOST}:${phone.port}`,
    ],
  });
  if (script.calls !== undefined || script.watches === true) {
    const server = { transport: "udp", host: HOST, port } as const;
    const who = { id: "line", user: "phone", domain: HOST, server, password: "" };
    const account = { ...who, register: false, expiresS: 60 };
    phone.command({ kind: "add-account", account });
    if (script.watches === true) {
      const { name: event, contentType: accept, expiresS } = PRESENCE;
      const watch = { kind: "subscribe", subscription: "a", account: "line" } as const;
      phone.command({ ...watch, event, accept, expiresS });
    }
  }
  if (script.calls !== undefined) {
    // Where SIPp is not there yet, it gets the INVITE when that is sent again.
    const uri = `sip:${HOST}:${port}`;
    phone.command({ kind: "invite", session: "a", account: "line", uri, body: script.calls });
  }
  await program.succeeds(SCENARIO_MS);
}

/** Answers everything; then what the script adds. */
function reactionTo(script: Script): (event: UaEvent) => readonly UaCommand[] {
  const answers = new AutoAnswer(script.isEncrypted === true ? ENCRYPTED : MEDIA, script.statuses);
  let ours = script.calls ?? "";
  return (event) => {
    const { answers: fixed } = script;
    const plain: readonly UaCommand[] =
      fixed !== undefined && event.kind === "incoming"
        ? [{ kind: "respond", session: event.session, status: 200, body: fixed }]
        : answers.react(event);
    const all = [...plain, ...(script.on?.(event, ours) ?? [])];
    for (const command of all) if ("body" in command) ours = command.body ?? ours;
    return all;
  };
}
