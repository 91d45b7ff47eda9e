import type { FskModem } from "./fsk-source.ts";
import type {
  CallerIdParts,
  CallerIdTransport,
  CallWaitingDisplay,
  DataMessage,
  DtmfMessage,
  DtmfSignal,
  FskSignal,
  LeadStep,
  MessageLamp,
} from "./scheme.ts";

/**
 * Sources. "Lantiq": the timing defaults of its TAPI driver. "Zyxel": the country presets of the
 * IES-1248. "spandsp": the message notes in its `adsi.h`. "MT88", "W91030": data sheets of receiver
 * chips. None of the standards' own texts was at hand: the figures are what devices in use take.
 */

// ---- when

/** 500–1500 ms after the ring (Panasonic), Lantiq 600; at least 200 before the next one. */
const AFTER_FIRST_RING: CallerIdTransport = {
  when: "after-first-ring",
  lead: [],
  delayMs: 600,
  guardMs: 200,
};

/** The alert tone is 90–110 ms long; the data come 45–500 ms later, ringing 200–500 after them. */
const ALERT: LeadStep = { kind: "alert-tone", ms: 100 };
const before = (lead: readonly LeadStep[], delayMs: number, guardMs = 300): CallerIdTransport => ({
  when: "before-ringing",
  lead,
  delayMs,
  guardMs,
});
const DT_AS = before([ALERT], 60);
/** Lantiq: 100 ms at least from the reversal to the tone. */
const LR_DT_AS = before([{ kind: "reverse" }, { kind: "wait", ms: 150 }, ALERT], 60);
/** A ring pulse of 200–300 ms; the data come 500–800 ms later. */
const RP_AS = before([{ kind: "ring", ms: 250 }], 600);
/** Reversal alone: 200 ms at least to the first digit. */
const LR = before([{ kind: "reverse" }], 250);
const UNANNOUNCED = before([], 100);
const NEVER: CallerIdTransport = { when: "none", lead: [], delayMs: 0, guardMs: 0 };

// ---- by what

/** GR-30: 300 bits of seizure, 180 of mark, −13.5 dBm ± 1 at the exchange, 2–10 bits of mark. */
const BELL_202: FskSignal = {
  kind: "fsk",
  modem: "bell202",
  seizureBits: 300,
  markBits: 180,
  tailBits: 10,
  stopBits: 1,
  levelDbm0: -13.5,
};
const V23: FskSignal = { ...BELL_202, modem: "v23" };
/** MT88E43, W91030: seizure 80–262 ms, mark 45–75 ms. */
const BT_V23: FskSignal = { ...V23, markBits: 72 };
/** spandsp: no seizure, 75 bits of mark, four stop bits. Lantiq: 78 bits. */
const NTT_V23: FskSignal = { ...V23, seizureBits: 0, markBits: 76, stopBits: 4 };
/** Sweden: 70 ms on and off; receivers take 50. Levels as telephones send (Si2493: −11, −9). */
const DTMF: DtmfSignal = { kind: "dtmf", onMs: 70, offMs: 70, levelDbm0: -11, twistDb: 2 };

// ---- what

/** 20 digits and 15 letters: what American displays show; not from a text at hand. */
const BELLCORE_MDMF: DataMessage = {
  kind: "mdmf",
  parameters: ["time", "number", "name"],
  numberLimit: 20,
  nameLimit: 15,
  otherLetters: "transliterate",
};
/** EN 300 659-3: 20 digits, 50 letters (Lantiq has the same limits). */
const ETSI_MDMF: DataMessage = {
  ...BELLCORE_MDMF,
  parameters: ["time", "number", "name", "redirecting"],
  nameLimit: 50,
};
/** BT sends the call type first. */
const BT_MDMF: DataMessage = {
  ...ETSI_MDMF,
  parameters: ["call-type", "time", "number", "name"],
  nameLimit: 20,
};
/** spandsp variant 1; "00" is not available, "10" restricted: so Asterisk's receiver reads it. */
const A_TO_C: DtmfMessage = {
  kind: "dtmf",
  start: "A",
  stop: "C",
  redirectStart: "D",
  withheld: "B10",
  unavailable: "B00",
  numberLimit: 20,
};
/** spandsp variant 2, and the Danish description of it: D1 withheld, D3 for technical reasons. */
const A_TO_HASH: DtmfMessage = {
  ...A_TO_C,
  stop: "#",
  redirectStart: "",
  withheld: "D1",
  unavailable: "D3",
};
/** spandsp: Taiwan, Kuwait. What stands for an absent number is not known: nothing is sent. */
const D_TO_C: DtmfMessage = {
  ...A_TO_C,
  start: "D",
  redirectStart: "",
  withheld: "",
  unavailable: "",
};
/** spandsp: the older Dutch and Danish form. */
const TO_HASH: DtmfMessage = { ...A_TO_HASH, start: "", withheld: "", unavailable: "" };

// ---- while a call goes on, and messages

/** MT8843: alert 75–85 ms, answer within 100 ms, 55–65 ms long, data 0–500 ms later. */
const CAS: CallWaitingDisplay = {
  by: "cas",
  silenceMs: 50,
  alertMs: 80,
  alertLevelDbm0: -15,
  // 100 ms, a detector's 40, and the way through two sound buffers
  ackWaitMs: 300,
  ackDigits: ["D", "A"],
  ackToDataMs: 60,
  markBits: 80,
};
/** W91030: mark 45–75 ms. */
const BT_CAS: CallWaitingDisplay = { ...CAS, ackDigits: ["D"], markBits: 72 };
const NO_WAITING: CallWaitingDisplay = { ...CAS, by: "none" };

const BELLCORE_LAMP: MessageLamp = {
  by: "fsk",
  lead: [],
  delayMs: 0,
  kind: "mdmf",
  tellsCount: false,
};
const ETSI_LAMP: MessageLamp = { ...BELLCORE_LAMP, lead: [ALERT], delayMs: 60, tellsCount: true };
const NO_LAMP: MessageLamp = { ...BELLCORE_LAMP, by: "none" };

const bellcore = (message: DataMessage): CallerIdParts => ({
  transport: AFTER_FIRST_RING,
  signal: BELL_202,
  message,
  waiting: CAS,
  lamp: BELLCORE_LAMP,
});
const etsi = (transport: CallerIdTransport): CallerIdParts => ({
  transport,
  signal: V23,
  message: ETSI_MDMF,
  waiting: CAS,
  lamp: ETSI_LAMP,
});
const dtmf = (transport: CallerIdTransport, message: DtmfMessage): CallerIdParts => ({
  transport,
  signal: DTMF,
  message,
  waiting: NO_WAITING,
  lamp: NO_LAMP,
});
const BT: CallerIdParts = {
  // Zyxel's British preset: 300 ms, tone, 150 ms, data, 400 ms
  transport: before([{ kind: "reverse" }, { kind: "wait", ms: 300 }, ALERT], 150, 400),
  signal: BT_V23,
  message: BT_MDMF,
  waiting: BT_CAS,
  lamp: { ...ETSI_LAMP, lead: [{ kind: "reverse" }, { kind: "wait", ms: 300 }, ALERT] },
};

const PARTS = {
  none: { ...dtmf(NEVER, A_TO_C), signal: V23, message: ETSI_MDMF },
  bellcore: bellcore(BELLCORE_MDMF),
  "bellcore-sdmf": bellcore({ ...BELLCORE_MDMF, kind: "sdmf" }),
  "etsi-fsk": etsi(AFTER_FIRST_RING),
  "etsi-fsk-dt-as": etsi(DT_AS),
  "etsi-fsk-lr-dt-as": etsi(LR_DT_AS),
  "etsi-fsk-rp-as": etsi(RP_AS),
  bt: BT,
  // MT88E45: a short ring of 200–450 ms, 500 ms at least, data, 200 ms at least
  cca: { ...BT, transport: before([{ kind: "ring", ms: 300 }], 550, 250) },
  ntt: {
    // spandsp, Lantiq: a reversal, then the telephone answers a call to it, hears, hangs up, and
    // is rung again; how long before the first ring the wires change places is not known
    transport: {
      when: "answered",
      lead: [{ kind: "reverse" }, { kind: "wait", ms: 200 }],
      delayMs: 300,
      guardMs: 300,
    },
    signal: NTT_V23,
    message: { kind: "ntt", numberLimit: 20, nameLimit: 20 },
    waiting: NO_WAITING,
    lamp: NO_LAMP,
  },
  "etsi-dtmf": dtmf(AFTER_FIRST_RING, A_TO_C),
  "etsi-dtmf-dt-as": dtmf(DT_AS, A_TO_C),
  "etsi-dtmf-lr-dt-as": dtmf(LR_DT_AS, A_TO_C),
  "etsi-dtmf-rp-as": dtmf(RP_AS, A_TO_C),
  "dtmf-denmark": dtmf(UNANNOUNCED, A_TO_HASH),
  "dtmf-denmark-lr": dtmf(LR, A_TO_HASH),
  "dtmf-sweden": dtmf(LR, A_TO_C),
  "dtmf-finland": dtmf(LR, A_TO_C),
  "dtmf-netherlands": dtmf(LR, A_TO_C),
  "dtmf-netherlands-old": dtmf(LR, TO_HASH),
  "dtmf-belgium": dtmf(LR, A_TO_C),
  "dtmf-brazil": dtmf(UNANNOUNCED, A_TO_C),
  "dtmf-india": dtmf(LR, A_TO_C),
  "dtmf-taiwan": dtmf(LR, D_TO_C),
  auto: dtmf(LR, A_TO_C),
} as const satisfies Record<string, CallerIdParts>;

/** The name of a scheme. */
export type CallerIdName = keyof typeof PARTS;

/** A way of telling who calls, by its name. */
export interface CallerIdScheme extends CallerIdParts {
  readonly scheme: CallerIdName;
  /** Schemes by name that the same call is also told by: what `auto` does. */
  readonly also: readonly CallerIdName[];
}

/** Every scheme's name, in the order they are listed to a person. */
export const CALLER_ID_NAMES: readonly CallerIdName[] =
  // The keys of the table are its names.
  Object.keys(PARTS) as readonly CallerIdName[];

/** Whether there is a scheme of that name. */
export function isCallerIdName(name: unknown): name is CallerIdName {
  return typeof name === "string" && Object.hasOwn(PARTS, name);
}

/** The modem of a display that is bought for a scheme; one without a modem has the American one. */
export function displayModem({ signal, also }: CallerIdScheme): FskModem {
  const signals = [
    signal,
    ...also.map((name): CallerIdParts => PARTS[name]).map((one) => one.signal),
  ];
  return signals.find((one) => one.kind === "fsk")?.modem ?? "bell202";
}

/**
 * `auto`: digits first, then the alert tone and V.23, then ringing, then Bell 202 after the first
 * ring. A display that knows one of them shows the call; one that knows two shows it twice alike.
 * It costs some seconds before the first ring.
 */
const AUTO_ALSO = ["etsi-fsk-dt-as", "bellcore"] as const satisfies readonly CallerIdName[];

/** A scheme by its name. */
export function callerIdScheme(name: CallerIdName): CallerIdScheme {
  const parts: CallerIdParts = PARTS[name];
  if (name !== "auto") return { scheme: name, ...parts, also: [] };
  return { scheme: name, ...parts, waiting: CAS, lamp: BELLCORE_LAMP, also: AUTO_ALSO };
}
