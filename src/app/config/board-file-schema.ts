import { z } from "zod";

const name = z.string().min(1).max(64);

const line = z.strictObject({
  slic: z.strictObject({
    driver: z.literal("gpio-slic"),
    profile: name,
    pins: z.strictObject({ fr: name, rm: name, shk: name, pd: name.optional() }),
    ohtBias: z.boolean(),
  }),
  pcmChannel: name,
});

/** The shape of a `board.json`; a test holds every board of this package to it. */
export const boardFileSchema = z.strictObject({
  name,
  title: z.string().min(1),
  module: name,
  lines: z.union([
    z.array(line).min(1).max(48),
    z.strictObject({ linesMax: z.int().min(1).max(48), each: line }),
  ]),
});
