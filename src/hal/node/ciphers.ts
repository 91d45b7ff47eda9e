import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Ciphers, GcmCipher } from "../../base/ciphers.ts";

const TAG_BYTES = 16;

/** AES by OpenSSL. A block cipher lives as long as its key, which is what makes SRTP cheap. */
export const ciphers: Ciphers = {
  aesBlocks(key) {
    const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
    return (blocks) => cipher.update(blocks);
  },
  aesGcm,
};

function aesGcm(key: Uint8Array): GcmCipher {
  const name = key.length === 32 ? "aes-256-gcm" : "aes-128-gcm";
  const options = { authTagLength: TAG_BYTES };
  return {
    seal(iv, aad, plain) {
      const cipher = createCipheriv(name, key, iv, options).setAAD(aad);
      return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(iv, aad, sealed) {
      const end = sealed.length - TAG_BYTES;
      if (end < 0) return undefined;
      const cipher = createDecipheriv(name, key, iv, options).setAAD(aad);
      cipher.setAuthTag(sealed.subarray(end));
      const plain = cipher.update(sealed.subarray(0, end));
      try {
        cipher.final();
        return plain;
      } catch {
        // OpenSSL says so by an error: the tag does not fit.
        return undefined;
      }
    },
  };
}
