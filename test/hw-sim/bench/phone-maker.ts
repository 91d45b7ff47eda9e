import { TONE_TABLES, type ToneTable } from "../audio/tone-tables.ts";
import type { SimLine } from "../board/sim-line.ts";
import { flashKeyMs } from "../phones/flash-keys.ts";
import type { Phone, PhoneOptions } from "../phones/phone.ts";
import { createRotaryPhone, type RotaryPhoneOptions } from "../phones/rotary-phone.ts";
import { createTouchTonePhone, type TouchTonePhoneOptions } from "../phones/touch-tone-phone.ts";
import type { TraceSink } from "../trace/trace.ts";
import type { World } from "../world/world.ts";

/** Which set is plugged into a line, and what is special about it. */
export type PhoneSpec =
  | "touch-tone"
  | "rotary"
  | "cordless"
  | ({ readonly kind: "cordless" } & Partial<TouchTonePhoneOptions>)
  | ({ readonly kind: "touch-tone" } & Partial<TouchTonePhoneOptions>)
  | ({ readonly kind: "rotary" } & Partial<RotaryPhoneOptions>);

/** What a set needs from its surroundings. */
export interface PhonePlace {
  readonly world: World;
  readonly name: string;
  /** The country whose tones its user knows. */
  readonly country: string;
  /** The display: a set is bought for the country it is used in. */
  readonly display: DisplayOfCountry;
  readonly trace?: TraceSink | undefined;
}

/** What sets of a country can show. */
export type DisplayOfCountry = Pick<
  PhoneOptions,
  "callerId" | "needsAlertTone" | "needsReversal" | "needsRingPulse" | "showsWaiting"
>;

/** What of a country's way of caller ID decides which display its sets have. */
export interface CallerIdOfCountry {
  readonly signal: { readonly kind: "dtmf" } | { readonly kind: "fsk"; readonly modem: string };
  readonly message: { readonly kind: string };
  readonly transport: { readonly lead: readonly { readonly kind: string }[] };
  readonly waiting: { readonly by: string };
}

/** Whether plain data from a board's options is such a thing. */
export function isCallerIdOfCountry(data: unknown): data is CallerIdOfCountry {
  if (typeof data !== "object" || data === null) return false;
  const { signal, message, transport, waiting } = { ...EMPTY_CALLER_ID, ...data };
  const isPart = (part: unknown): boolean => typeof part === "object" && part !== null;
  return [signal, message, transport, waiting].every(isPart) && Array.isArray(transport?.lead);
}

const EMPTY_CALLER_ID: Partial<CallerIdOfCountry> = {};

/** The display that is sold where caller ID goes so. */
export function displayFor(callerId: CallerIdOfCountry | undefined): DisplayOfCountry {
  if (callerId === undefined) return {};
  const { signal, message, transport, waiting } = callerId;
  const announces = (sign: string): boolean => transport.lead.some(({ kind }) => kind === sign);
  const needs = {
    needsReversal: announces("reverse"),
    needsRingPulse: announces("ring"),
    needsAlertTone: announces("alert-tone"),
  };
  if (message.kind === "ntt") return { callerId: "ntt", ...needs };
  if (signal.kind === "dtmf") return { callerId: "dtmf", ...needs };
  return {
    callerId: signal.modem === "v23" ? "v23" : "bell-202",
    ...needs,
    showsWaiting: waiting.by === "cas",
  };
}

/** The tones that a person of a country knows; the North American ones where we have no table. */
function tonesKnownIn(country: string): ToneTable {
  return Object.entries(TONE_TABLES).find(([code]) => code === country)?.[1] ?? TONE_TABLES.us;
}

/**
 * A cordless base: its loop is opened by a relay or a transistor, without bounce, and its flash key
 * does so for 80 to 100 ms; it draws next to nothing to ring.
 */
const CORDLESS = { hookBounceMs: 0, flashMs: 90, ren: 0.1 } as const;

/** Builds a set and plugs it into a line's socket. */
export function plugIn(line: SimLine, spec: PhoneSpec, place: PhonePlace): Phone {
  const { kind, ...special } = typeof spec === "string" ? { kind: spec } : spec;
  const options: PhoneOptions = {
    name: place.name,
    clock: place.world.clock,
    random: place.world.random(`phone ${place.name}`),
    tones: tonesKnownIn(place.country),
    flashMs: flashKeyMs(place.country),
    // A set whose display is named is no set of the country: it wakes as it is told.
    ...("callerId" in special ? {} : place.display),
    ...(place.trace === undefined ? {} : { trace: place.trace }),
    ...(kind === "cordless" ? CORDLESS : {}),
    ...special,
  };
  const phone = kind === "rotary" ? createRotaryPhone(options) : createTouchTonePhone(options);
  phone.attach(line.attach(phone.terminal));
  return phone;
}
