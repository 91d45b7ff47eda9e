import { createHash } from "node:crypto";
import type { Hashes } from "../../base/hashes.ts";

/** MD5, SHA-256 and SHA-512/256 for digest authentication. @see RFC 8760 §2.3 */
export const hashes: Hashes = {
  md5: (bytes) => createHash("md5").update(bytes).digest("hex"),
  sha256: (bytes) => createHash("sha256").update(bytes).digest("hex"),
  sha512Trunc256: (bytes) => createHash("sha512-256").update(bytes).digest("hex"),
};
