import { ByteReader } from "../../../base/bytes.ts";
import type { PortFault } from "../../../base/port-fault.ts";
import type { LineReading, SlicCapabilities } from "../../ports/slic.ts";
import type { CardLineInfo } from "./card-packets.ts";
import { LINE_FLAGS } from "./wire-numbers.ts";

/** What a line's flags promise, in the words of the line card's port. */
export function lineCapabilities(info: CardLineInfo): SlicCapabilities {
  const has = (flag: number): boolean => (info.flags & flag) !== 0;
  const meteringHz = [
    ...(has(LINE_FLAGS.metering12kHz) ? [12_000] : []),
    ...(has(LINE_FLAGS.metering16kHz) ? [16_000] : []),
  ];
  return {
    onHookTransmission: has(LINE_FLAGS.onHookTransmission),
    reversal: has(LINE_FLAGS.reversal),
    openLoop: has(LINE_FLAGS.openLoop),
    ringDutyMax: info.ringDutyMax,
    ringBurstMaxMs: info.ringBurstMaxMs,
    ringTrip: has(LINE_FLAGS.cleanRingTrip) ? "clean" : "pulsing",
    ...(meteringHz.length > 0 ? { meteringHz } : {}),
    ...(has(LINE_FLAGS.lamp) ? { neonLamp: true } : {}),
  };
}

const LINE_FAULTS: readonly (readonly [string, string])[] = [
  ["over-current", "look for a short on the pair; the line comes back by itself"],
  ["too hot", "let it cool, and look for a short on the pair; the line comes back by itself"],
  ["a power alarm", "look for a short or foreign voltage on the pair"],
  ["its chip is gone or was reset", "check its supply"],
  ["its supply", "check the supply's voltage under load"],
  ["a fault to ground", "look for a wire of the pair that touches ground"],
];

/** The fault that a card reports of a line by its code, 1 for the first. */
export function cardLineFault(name: string, code: number): PortFault {
  const [text, advice] = LINE_FAULTS[code - 1] ?? [`fault ${code}`, "see the card's own document"];
  return { kind: "io", what: `${name}: ${text}`, advice };
}

/** The data of a MEASURE reply; undefined where it is too short. */
export function parseReading(data: Uint8Array): LineReading | undefined {
  const reader = new ByteReader(data);
  const signed = (): number => (reader.u16() << 16) >> 16;
  const reading = {
    loopMilliamps: signed() / 100,
    tipVolts: signed() / 100,
    ringVolts: signed() / 100,
    batteryVolts: signed() / 100,
  };
  return reader.overrun ? undefined : reading;
}
