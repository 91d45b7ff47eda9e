/** The hash functions of digest authentication, each from bytes to lower-case hexadecimal. */
export interface Hashes {
  md5(bytes: Uint8Array): string;
  sha256(bytes: Uint8Array): string;
}
