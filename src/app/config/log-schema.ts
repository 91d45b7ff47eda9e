import { z } from "zod";
import { FACILITIES, MESSAGE_MIN_BYTES } from "../syslog/syslog-message.ts";

const level = z.enum(["error", "warn", "info", "debug"]);

/** A datagram's content has no more. */
const MESSAGE_MAX_BYTES = 65_507;

/** As OpenSSL prints it, or without the colons. */
export const fingerprintSchema = z
  .string()
  .regex(/^(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/, "must be a SHA-256 of 64 hexadecimal digits");

/** What is logged, and where it goes. */
export const logSchema = z.strictObject({
  level: level.optional(),
  syslog: z
    .strictObject({
      server: z.string(),
      transport: z.enum(["udp", "tcp", "tls"]).optional(),
      level: level.optional(),
      facility: z.enum(FACILITIES).optional(),
      hostname: z
        .string({ error: "must be text in quotes" })
        .regex(/^[!-~]{1,255}$/, "must be 1 to 255 printable ASCII characters without spaces")
        .optional(),
      enterpriseId: z.int().min(0).max(4_294_967_295).optional(),
      maxBytes: z.int().min(MESSAGE_MIN_BYTES).max(MESSAGE_MAX_BYTES).optional(),
      tls: z
        .strictObject({
          ca: z.string().min(1, "must not be empty").max(1024).optional(),
          fingerprints: z.array(fingerprintSchema).max(10).optional(),
          verify: z.boolean().optional(),
        })
        .optional(),
    })
    .optional(),
});
