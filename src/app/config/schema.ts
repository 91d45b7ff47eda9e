import { z } from "zod";

import { SRTP_SUITE_NAMES } from "../../base/srtp-suites.ts";
import { CIVIC_PARTS } from "../../call/index.ts";
import {
  CODECS,
  ECHO_TAIL_MAX_MS,
  ECHO_TAIL_MIN_MS,
  ENGINE_CODECS,
  JITTER_MAX_MS,
} from "../../media/index.ts";
import { WAYS_MAX } from "../../sip/index.ts";
import {
  cardSettingsSchema,
  gpioSlicOverridesSchema,
  soundLevelsSchema,
} from "./board-file-schema.ts";
import {
  blockedSchema,
  featureCodesSchema,
  forwardSchema,
  hotlineSchema,
  lockSchema,
  speedDialSchema,
} from "./feature-schema.ts";
import { keptShape } from "./kept-schema.ts";
import { fingerprintSchema, logSchema } from "./log-schema.ts";
import { provisioningSchema } from "./provisioning-schema.ts";
import { announcementsSchema, soundNameSchema } from "./sound-schema.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

/** Most lines one box is asked to run. */
const LINES_MAX = 48;

/** @see RFC 4028 §5 */
const SESSION_EXPIRES_MIN_S = 90;

/** Keyed before a number. */
const keyedCode = z
  .string({ error: 'must be text in quotes, like "*98"' })
  .regex(/^[0-9*#]{0,8}$/, 'must be at most 8 of digits, "*" and "#"');

/** Keyed before an extension, or alone. */
const exchangeCode = z.string().regex(/^[0-9*#]{1,8}$/, "must be one to eight of 0-9, * and #");

/** A point needs both of its numbers, an address parts that there are. */
const emergencyPlace = z
  .strictObject({
    latitude: z.number().min(-90).max(90).optional(),
    longitude: z.number().min(-180).max(180).optional(),
    civic: z.partialRecord(z.enum(CIVIC_PARTS), z.string().min(1).max(100)).optional(),
  })
  .refine(({ latitude, longitude }) => (latitude === undefined) === (longitude === undefined), {
    error: "needs latitude and longitude, or neither",
  })
  .refine(({ latitude, civic }) => latitude !== undefined || civic !== undefined, {
    error: "needs latitude and longitude, or civic",
  });

/** One or a list of them: each is told by itself where it is wrong. */
const digitRelays = z.preprocess(
  (given) => (typeof given === "string" ? [given] : given),
  z
    .array(z.enum(["rfc4733", "info", "in-band"]))
    .min(1)
    .max(3),
);
const port = z.int().min(1).max(65535);
const milliseconds = z.int().min(100).max(3_600_000);
const extension = z
  .string({ error: 'must be text in quotes, like "101"' })
  .regex(/^[0-9A-Za-z*#+._-]{1,32}$/, 'must be 1 to 32 of digits, letters, "*#+._-"');

const password = z
  .string({ error: "must be text in quotes" })
  .min(1, "must not be empty")
  .max(128, "must not be longer than 128 characters");

const codec = z.enum([...CODECS, ...ENGINE_CODECS].map(({ name }) => name));
const dynamicPayloadType = z.int().min(96).max(127);
/** Most callers that one line rings for in a cadence of their own. */
const RING_RULES_MAX = 100;
const ringRule = z.strictObject({
  caller: z
    .string({ error: 'must be text in quotes, like "0912*"' })
    .regex(/^[0-9A-Za-z+#._-]{0,32}\*?$/, 'must be a number, "*" at its end for any more digits'),
  cadence: z.string().min(1).max(32),
});

/** Ringer equivalence numbers: a tenth of a bell to what no card rings any more. */
const ren = z.number().min(0.1).max(240);
const srtpSuite = z.literal(SRTP_SUITE_NAMES);

const digests = z
  .array(z.enum(["MD5", "SHA-256", "SHA-512-256"]))
  .min(1)
  .max(3);

const realm = z.string().min(1, "must not be empty").max(128);

const qualities = z
  .array(z.enum(["auth", "auth-int"]))
  .min(1)
  .max(2);

const fileName = z.string().min(1, "must not be empty").max(1024);

const nameServer = z
  .string()
  .regex(
    /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?$/,
    "must be an address or address:port, like 192.168.1.1",
  );

const digitMs = z.int().min(0).max(500);
const gainDb = z.number().min(-20).max(20);

const faxMode = z.enum(["pass-through", "t38", "off"]);

const line = z.strictObject({
  number: extension,
  name: z.string().max(60).optional(),
  password: password.optional(),
  authUser: z.string().max(128).optional(),
  realm: realm.optional(),
  realms: z
    .array(z.strictObject({ realm, user: z.string().min(1).max(128).optional(), password }))
    .min(1)
    .max(8)
    .optional(),
  registrars: z
    .array(
      z.strictObject({
        registrar: z.string(),
        domain: z.string().min(1).max(255).optional(),
        user: extension.optional(),
        password: password.optional(),
        authUser: z.string().max(128).optional(),
        realm: realm.optional(),
      }),
    )
    .min(1)
    .max(4)
    .optional(),
  country: z.string().optional(),
  callerId: z.string().optional(),
  pulseDialing: z.boolean().optional(),
  autoAnswer: z.enum(["off", "asked", "always"]).optional(),
  forward: forwardSchema.optional(),
  doNotDisturb: z.boolean().optional(),
  hotline: hotlineSchema.optional(),
  speedDial: speedDialSchema.optional(),
  lock: lockSchema.optional(),
  blocked: blockedSchema.optional(),
  fax: faxMode.optional(),
  ren: ren.optional(),
  rings: z.array(ringRule).max(RING_RULES_MAX).optional(),
  phone: z.enum(["touch-tone", "rotary"]).optional(),
  sound: z.string().min(1).max(64).optional(),
  levels: soundLevelsSchema.optional(),
  module: gpioSlicOverridesSchema.optional(),
  card: cardSettingsSchema.optional(),
  releaseAtTone: z
    .strictObject({
      afterMs: z.int().min(1000).max(30_000).optional(),
      country: z.string().optional(),
    })
    .optional(),
  echoCanceller: z
    .strictObject({
      tailMs: z.int().min(ECHO_TAIL_MIN_MS).max(ECHO_TAIL_MAX_MS).optional(),
      off: z.boolean().optional(),
      fax: z.boolean().optional(),
    })
    .optional(),
  gain: z
    .strictObject({
      txDb: gainDb.optional(),
      rxDb: gainDb.optional(),
      auto: z.boolean().optional(),
    })
    .optional(),
});

/** The file's shape. Every object is strict: a key nobody knows is an error, not a silence. */
export const userConfigSchema = z.strictObject({
  board: z.string().optional(),
  country: z.string().optional(),
  lines: z.array(line).min(1).max(LINES_MAX).optional(),
  sip: z
    .strictObject({
      host: z.string().optional(),
      port: port.optional(),
      host6: z.string().optional(),
      directCalls: z.boolean().optional(),
      sessionExpiresS: z
        .int()
        .min(0)
        .max(86_400)
        .refine((value) => value === 0 || value >= SESSION_EXPIRES_MIN_S, {
          error: `must be 0 or at least ${SESSION_EXPIRES_MIN_S}`,
        })
        .optional(),
      requestsPerSecond: z.int().min(0).max(10_000).optional(),
      dropScanners: z.boolean().optional(),
      digest: digests.optional(),
      transport: z.enum(["udp", "tcp", "tls"]).optional(),
      sips: z.boolean().optional(),
      dhcpOption120: z.string().max(2048).optional(),
      dscp: z.int().min(0).max(63).optional(),
      sessionId: z.boolean().optional(),
      redirects: z.enum(["server", "direct"]).optional(),
      gruu: z.boolean().optional(),
      watchRegistration: z.boolean().optional(),
      checkSync: z.enum(["off", "reload"]).optional(),
      qualityCollector: z
        .string({ error: "must be text in quotes" })
        .regex(/^sips?:[!-;=?-~]{1,255}$/, "must be a SIP URI, like sip:collector@example.net")
        .optional(),
      qualityEveryS: z.int().min(10).max(3600).optional(),
      qualityAlertMos: z.number().min(1).max(4.5).optional(),
      nat: z
        .strictObject({
          keepAlive: z.enum(["auto", "off", "crlf", "stun", "options"]).optional(),
          keepAliveS: z.int().min(5).max(3600).optional(),
          followAddress: z.boolean().optional(),
          stunServer: z.string().optional(),
        })
        .optional(),
      nameServers: z.array(nameServer).min(1).max(3).optional(),
      tls: z
        .strictObject({
          ca: fileName.optional(),
          certificate: fileName.optional(),
          key: fileName.optional(),
          verify: z.boolean().optional(),
          fingerprints: z.array(fingerprintSchema).max(10).optional(),
          wildcards: z.boolean().optional(),
          port: port.optional(),
        })
        .optional(),
    })
    .optional(),
  registrar: z.string().optional(),
  registrarBackups: z.array(z.string()).min(1).max(4).optional(),
  outboundProxies: z.array(z.string()).min(1).max(WAYS_MAX).optional(),
  trunk: z
    .strictObject({
      user: extension,
      password: password.optional(),
      authUser: z.string().max(128).optional(),
      realm: realm.optional(),
    })
    .optional(),
  domain: z.string().optional(),
  exchange: z
    .strictObject({
      transport: z.enum(["memory", "udp"]).optional(),
      digest: digests.optional(),
      qop: qualities.optional(),
      extensions: z
        .array(
          z.strictObject({
            number: extension,
            password,
            numbers: z.array(extension).min(1).max(1000).optional(),
          }),
        )
        .max(1000)
        .optional(),
      voicemail: extension.optional(),
      pickup: z.boolean().optional(),
      pickupCode: exchangeCode.optional(),
      retrieveCode: exchangeCode.optional(),
    })
    .optional(),
  rtp: z
    .strictObject({
      host: z.string().optional(),
      portMin: port.optional(),
      portMax: port.optional(),
      ptimeMs: z.literal([10, 20, 30, 40, 60]).optional(),
      codecs: z.array(codec).min(1).optional(),
      dtmfRelay: digitRelays.optional(),
      srtp: z.enum(["off", "optional", "required"]).optional(),
      srtpKeys: z
        .array(z.enum(["sdes", "dtls"]))
        .min(1)
        .optional(),
      eventPayloadType: dynamicPayloadType.optional(),
      silenceSuppression: z.boolean().optional(),
      redundancy: z.int().min(0).max(2).optional(),
      g726Packing: z.enum(["rfc3551", "aal2"]).optional(),
      opus: z
        .strictObject({
          payloadType: dynamicPayloadType.optional(),
          bitrate: z.int().min(6000).max(64_000).optional(),
          complexity: z.int().min(0).max(10).optional(),
          fec: z.boolean().optional(),
          dtx: z.boolean().optional(),
        })
        .optional(),
      jitter: z
        .strictObject({
          mode: z.enum(["adaptive", "fixed"]).optional(),
          minMs: z.int().min(0).max(JITTER_MAX_MS).optional(),
          maxMs: z.int().min(0).max(JITTER_MAX_MS).optional(),
        })
        .optional(),
      digits: z
        .strictObject({ minToneMs: digitMs.optional(), minPauseMs: digitMs.optional() })
        .optional(),
      dscp: z.int().min(0).max(63).optional(),
      realtimePriority: z.union([z.int().min(1).max(99), z.literal("off")]).optional(),
      ice: z.enum(["off", "lite"]).optional(),
      fax: faxMode.optional(),
      voiceBandData: z.boolean().optional(),
      toneEvents: z.boolean().optional(),
      t38: z
        .strictObject({
          version: z.literal([0, 1, 2, 3]).optional(),
          maxBitRate: z.literal([2400, 4800, 7200, 9600, 12_000, 14_400]).optional(),
          correction: z.enum(["redundancy", "fec", "none"]).optional(),
          redundancy: z.int().min(1).max(8).optional(),
          fillBitRemoval: z.boolean().optional(),
          farDatagram: z.int().min(100).max(1400).optional(),
          switchOn: z.enum(["preamble", "answer"]).optional(),
          v34: z.enum(["sound", "fallback"]).optional(),
          waitMs: z.int().min(0).max(30_000).optional(),
        })
        .optional(),
      rtcpXr: z.boolean().optional(),
      rtcpMux: z.boolean().optional(),
      srtpSuites: z.array(srtpSuite).min(1).optional(),
    })
    .optional(),
  dialing: z
    .strictObject({
      digitMap: z.string().max(1024).optional(),
      firstDigitMs: milliseconds.optional(),
      interDigitMs: milliseconds.optional(),
      noAnswerMs: milliseconds.optional(),
      flash: z.enum(["local", "relay"]).optional(),
      secondFlash: z.enum(["toggle", "conference", "menu"]).optional(),
      transferOnHangUp: z.boolean().optional(),
      blindTransferCode: keyedCode.optional(),
      callWaiting: z.boolean().optional(),
      allowJoin: z.boolean().optional(),
      allowTransfer: z.boolean().optional(),
      askForMessages: z.boolean().optional(),
      showMessages: z.boolean().optional(),
      withholdNumber: z.boolean().optional(),
      withholdCode: keyedCode.optional(),
      showCode: keyedCode.optional(),
      callBackCode: keyedCode.optional(),
      featureCodes: featureCodesSchema.optional(),
      speedDial: speedDialSchema.optional(),
      parkMs: z.int().min(1000).max(3_600_000).optional(),
      forwardAfterMs: z.int().min(1000).max(300_000).optional(),
      callerIdFrom: z
        .array(z.enum(["p-asserted-identity", "remote-party-id", "from"]))
        .min(1)
        .max(3)
        .optional(),
      telUri: z.boolean().optional(),
      phoneContext: z
        .string({ error: 'must be text in quotes, like "+49711"' })
        .regex(
          /^(?:\+[0-9]{1,15}|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}))$/,
          "must be a domain or +digits",
        )
        .optional(),
      rejectAnonymous: z.boolean().optional(),
      emergencyUrn: z.boolean().optional(),
      emergencyLocation: z
        .string({ error: "must be text in quotes" })
        .regex(/^(?:https?|sips?|pres):[!-;=?-~]{1,500}$/, "must be an https, sip or pres URI")
        .optional(),
      emergencyPlace: emergencyPlace.optional(),
      silenceLimitMs: z.int().min(0).max(3_600_000).optional(),
      callLimitMs: z.int().min(0).max(86_400_000).optional(),
      musicOnHold: soundNameSchema.optional(),
      announcements: announcementsSchema.optional(),
    })
    .optional(),
  ringing: z.strictObject({ renMax: ren.optional() }).optional(),
  countryOverrides: z.record(z.string(), z.unknown()).optional(),
  log: logSchema.optional(),
  provisioning: provisioningSchema.optional(),
  ...keptShape,
});

type Checked = z.infer<typeof userConfigSchema>;
type CheckedLine = NonNullable<Checked["lines"]>[number];
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
// Compiles only while the schema and `UserConfig` name the same settings.
true satisfies Same<keyof Checked, keyof UserConfig> & Same<keyof CheckedLine, keyof UserLine>;
