/** Encrypts whole blocks of 16 bytes, each by itself. What it returns may be overwritten later. */
export type BlockCipher = (blocks: Uint8Array) => Uint8Array;

/** AES in Galois/Counter Mode under one key: tags of 16 bytes, initial vectors of 12. */
export interface GcmCipher {
  /** The ciphertext of `plain` with its tag behind it. `aad` is covered by the tag alone. */
  seal(iv: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array;
  /** What `sealed` (ciphertext and tag) holds; undefined where the tag does not fit. */
  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/**
 * The ciphers of SRTP, each made once for a key of 16 or 32 bytes (AES-128, AES-256). They come in
 * as functions, so that the core that uses them reaches for no library.
 */
export interface Ciphers {
  aesBlocks(key: Uint8Array): BlockCipher;
  aesGcm(key: Uint8Array): GcmCipher;
}
