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
  | ({ readonly kind: "touch-tone" } & Partial<TouchTonePhoneOptions>)
  | ({ readonly kind: "rotary" } & Partial<RotaryPhoneOptions>);

/** What a set needs from its surroundings. */
export interface PhonePlace {
  readonly world: World;
  readonly name: string;
  /** The country whose tones its user knows. */
  readonly country: string;
  /** The modem of the display: a set is bought for the country it is used in. */
  readonly callerIdModem: "bell202" | "v23";
  readonly trace?: TraceSink | undefined;
}

/** The tones that a person of a country knows; the North American ones where we have no table. */
export function tonesKnownIn(country: string): ToneTable {
  return Object.entries(TONE_TABLES).find(([code]) => code === country)?.[1] ?? TONE_TABLES.us;
}

/** Builds a set and plugs it into a line's socket. */
export function plugIn(line: SimLine, spec: PhoneSpec, place: PhonePlace): Phone {
  const { kind, ...special } = typeof spec === "string" ? { kind: spec } : spec;
  const options: PhoneOptions = {
    name: place.name,
    clock: place.world.clock,
    random: place.world.random(`phone ${place.name}`),
    tones: tonesKnownIn(place.country),
    flashMs: flashKeyMs(place.country),
    callerId: place.callerIdModem === "v23" ? "v23" : "bell-202",
    ...(place.trace === undefined ? {} : { trace: place.trace }),
    ...special,
  };
  const phone = kind === "rotary" ? createRotaryPhone(options) : createTouchTonePhone(options);
  phone.attach(line.attach(phone.terminal));
  return phone;
}
