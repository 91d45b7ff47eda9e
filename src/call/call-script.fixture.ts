/** A little language for the tests of this folder: inputs by name, outputs in words. */
import type { Digit } from "../base/audio.ts";
import type { LineEvent } from "../base/line-messages.ts";
import type { MediaEvent } from "../base/media-messages.ts";
import type { SipHeader, SipRequest, UaEvent } from "../sip/index.ts";
import type { CallControl } from "./call-control.ts";
import {
  type CallConfig,
  type CallInput,
  type CallOutput,
  DEFAULT_CALL_TIMERS,
  type FlashConfig,
} from "./call-types.ts";
import { choiceWords } from "./policy/choices.ts";
import { diversionWords } from "./policy/diversions.ts";

/** Where our media is opened. */
export const LOCAL = { host: "192.0.2.1", port: 4000 };
/** The figures that every media session closes with. */
export const STATS = {
  packetsSent: 500,
  packetsReceived: 499,
  packetsLost: 1,
  packetsLate: 0,
  framesConcealed: 1,
  jitterMs: 2,
};

/** A far end's session description. */
export function sdp(options: { port?: number; direction?: string; formats?: string } = {}): string {
  const { port = 5004, direction = "sendrecv", formats = "0 101" } = options;
  return [
    "v=0",
    "o=far 1 1 IN IP4 198.51.100.7",
    "s=-",
    "c=IN IP4 198.51.100.7",
    "t=0 0",
    `m=audio ${port} RTP/AVP ${formats}`,
    ...(formats.includes("101") ? ["a=rtpmap:101 telephone-event/8000"] : []),
    `a=${direction}`,
    "",
  ].join("\r\n");
}

/** What a flash does unless a test says otherwise. */
export const FLASH: FlashConfig = {
  mode: "local",
  second: "toggle",
  transferOnHangUp: true,
  blindTransferCode: "*98",
};

/** Line 1, user 101; tokens are t1, t2 and so on. */
export function configOf(changes: Partial<CallConfig> = {}): CallConfig {
  let tokens = 0;
  return {
    line: 1,
    account: { id: "line-1", user: "101", domain: "example.org", register: true },
    digitMap: "[1-8]xx|9xx.T",
    emergencyNumbers: ["112"],
    timers: DEFAULT_CALL_TIMERS,
    codecs: [
      { name: "PCMU", payloadType: 0, clockRateHz: 8000 },
      { name: "PCMA", payloadType: 8, clockRateHz: 8000 },
    ],
    telephoneEventPayloadType: 101,
    ptimeMs: 20,
    dtmfRelay: ["rfc4733", "in-band"],
    callerId: true,
    trustAssertedIdentity: true,
    openLoopMs: 500,
    flash: FLASH,
    asksForMessages: false,
    emergency: { asUrn: false },
    silenceLimitMs: 0,
    disconnectTone: "reorder",
    wallTime: (nowMs) => {
      const told = { iso: `wall ${nowMs}`, utc: `utc ${nowMs}` };
      return { ...told, month: 3, day: 14, hour: 15, minute: 9 };
    },
    createToken: () => `t${++tokens}`,
    ...changes,
  };
}

/** An output in a few words; what a test does not look at is left out. */
function words(output: CallOutput): string {
  switch (output.kind) {
    case "line": {
      const { command } = output;
      if (command.kind === "tone") return `line tone ${command.tone}`;
      if (command.kind === "announce") return `line announce ${command.sound}`;
      if (command.kind === "collect") return `line collect ${command.on ? "on" : "off"}`;
      if (command.kind === "open-loop") return `line open-loop ${command.durationMs}`;
      if (command.kind !== "ring") return `line ${command.kind}`;
      const { number, name, absence } = command.callerId ?? {};
      const cadence = command.cadence === undefined ? undefined : `(${command.cadence})`;
      const parts = ["line ring", cadence, number, name, absence];
      return parts.filter((part) => part !== undefined).join(" ");
    }
    case "ua": {
      const { command } = output;
      const what = "status" in command ? ` ${command.status ?? ""}` : "";
      const text =
        "body" in command && command.kind !== "session-request" ? command.body : undefined;
      const body = text === undefined ? "" : /m=image [1-9]/.test(text) ? " +t38" : " +sdp";
      const uri = command.kind === "invite" ? ` ${command.uri}` : "";
      const method = command.kind === "session-request" ? ` ${command.method}` : "";
      const about = command.kind === "subscribe" ? ` ${command.event}` : "";
      const whom = command.kind === "refer" ? ` ${command.uri ?? command.replaces}` : "";
      return `ua ${command.kind}${method}${about}${whom}${what}${uri}${body}`;
    }
    case "media": {
      const { command } = output;
      if (command.kind === "join") return `media join ${command.on ? "on" : "off"}`;
      if (command.kind === "end-digit") return `media end-digit ${command.durationMs}`;
      if ("digit" in command) return `media ${command.kind} ${command.digit}`;
      if (command.kind === "fax") return `media fax ${command.flow.remote.port}`;
      if (command.kind !== "flow") return `media ${command.kind}`;
      const { remote, send, receive } = command.flow;
      return `media flow ${remote.port}${send ? " send" : ""}${receive ? " receive" : ""}`;
    }
    case "record": {
      const { result, sipStatus, endedBy, media } = output.record;
      const status = sipStatus === undefined ? "" : ` ${sipStatus}`;
      return `record ${result}${status} ${endedBy}${media === undefined ? "" : " +stats"}`;
    }
    case "check-sync":
      return output.kind;
    case "message":
      return `message ${output.from}`;
    case "diversions":
      return `diversions ${diversionWords(output.diversions) ?? "none"}`;
    case "choices":
      return `choices ${choiceWords(output.choices) ?? "none"}`;
    case "mailbox":
      return `mailbox ${output.waiting ? "waits" : "empty"}`;
    case "log":
      return `log ${output.event.level}`;
  }
}

/** An input, or a time that passes and fires what is due in it; then the outputs in words. */
export type Step = readonly [input: CallInput | number, ...expected: string[]];

/** What came out, and what the steps say should have, each beside its step. */
export interface Played {
  readonly told: readonly string[];
  readonly expected: readonly string[];
  readonly outputs: readonly CallOutput[];
}

/** Hands the steps to a call control, one after the other; log events are left out. */
export function play(control: CallControl, steps: readonly Step[]): Played {
  let nowMs = 1000;
  const told: string[] = [];
  const expected: string[] = [];
  const outputs: CallOutput[] = [];
  for (const [at, [input, ...wanted]] of steps.entries()) {
    const came: CallOutput[] = [];
    if (typeof input === "number") {
      const untilMs = nowMs + input;
      for (let due = control.deadlineMs(); due !== undefined && due <= untilMs; ) {
        nowMs = Math.max(nowMs, due);
        came.push(...control.handle({ kind: "timeout" }, nowMs));
        due = control.deadlineMs();
      }
      nowMs = untilMs;
    } else {
      came.push(...control.handle(input, nowMs));
    }
    const step = `step ${at} ${typeof input === "number" ? input : input.kind}:`;
    told.push(
      `${step} ${came
        .filter(({ kind }) => kind !== "log")
        .map(words)
        .join(", ")}`,
    );
    expected.push(`${step} ${wanted.join(", ")}`);
    outputs.push(...came);
  }
  return { told, expected, outputs };
}

/** A hook event. */
const line = (kind: "off-hook" | "on-hook" | "ring-trip"): CallInput => ({
  kind: "line",
  event: { kind, atMs: 0 },
});
/** The receiver is lifted. */
export const lift = line("off-hook");
/** The receiver is hung up. */
export const hang = line("on-hook");
/** The receiver is lifted while it rings. */
export const trip = line("ring-trip");
/** Any event of the line. */
export const lineEvent = (event: LineEvent): CallInput => ({ kind: "line", event });
/** A digit keyed. */
export const key = (digit: Digit): CallInput =>
  lineEvent({ kind: "digit", atMs: 0, digit, source: "dtmf" });
/** It is let go. */
export const release = (digit: Digit, durationMs: number): CallInput =>
  lineEvent({ kind: "digit-end", atMs: 0, digit, durationMs });
/** Any event of the user agent. */
export const ua = (event: UaEvent): CallInput => ({ kind: "ua", event });
/** Any event of media. */
export const media = (event: MediaEvent): CallInput => ({ kind: "media", event });

/** The first call of a line: its own id, its media session, and its session where it goes out. */
export const OUT = "line1-t1";
/** A response where only its being there matters. */
export const response = {
  kind: "response",
  status: 200,
  reason: "",
  headers: [],
  body: "",
} as const;
/** The first call's media is open. */
export const opened = media({ kind: "opened", session: OUT, local: LOCAL });
/** The first call's media is closed. */
export const closed = media({ kind: "closed", session: OUT, stats: STATS });
/** A provisional response to our INVITE; `tag` tells apart who rings. */
export const progress = (
  status: number,
  body?: string,
  earlyMedia?: string,
  tag?: string,
): CallInput => {
  const headers = [
    ...(earlyMedia === undefined ? [] : [{ name: "p-early-media", value: earlyMedia }]),
    ...(tag === undefined ? [] : [{ name: "to", value: `<sip:102@h>;tag=${tag}` }]),
  ];
  const about = { kind: "progress", session: OUT, status } as const;
  return ua({
    ...about,
    response: { ...response, headers },
    ...(body === undefined ? {} : { body }),
  });
};
/** The far end's voice comes. */
export const receiving = media({
  kind: "receiving",
  session: OUT,
  from: { host: "198.51.100.7", port: 5004 },
});
/** Our INVITE was accepted. */
export const answered = (body?: string): CallInput =>
  ua({ kind: "answered", session: OUT, response, ...(body === undefined ? {} : { body }) });
/** Our INVITE was refused. */
export const failed = (status: number, headers: readonly SipHeader[] = []): CallInput => {
  const about = { kind: "failed", session: OUT, status, reason: "no" } as const;
  return ua(headers.length === 0 ? about : { ...about, response: { ...response, headers } });
};
/** A session is over. */
export const ended = (session: string, cause: "bye" | "cancel" | "timeout" | "local"): CallInput =>
  ua({ kind: "ended", session, cause });

/** The session of a call in. */
export const FAR = "incoming 1";
/** An INVITE of 102, called Bob, to us. */
export function invite(
  options: {
    user?: string;
    session?: string;
    body?: string;
    headers?: readonly SipHeader[];
    replaces?: string;
    joins?: string;
  } = {},
): CallInput {
  const { user = "102", session = FAR, body = sdp(), headers = [], replaces, joins } = options;
  const request: SipRequest = {
    kind: "request",
    method: "INVITE",
    uri: "sip:101@example.org",
    headers,
    body,
  };
  return ua({
    kind: "incoming",
    session,
    account: "line-1",
    from: { user, host: "example.org", uri: `sip:${user}@example.org`, displayName: "Bob" },
    to: { user: "101", host: "example.org", uri: "sip:101@example.org" },
    request,
    source: { transport: "udp", host: "198.51.100.7", port: 5060 },
    ...(replaces === undefined ? {} : { replaces }),
    ...(joins === undefined ? {} : { joins }),
  });
}
/** The ACK of a call in. */
export const confirmed = (body?: string): CallInput =>
  ua({ kind: "confirmed", session: FAR, ...(body === undefined ? {} : { body }) });
/** A re-INVITE. */
export const reoffered = (session: string, body?: string): CallInput => {
  const request = { kind: "request", method: "INVITE", uri: "", headers: [], body: "" } as const;
  return ua({ kind: "reoffered", session, request, ...(body === undefined ? {} : { body }) });
};

/** What lifting brings. */
export const DIAL_TONE = ["line collect on", "line tone dial"] as const;
/** What hanging up brings. */
export const REST = ["line collect off", "line rest"] as const;
/** What an agreement on media brings. */
export const FLOWS = ["media flow 5004 send receive", "media join on"] as const;
/** From rest until the INVITE is out. */
export const DIALLED: readonly Step[] = [
  [lift, ...DIAL_TONE],
  [key("1")],
  [key("0")],
  [key("2"), "line collect off", "line tone-off", "media open"],
  [opened, "ua invite sip:102@example.org +sdp"],
];
/** A call out that is 5 s old, after 2 s of ringing. */
export const TALKING: readonly Step[] = [
  ...DIALLED,
  [progress(180), "line tone ringback"],
  [2000],
  [answered(sdp()), "line tone-off", ...FLOWS],
  [5000],
];
/** A call in that rings. */
export const RINGING: readonly Step[] = [
  [invite(), "media open"],
  [opened, "ua respond 180", "line ring 102 Bob"],
];
/** A call in that was answered after 3 s. */
export const ANSWERED: readonly Step[] = [
  ...RINGING,
  [3000],
  [trip, "line stop-ringing", "ua respond 200 +sdp", ...FLOWS],
];
/** What is heard after the open loop, until the line is locked out. */
export const DISCONNECT: readonly Step[] = [
  [500, "line tone reorder"],
  [20_000, "line tone howler"],
  [50_000, "line tone-off"],
  [600_000],
];

/** A named course of events, for a line with these changes to its configuration. */
export type Scenario = readonly [
  name: string,
  steps: readonly Step[],
  changes?: Partial<CallConfig>,
];

/** Rows of a table of tests: `it.each(scenarioRows(SCENARIOS))("$name", …)`. */
export function scenarioRows(scenarios: readonly Scenario[]) {
  return scenarios.map(([name, steps, changes = {}]) => ({ name, steps, changes }));
}
