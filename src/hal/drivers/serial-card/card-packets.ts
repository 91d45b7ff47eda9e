import { ByteReader, latin1FromBytes } from "../../../base/bytes.ts";
import {
  CARD_LINES_MAX,
  type CardCoding,
  CODINGS,
  EVENTS_MAX,
  PACKET_TYPES,
} from "./wire-numbers.ts";

/** One line of a card, as its WELCOME describes it. */
export interface CardLineInfo {
  /** Of {@link LINE_FLAGS}. */
  readonly flags: number;
  /** 0–1. */
  readonly ringDutyMax: number;
  readonly ringBurstMaxMs: number;
  readonly ringMinHz: number;
  readonly ringMaxHz: number;
  /** 0 where the card does not know. */
  readonly ringVolts: number;
  /** So long has current to flow without a break before the card itself ends ringing; 0: never. */
  readonly tripMs: number;
}

/** What a card said at the begin of a session. */
export interface Welcome {
  readonly kind: "welcome";
  readonly session: number;
  readonly version: number;
  readonly coding: CardCoding;
  /** How far ahead of its playing an answer is sent, frames. */
  readonly leadFrames: number;
  readonly packetMaxBytes: number;
  readonly lines: readonly CardLineInfo[];
  readonly name: string;
}

/** One thing that happened at a card. */
export interface CardEvent {
  readonly line: number;
  readonly event: number;
  /** The card's microseconds, modulo 2³². */
  readonly timeUs: number;
  readonly value: number;
}

/** What a card counts, since it started, modulo 65536. */
export interface CardCounters {
  readonly badFrames: number;
  readonly badCrcs: number;
  readonly badPackets: number;
  readonly lostPackets: number;
  readonly lateAudio: number;
  readonly droppedEvents: number;
}

/** The answer to a PING. Times are the card's microseconds, modulo 2³². */
export interface CardStatus {
  readonly kind: "status";
  readonly token: number;
  readonly receivedUs: number;
  readonly sentUs: number;
  readonly nextEvent: number;
  /** Bit *k*: current flows in line *k*. */
  readonly loops: number;
  readonly ringing: number;
  readonly counters: CardCounters;
}

/** The answer to a command; `status` 0 is done. */
export interface CardReply {
  readonly kind: "reply";
  readonly line: number;
  readonly tag: number;
  readonly op: number;
  readonly status: number;
  readonly data: Uint8Array;
}

/** A frame of the card's sample clock, for all lines that have audio on. */
export interface CardAudio {
  readonly kind: "audio";
  readonly lines: number;
  readonly position: number;
  readonly sentUs: number;
  readonly nextEvent: number;
  /** In the session's coding, line after line. */
  readonly samples: Uint8Array;
}

/** What comes from a card. */
export type CardPacket =
  | Welcome
  | CardReply
  | { readonly kind: "events"; readonly first: number; readonly events: readonly CardEvent[] }
  | CardStatus
  | CardAudio
  | {
      readonly kind: "out-of-session";
      readonly reason: number;
      readonly versionMin: number;
      readonly versionMax: number;
    };

/** Reads a packet of type, seq and body; undefined where it is none that a card may send. */
export function parseCardPacket(packet: Uint8Array): CardPacket | undefined {
  const reader = new ByteReader(packet);
  const type = reader.u8();
  reader.u8();
  const parsed = parseBody(type, reader);
  return reader.overrun ? undefined : parsed;
}

function parseBody(type: number, reader: ByteReader): CardPacket | undefined {
  switch (type) {
    case PACKET_TYPES.welcome:
      return parseWelcome(reader);
    case PACKET_TYPES.reply: {
      const head = { line: reader.u8(), tag: reader.u8(), op: reader.u8(), status: reader.u8() };
      return { kind: "reply", ...head, data: reader.take(reader.remaining) };
    }
    case PACKET_TYPES.events:
      return parseEvents(reader);
    case PACKET_TYPES.status:
      return parseStatus(reader);
    case PACKET_TYPES.audioUp: {
      const head = { lines: reader.u8(), position: reader.u32(), sentUs: reader.u32() };
      const nextEvent = reader.u8();
      return { kind: "audio", ...head, nextEvent, samples: reader.take(reader.remaining) };
    }
    case PACKET_TYPES.outOfSession:
      return {
        kind: "out-of-session",
        reason: reader.u8(),
        versionMin: reader.u8(),
        versionMax: reader.u8(),
      };
    default:
      return undefined;
  }
}

function parseWelcome(reader: ByteReader): Welcome | undefined {
  const session = reader.u32();
  const version = reader.u8();
  const lineCount = reader.u8();
  // All codings that it has; the one that holds is what counts.
  reader.u8();
  const coding = CODINGS[reader.u8()];
  const leadFrames = reader.u8();
  const packetMaxBytes = reader.u16();
  if (coding === undefined || lineCount < 1 || lineCount > CARD_LINES_MAX) return undefined;
  const lines = Array.from({ length: lineCount }, () => parseLineInfo(reader));
  const name = latin1FromBytes(reader.take(reader.u8()));
  return { kind: "welcome", session, version, coding, leadFrames, packetMaxBytes, lines, name };
}

function parseLineInfo(reader: ByteReader): CardLineInfo {
  return {
    flags: reader.u16(),
    ringDutyMax: Math.min(100, reader.u8()) / 100,
    ringBurstMaxMs: 100 * reader.u8(),
    ringMinHz: reader.u8(),
    ringMaxHz: reader.u8(),
    ringVolts: reader.u8(),
    tripMs: reader.u8(),
  };
}

function parseEvents(reader: ByteReader): CardPacket | undefined {
  const first = reader.u8();
  const count = reader.u8();
  if (count < 1 || count > EVENTS_MAX) return undefined;
  const events = Array.from({ length: count }, () => ({
    line: reader.u8(),
    event: reader.u8(),
    timeUs: reader.u32(),
    value: reader.u16(),
  }));
  return { kind: "events", first, events };
}

function parseStatus(reader: ByteReader): CardStatus {
  return {
    kind: "status",
    token: reader.u32(),
    receivedUs: reader.u32(),
    sentUs: reader.u32(),
    nextEvent: reader.u8(),
    loops: reader.u8(),
    ringing: reader.u8(),
    counters: {
      badFrames: reader.u16(),
      badCrcs: reader.u16(),
      badPackets: reader.u16(),
      lostPackets: reader.u16(),
      lateAudio: reader.u16(),
      droppedEvents: reader.u16(),
    },
  };
}
