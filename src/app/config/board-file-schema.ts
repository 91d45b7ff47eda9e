import { z } from "zod";
import { IMPEDANCES } from "../../base/impedance.ts";
import { CODINGS, HYBRIDS_DB, PROSLIC_GAIN_MAX_DB } from "../../hal/drivers/index.ts";

const name = z.string().min(1).max(64);
/** A device file: names under /dev/serial/by-id are long. */
const deviceFile = z.string().min(1).max(255);
const decibels = z.number().min(-30).max(30);

const level = z.enum(["high", "low"]).exactOptional();

/** What is known better than a module's profile has it. */
export const gpioSlicOverridesSchema = z
  .strictObject({
    frIdle: level,
    shkOffHook: level,
    powerDown: z.enum(["none", "open-drain-active-low", "active-high"]).exactOptional(),
    opensLoopByPowerDown: z.boolean().exactOptional(),
    ringMinHz: z.number().min(10).max(70).exactOptional(),
    ringMaxHz: z.number().min(10).max(70).exactOptional(),
    ringDutyMax: z.number().min(0.05).max(1).exactOptional(),
    ringBurstMaxMs: z.int().min(200).max(60_000).exactOptional(),
    // The chips want more than 10 ms, and RM low within 500 ms.
    ringEndHoldMs: z.number().min(10).max(400).exactOptional(),
  })
  .refine(
    ({ ringMinHz, ringMaxHz }) => (ringMinHz ?? 10) <= (ringMaxHz ?? 70),
    "ringMinHz must not be above ringMaxHz",
  );

const gpioSlic = z.strictObject({
  driver: z.literal("gpio-slic"),
  profile: name,
  pins: z.strictObject({ fr: name, rm: name, shk: name, pd: name.optional() }),
  ohtBias: z.boolean(),
  overrides: gpioSlicOverridesSchema.exactOptional(),
});

const settings = z.strictObject({
  impedance: z.enum(IMPEDANCES).exactOptional(),
  toPhoneDb: decibels.exactOptional(),
  fromPhoneDb: decibels.exactOptional(),
});

const proslicDecibels = decibels.max(PROSLIC_GAIN_MAX_DB);
const proslicSettings = z.strictObject({
  impedance: z.enum(IMPEDANCES).exactOptional(),
  toPhoneDb: proslicDecibels.exactOptional(),
  fromPhoneDb: proslicDecibels.exactOptional(),
  hybridDb: z.literal(HYBRIDS_DB).exactOptional(),
});

/** What a line's card is set to, where a user says it at the line. */
export const cardSettingsSchema = settings.extend({
  hybridDb: z.literal(HYBRIDS_DB).exactOptional(),
});

const si321x = z.strictObject({
  driver: z.literal("si321x"),
  chip: z.enum(["si3210", "si3215"]),
  spi: name,
  spiHz: z.int().min(10_000).max(16_000_000).exactOptional(),
  chainPlace: z.int().min(1).max(8).exactOptional(),
  pins: z
    .strictObject({ reset: name.exactOptional(), interrupt: name.exactOptional() })
    .exactOptional(),
  outputStage: z.enum(["si3201", "discrete"]),
  pcmCoding: z.enum(CODINGS).exactOptional(),
  pcmStart: z.int().min(0).max(1023).exactOptional(),
  settings: proslicSettings.exactOptional(),
  loopMilliamps: z.number().min(20).max(41).exactOptional(),
  onHookVolts: z.number().min(0).max(94.5).exactOptional(),
  ringVoltsRms: z.number().min(20).max(65).exactOptional(),
  ringShape: z.enum(["sine", "trapezoid"]).exactOptional(),
  dcdc: z
    .strictObject({ period: z.int().min(0x40).max(0xff), offTime: z.int().min(0).max(0x1f) })
    .exactOptional(),
  pollMs: z.int().min(1).max(20).exactOptional(),
});

const cardLine = z.strictObject({
  device: deviceFile,
  baud: z.int().min(9600).max(4_000_000).exactOptional(),
  line: z.int().min(1).max(8),
  coding: z.enum(CODINGS).exactOptional(),
  leadFrames: z.int().min(1).max(8).exactOptional(),
  settings: settings.exactOptional(),
});

/** The farthest from 0 dBm0 that a sound card's full scale is taken to be. */
const fullScaleDbm0 = z.number().min(-60).max(60).exactOptional();

/** What full scale of a sound channel means on the line, each way. */
export const soundLevelsSchema = z.strictObject({
  captureFullScaleDbm0: fullScaleDbm0,
  playbackFullScaleDbm0: fullScaleDbm0,
});

const pwmPin = z.strictObject({
  devices: z.array(name).min(1).max(8),
  channel: z.int().min(0).max(31),
});

const line = z.strictObject({
  slic: z.discriminatedUnion("driver", [
    gpioSlic,
    si321x,
    cardLine.extend({ driver: z.literal("serial-card") }),
  ]),
  pcmChannel: name.exactOptional(),
  pcmCard: cardLine.exactOptional(),
  ringSupply: name.exactOptional(),
  levels: soundLevelsSchema.exactOptional(),
});

/** Exactly one thing carries a line's audio: its own card, a sound device, or another card. */
const lineWithAudio = line.refine(
  ({ slic, pcmChannel, pcmCard }) =>
    (pcmChannel === undefined || pcmCard === undefined) &&
    (slic.driver === "serial-card" || pcmChannel !== undefined || pcmCard !== undefined),
  "a line's audio is in a pcmChannel or a pcmCard; a serial-card brings its own",
);

/** Each pin does one thing: two that share one are a slip of the pen. */
const lines = z
  .array(lineWithAudio)
  .min(1)
  .max(48)
  .superRefine((all, context) => {
    const taken = new Map<string, string>();
    for (const [at, { slic }] of all.entries()) {
      for (const [use, pin] of Object.entries("pins" in slic ? (slic.pins ?? {}) : {})) {
        if (pin === undefined) continue;
        const mine = `${use} of line ${at + 1}`;
        const other = taken.get(pin);
        const message = `${pin} is also ${other}; give each its own pin`;
        if (other === undefined) taken.set(pin, mine);
        else context.addIssue({ code: "custom", message, path: [at, "slic", "pins", use] });
      }
    }
  });

/** The shape of a `board.json`; a test holds every board of this package to it. */
export const boardFileSchema = z.strictObject({
  name,
  title: z.string().min(1),
  module: name,
  hardware: z
    .strictObject({
      computer: z.string().min(1).max(100),
      lineCard: z.string().min(1).max(100),
      sound: z.string().min(1).max(100),
      needs: z.array(z.string().min(1).max(200)).max(10),
    })
    .optional(),
  pwm: z.record(name, pwmPin).optional(),
  ringSupplies: z.record(name, z.strictObject({ renMax: z.number().min(0.1).max(240) })).optional(),
  lines: z.union([
    lines,
    z.strictObject({ linesMax: z.int().min(1).max(48), each: lineWithAudio }),
  ]),
});
