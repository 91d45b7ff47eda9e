import { z } from "zod";

/** A file of the folder for sounds, without its ".wav". */
export const soundNameSchema = z
  .string({ error: 'must be text in quotes, like "music"' })
  .regex(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/,
    'must be the name of a file in recording.sounds without ".wav"',
  )
  .refine((name) => !/\.wav$/i.test(name), { error: 'must be written without ".wav"' });

/** What is said before a tone. */
export const announcementsSchema = z.strictObject({
  notFound: soundNameSchema.optional(),
  refused: soundNameSchema.optional(),
  unavailable: soundNameSchema.optional(),
  withheld: soundNameSchema.optional(),
});
