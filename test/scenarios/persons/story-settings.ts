import type { UserConfig } from "../../../src/app/config/user-config.ts";
import type { Server, Setting } from "./story.ts";

/** A fragment of configuration with how often a story has it, and where it makes sense. */
export interface LikelySetting extends Setting {
  readonly share: number;
  /** Only where the lines register far away, or only where the exchange is the box's own. */
  readonly where?: "registrar" | "exchange";
}

/** Where a box is reloaded to from everywhere. */
export const OTHER_COUNTRY = "de";

/** Whether a server is the far side's. */
export const isFar = (server: Server): boolean => server !== "memory" && server !== "exchange";

/** What locks and unlocks every telephone; it must not stand in any log. */
export const PIN = "86420975";
/** Nobody dials for so long, and somebody is called by itself: one who does not answer, then … */
const WARM = { number: "503", afterMs: 5000, otherwise: ["502", "600"], tryMs: 5000 };
/** The last of many lines calls by lifting alone. */
export const HOT_LINE = "a hot line";
/** Whom it calls. */
export const HOT = { number: "502", otherwise: ["102", "501"], tryMs: 5000 };
/** Whom lifting alone may call. */
export const HOTLINED = [WARM, HOT].flatMap(({ number, otherwise }) => [number, ...otherwise]);

/** When all is over a page is sent by fax. */
export const PAGE = "a page";

/** Fragments of configuration. */
export const SETTINGS: readonly LikelySetting[] = [
  set("short waits", 0.6, {
    dialing: { noAnswerMs: 12_000, firstDigitMs: 6000, interDigitMs: 2500 },
  }),
  set("call back", 0.4, { dialing: { callBackCode: "*37" } }),
  set("codes for calls", 0.5, { dialing: { featureCodes: "star", forwardAfterMs: 5000 } }),
  set("speed dial", 0.4, { dialing: { speedDial: { "4": "102", "30": "501" } } }),
  set("a lock", 0.4, { lines: [{ number: "", lock: { pin: PIN, allowed: "10x" } }] }),
  set("callers blocked", 0.15, { lines: [{ number: "", blocked: ["504", "52*"] }] }),
  set("warm lines", 0.15, { lines: [{ number: "", hotline: WARM }] }),
  set(HOT_LINE, 0.15, {}),
  set("pickup", 0.5, { exchange: { pickupCode: "**" } }),
  set("calls on hold taken", 0.5, { exchange: { retrieveCode: "*88" } }),
  set("parked for short", 0.4, { dialing: { parkMs: 4000 } }),
  set("SHA-256", 0.15, { exchange: { digest: ["SHA-256", "MD5"] } }),
  set("tel addresses", 0.1, { dialing: { telUri: true } }),
  set("withheld", 0.1, { dialing: { withholdNumber: true } }),
  set("lines refuse", 0.15, { dialing: { allowTransfer: false } }),
  set("no call waiting", 0.2, { dialing: { callWaiting: false } }),
  set("flash joins", 0.25, { dialing: { secondFlash: "conference" } }),
  set("flash menu", 0.25, { dialing: { secondFlash: "menu" } }),
  set("flash relayed", 0.1, { dialing: { flash: "relay" } }),
  set("no transfer on hanging up", 0.2, { dialing: { transferOnHangUp: false } }),
  set("joining", 0.2, { dialing: { allowJoin: true } }),
  set("texts shown", 0.2, { dialing: { showMessages: true } }),
  set("mailbox asked", 0.2, { dialing: { askForMessages: true } }),
  set("calls limited", 0.15, { dialing: { silenceLimitMs: 10_000, callLimitMs: 60_000 } }),
  set("encrypted", 0.25, { rtp: { srtp: "optional" } }),
  set("PCMA first", 0.2, { rtp: { codecs: ["PCMA", "PCMU"] } }),
  set("G.722", 0.15, { rtp: { codecs: ["G722", "G726-32", "PCMU"] } }),
  set("Opus", 0.08, { rtp: { codecs: ["opus", "PCMU"], opus: { dtx: true } } }),
  set("silence suppressed", 0.2, { rtp: { silenceSuppression: true } }),
  set("redundancy", 0.15, { rtp: { redundancy: 2 } }),
  set("extended reports", 0.15, { rtp: { rtcpXr: true } }),
  set("one port", 0.15, { rtp: { rtcpMux: true } }),
  set("ICE", 0.15, { rtp: { ice: "lite" } }),
  set("digits by INFO", 0.15, { rtp: { dtmfRelay: "info" } }),
  set("tone events", 0.15, { rtp: { toneEvents: true } }),
  set("modems of their own", 0.1, { rtp: { voiceBandData: true } }),
  set("T.38", 0.2, { rtp: { fax: "t38" } }),
  set("T.38 at the answer", 0.1, { rtp: { fax: "t38", t38: { switchOn: "answer", waitMs: 200 } } }),
  set(PAGE, 0.15, {}),
  set("no fax", 0.1, { rtp: { fax: "off" } }),
  set("few ports", 0.15, { rtp: { portMin: 17_000, portMax: 17_005 } }),
  set("packets of 30 ms", 0.1, { rtp: { ptimeMs: 30 } }),
  set("fixed jitter", 0.1, { rtp: { jitter: { mode: "fixed", minMs: 60 } } }),
  set("short sessions", 0.2, { sip: { sessionExpiresS: 90 } }),
  set("no session ids", 0.1, { sip: { sessionId: false } }),
  set("calls from anyone", 0.1, { sip: { directCalls: true } }),
  set("few requests", 0.1, { sip: { requestsPerSecond: 3 } }),
  set("STUN that is silent", 0.08, { sip: { nat: { stunServer: "10.0.0.7" } } }, "registrar"),
  set("kept open by OPTIONS", 0.1, { sip: { nat: { keepAlive: "options", keepAliveS: 15 } } }),
  set("GRUU", 0.1, { sip: { gruu: true } }, "registrar"),
  set("registrations watched", 0.1, { sip: { watchRegistration: true } }, "registrar"),
  set("led on straight", 0.1, { sip: { redirects: "direct" } }),
  set("a backup", 0.15, { registrarBackups: ["10.0.0.8"] }, "registrar"),
  set("recorded", 0.08, { recording: { calls: "all", sounds: "sounds" } }),
  set("announced", 0.15, {
    recording: { sounds: "sounds" },
    dialing: { announcements: { notFound: "sorry", refused: "sorry" }, musicOnHold: "music" },
  }),
  set("small supply", 0.15, { ringing: { renMax: 1.2 } }),
  set("released at tones", 0.1, { lines: [{ number: "", releaseAtTone: {} }] }),
  set("no echo canceller", 0.1, { lines: [{ number: "", echoCanceller: { off: true } }] }),
  set("quiet voices", 0.1, { lines: [{ number: "", gain: { txDb: -3, rxDb: -3 } }] }),
];

function set(
  name: string,
  share: number,
  config: UserConfig,
  where?: LikelySetting["where"],
): LikelySetting {
  return { name, share, config, ...(where === undefined ? {} : { where }) };
}

/**
 * One configuration laid over another, two floors deep. What a fragment says of its one line is
 * said of all.
 */
export function merged(below: UserConfig, above: UserConfig): UserConfig {
  const { dialing, rtp, sip, exchange, recording, lines = [] } = below;
  const hasExchange = below.registrar === undefined && above.exchange !== undefined;
  const { number: _, ...ofLines } = above.lines?.[0] ?? { number: "" };
  return {
    ...below,
    ...(above.registrarBackups === undefined ? {} : { registrarBackups: above.registrarBackups }),
    ...(above.ringing === undefined ? {} : { ringing: above.ringing }),
    ...(hasExchange ? { exchange: { ...exchange, ...above.exchange } } : {}),
    lines: lines.map((line) => ({ ...line, ...ofLines })),
    dialing: { ...dialing, ...above.dialing },
    recording: { ...recording, ...above.recording },
    rtp: { ...rtp, ...above.rtp },
    sip: { ...sip, ...above.sip, nat: { ...sip?.nat, ...above.sip?.nat } },
  };
}
