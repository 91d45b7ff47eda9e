import type { Ciphers } from "../../../base/ciphers.ts";
import type { SrtpSuite } from "../../../base/srtp-suites.ts";
import { CounterModeTransform } from "./counter-mode.ts";
import { GcmTransform } from "./gcm.ts";
import type { DerivedKeys } from "./session-keys.ts";
import type { SrtpTransform } from "./transform.ts";

/** The transform of a suite with its session keys. */
export function createTransform(
  suite: SrtpSuite,
  keys: DerivedKeys,
  ciphers: Ciphers,
): SrtpTransform {
  switch (suite) {
    case "AES_CM_128_HMAC_SHA1_80":
    case "AES_256_CM_HMAC_SHA1_80":
      return new CounterModeTransform(keys, 10, ciphers);
    case "AES_CM_128_HMAC_SHA1_32":
    case "AES_256_CM_HMAC_SHA1_32":
      return new CounterModeTransform(keys, 4, ciphers);
    case "AEAD_AES_128_GCM":
    case "AEAD_AES_256_GCM":
      return new GcmTransform(keys, ciphers);
  }
}
