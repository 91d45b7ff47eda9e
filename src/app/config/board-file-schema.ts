import { z } from "zod";

const name = z.string().min(1).max(64);

/** The farthest from 0 dBm0 that a sound card's full scale is taken to be. */
const fullScaleDbm0 = z.number().min(-60).max(60).optional();

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
  slic: z.strictObject({
    driver: z.literal("gpio-slic"),
    profile: name,
    pins: z.strictObject({ fr: name, rm: name, shk: name, pd: name.optional() }),
    ohtBias: z.boolean(),
  }),
  pcmChannel: name,
  levels: soundLevelsSchema.optional(),
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
  lines: z.union([
    z.array(line).min(1).max(48),
    z.strictObject({ linesMax: z.int().min(1).max(48), each: line }),
  ]),
});
