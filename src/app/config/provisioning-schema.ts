import { z } from "zod";

const file = z.string().min(1, "must not be empty").max(1024);

/** Sooner than that no server is asked again by itself, seconds. */
const EVERY_MIN_S = 300;
const EVERY_MAX_S = 2_592_000;

/** Where a configuration is fetched from. */
export const provisioningSchema = z.strictObject({
  url: z.string().min(1, "must not be empty").optional(),
  dhcp: file.optional(),
  allowPlain: z.boolean().optional(),
  user: z.string().min(1, "must not be empty").max(128).optional(),
  password: z
    .string({ error: "must be text in quotes" })
    .min(1, "must not be empty")
    .max(128, "must not be longer than 128 characters")
    .optional(),
  interface: z
    .string()
    .regex(/^[!-.0-~]{1,15}$/, "must be a network interface's name, like eth0")
    .optional(),
  everyS: z
    .int()
    .min(0)
    .max(EVERY_MAX_S)
    .refine((value) => value === 0 || value >= EVERY_MIN_S, {
      error: `must be 0 or at least ${EVERY_MIN_S}`,
    })
    .optional(),
  tls: z
    .strictObject({
      ca: file.optional(),
      certificate: file.optional(),
      key: file.optional(),
      verify: z.boolean().optional(),
    })
    .optional(),
});
