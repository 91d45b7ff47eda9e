/** Bytes that become text in one call: more of them get slower, and far more overflow the stack. */
const DECODED_AT_ONCE = 4096;

/** Below that the runtime's converters cost more than they save. */
const CONVERTED_MIN = 32;

/*
 * What every runtime has, and what depends on nothing but its arguments: the one place where the
 * cores use them. They know UTF-8 only, which is one to one where it is ASCII, as SIP mostly is.
 */
declare const TextDecoder: new (
  label: "utf-8",
  options: { readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };
declare const TextEncoder: new () => {
  encodeInto(text: string, bytes: Uint8Array): { readonly read: number; readonly written: number };
};
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** What stands in a text for bytes that are no UTF-8. */
const REPLACEMENT = "\ufffd";

/**
 * Decodes bytes one to one into code units 0–255, so that byte offsets and string offsets agree.
 */
export function latin1FromBytes(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const length = end - start;
  if (length >= CONVERTED_MIN) {
    const text = decoder.decode(length === bytes.length ? bytes : bytes.subarray(start, end));
    // As many units as bytes, and none that was broken: each byte was ASCII.
    if (text.length === length && !text.includes(REPLACEMENT)) return text;
  }
  let text = "";
  for (let at = start; at < end; at += DECODED_AT_ONCE) {
    // Spreading a typed array steps through an iterator: twenty times slower than this.
    const piece = bytes.subarray(at, Math.min(end, at + DECODED_AT_ONCE));
    text += Reflect.apply(String.fromCharCode, undefined, piece);
  }
  return text;
}

/** What is written for a code unit that is no byte. */
const NO_BYTE = 0x3f;

/** Encodes code units 0–255 one to one; anything above becomes `?` (0x3f). */
export function bytesFromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  writeUnits(text, bytes);
  return bytes;
}

/**
 * Writes the code units of a text one to one to the beginning of `bytes`, which has room for them;
 * `other` (`?`) for those above 0xff.
 */
export function writeUnits(text: string, bytes: Uint8Array, other = NO_BYTE): void {
  const { length } = text;
  if (length >= CONVERTED_MIN) {
    const { read, written } = encoder.encodeInto(text, bytes);
    // As many bytes as units, and none left: each was ASCII.
    if (read === length && written === length) return;
  }
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    bytes[at] = unit > 0xff ? other : unit;
  }
}

/** Lower-case hexadecimal of bytes. */
export function hexFromBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** UTF-8 bytes as a latin-1 carried string (each code unit one byte), as SIP messages hold text. */
export function latin1FromUtf8Text(text: string): string {
  return encodeURIComponent(text).replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The reverse of {@link latin1FromUtf8Text}; text that is not valid UTF-8 comes back as it is. */
export function utf8TextFromLatin1(carried: string): string {
  if (!/[\x80-\xff]/.test(carried)) return carried;
  let escaped = "";
  for (let at = 0; at < carried.length; at++) {
    escaped += `%${(carried.charCodeAt(at) & 0xff).toString(16).padStart(2, "0")}`;
  }
  try {
    return decodeURIComponent(escaped);
  } catch {
    return carried;
  }
}

/** Big-endian reader over a byte range. Reading past the end gives 0 and sets `overrun`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  overrun = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  get position(): number {
    return this.#at;
  }

  u8(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) {
      this.overrun = true;
      return 0;
    }
    this.#at++;
    return byte;
  }

  u16(): number {
    return (this.u8() << 8) | this.u8();
  }

  u24(): number {
    return (this.u16() << 8) | this.u8();
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16();
  }

  /** A view on the next bytes (borrowed: copy to keep); an empty one where they are not there. */
  take(count: number): Uint8Array {
    if (count < 0 || count > this.remaining) {
      this.overrun = true;
      return this.#bytes.subarray(0, 0);
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}

/** Big-endian writer into a buffer that grows up to `limitBytes`; past it `overflow` is set. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;
  readonly #limitBytes: number;
  overflow = false;

  constructor(limitBytes = 65535, initialBytes = 256) {
    this.#limitBytes = limitBytes;
    this.#bytes = new Uint8Array(Math.min(limitBytes, initialBytes));
  }

  get length(): number {
    return this.#length;
  }

  #room(count: number): boolean {
    const wanted = this.#length + count;
    if (wanted > this.#limitBytes) {
      this.overflow = true;
      return false;
    }
    if (wanted > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(this.#limitBytes, Math.max(wanted, wanted * 2)));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    return true;
  }

  u8(value: number): this {
    if (this.#room(1)) this.#bytes[this.#length++] = value & 0xff;
    return this;
  }

  u16(value: number): this {
    return this.u8(value >>> 8).u8(value);
  }

  u24(value: number): this {
    return this.u8(value >>> 16).u16(value & 0xffff);
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value & 0xffff);
  }

  put(bytes: Uint8Array): this {
    if (this.#room(bytes.length)) {
      this.#bytes.set(bytes, this.#length);
      this.#length += bytes.length;
    }
    return this;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
