import { z } from "zod";
import { CODE_DIGITS_MAX, FEATURE_NAMES, SPEED_KEY } from "../../call/index.ts";

/** A number that calls are sent on to. */
const target = z
  .string({ error: 'must be text in quotes, like "102"' })
  .regex(
    new RegExp(`^\\+?[0-9*#]{1,${CODE_DIGITS_MAX - 1}}$`),
    `must be at most ${CODE_DIGITS_MAX - 1} of digits, "*" and "#"`,
  );

/** Where a line's calls go. */
export const forwardSchema = z.strictObject({
  always: target.optional(),
  busy: target.optional(),
  noAnswer: target.optional(),
});

/** The numbers that keys call. */
export const speedDialSchema = z.record(
  z.string().regex(SPEED_KEY, "must be one or two digits"),
  target,
);

/** How a telephone is locked. */
export const lockSchema = z.strictObject({
  pin: z
    .string({ error: 'must be text in quotes, like "4711"' })
    .regex(/^[0-9]{4,8}$/, "must be 4 to 8 digits"),
  locked: z.boolean().optional(),
  allowed: z.string().max(1024).optional(),
});

/** Most callers that one line refuses by what is written. */
const BLOCKED_MAX = 100;

/** Callers that are refused. */
export const blockedSchema = z
  .array(
    z
      .string({ error: 'must be text in quotes, like "0900*"' })
      .regex(/^[0-9A-Za-z+#._-]{1,32}\*?$/, 'must be a number, "*" at its end for any more digits'),
  )
  .max(BLOCKED_MAX);

/** Most numbers that are tried where a hotline is not reached. */
const OTHERWISE_MAX = 8;

/** Whom a lifted receiver calls. */
export const hotlineSchema = z.strictObject({
  number: target,
  afterMs: z
    .int()
    .max(60_000)
    .refine((value) => value === 0 || value >= 1000, { error: "must be 0, or 1000 to 60000" })
    .optional(),
  otherwise: z.array(target).max(OTHERWISE_MAX).optional(),
  tryMs: z.int().min(5000).max(180_000).optional(),
});

const code = z
  .string({ error: 'must be text in quotes, like "*72N"' })
  .regex(
    /^(?:[0-9*#]{1,8}(?:(?:KK?|P|A)[0-9*#]{0,4})?(?:N[0-9*#]{0,4})?)?$/,
    'must be at most 8 of digits, "*" and "#", then K, P, A or N where other digits go',
  );

const [first, ...others] = FEATURE_NAMES;

/** The codes that are keyed: a set by its name, or each of them. */
export const featureCodesSchema = z.union(
  [z.enum(["off", "star", "etsi"]), z.partialRecord(z.enum([first, ...others]), code)],
  { error: `must be off, star, etsi, or codes by name: ${FEATURE_NAMES.join(", ")}` },
);
