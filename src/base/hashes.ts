/** The hash functions of digest authentication, each from bytes to lower-case hexadecimal. */
export interface Hashes {
  md5(bytes: Uint8Array): string;
  sha256(bytes: Uint8Array): string;
  /** SHA-512/256. @see FIPS 180-4 §5.3.6 */
  sha512Trunc256(bytes: Uint8Array): string;
}
