import type { Chance } from "./chance.ts";

/** No mutated input grows beyond this: the limits of what is tested lie below. */
export const MUTANT_MAX_BYTES = 70_000;

/** What breaks parsers of text: separators, quotes, huge numbers, ends of lines. */
const WORDS = [
  ...["\r\n", "\n", "\r", "\r\n\r\n", "\r\n ", "\t", " ", "\0", "\x7f", "\xff", "\xc3\xa9"],
  ...[";", ",", ":", "=", "?", "&", "@", "<", ">", '"', "\\", "/", "%", "[", "]", "(", ")", "*"],
  ...["%00", "%", "%4", "%zz", "::", "..", "--", '\\"', "<>", ";;", ",,", ";tag=x", ";lr", ";="],
  ...["0", "-1", "1", "255", "256", "65535", "65536", "2147483648", "4294967296", "1e9", "0x1"],
  ...["99999999999999999999", "sip:", "sips:", "tel:", "SIP/2.0", "z9hG4bK", "application/sdp"],
  ...["Via: SIP/2.0/UDP h\r\n", "To: <sip:a@b>\r\n", "m=audio 1 RTP/AVP 0\r\n", "a=rtpmap:0 "],
  ...["a", "<a", "</a>", "<!--", "<?", "<![CDATA[", "='", "&amp;", "a=b", "a: b\r\n"],
  ...["Content-Length: 0\r\n", "INVITE", "ACK", "BYE", "CANCEL", "__proto__", "constructor"],
] as const;

const WORD_BYTES = WORDS.map((word) => Uint8Array.from(word, (unit) => unit.charCodeAt(0)));
const NO_BYTES = new Uint8Array(0);

/** One to four changes to a seed; `others` is what pieces of other inputs are taken from. */
export function mutate(
  seed: Uint8Array,
  others: readonly Uint8Array[],
  chance: Chance,
): Uint8Array<ArrayBuffer> {
  let bytes = seed.slice();
  for (let left = 1 + chance.below(4); left > 0; left--) bytes = mutateOnce(bytes, others, chance);
  return bytes.length > MUTANT_MAX_BYTES ? bytes.slice(0, MUTANT_MAX_BYTES) : bytes;
}

/** A length at which the square of it is seconds, and which limits let through. */
const LONG_BYTES = 64_000;

/**
 * A seed with one to four words again and again in the middle of it, or cut off behind them: what
 * takes the square of its length shows here.
 */
export function lengthen(seed: Uint8Array, chance: Chance): Uint8Array<ArrayBuffer> {
  const words = Array.from({ length: 1 + chance.below(4) }, () => chance.below(WORD_BYTES.length));
  const piece = words.flatMap((word) => [...(WORD_BYTES[word] ?? NO_BYTES)]);
  const at = chance.below(seed.length + 1);
  const room = Math.max(0, LONG_BYTES - seed.length);
  const run = Uint8Array.from({ length: room }, (_, index) => piece[index % piece.length] ?? 0x20);
  return spliced(seed, at, chance.below(2) * (seed.length - at), run);
}

function mutateOnce(
  bytes: Uint8Array<ArrayBuffer>,
  others: readonly Uint8Array[],
  chance: Chance,
): Uint8Array<ArrayBuffer> {
  const at = chance.below(bytes.length + 1);
  const count = chance.below(Math.min(bytes.length - at, 64) + 1);
  switch (chance.below(8)) {
    case 0:
      return flipped(bytes, chance);
    case 1:
      // Any byte, in place.
      if (at < bytes.length) bytes[at] = chance.below(256);
      return bytes;
    case 2:
      return spliced(bytes, at, count, NO_BYTES);
    case 3:
      return spliced(bytes, at, 0, WORD_BYTES[chance.below(WORD_BYTES.length)] ?? NO_BYTES);
    case 4:
      return spliced(bytes, at, count, WORD_BYTES[chance.below(WORD_BYTES.length)] ?? NO_BYTES);
    case 5: {
      const other = others[chance.below(others.length)] ?? NO_BYTES;
      const from = chance.below(other.length + 1);
      return spliced(bytes, at, count, other.slice(from, from + chance.below(200)));
    }
    case 6:
      return bytes.slice(0, at);
    default:
      return repeated(bytes, at, count, chance);
  }
}

/** One bit turned over. */
function flipped(bytes: Uint8Array<ArrayBuffer>, chance: Chance): Uint8Array<ArrayBuffer> {
  const at = chance.below(bytes.length + 1);
  if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << chance.below(8));
  return bytes;
}

/** `piece` in place of `count` bytes. */
function spliced(
  bytes: Uint8Array,
  at: number,
  count: number,
  piece: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length - count + piece.length);
  out.set(bytes.subarray(0, at));
  out.set(piece, at);
  out.set(bytes.subarray(at + count), at + piece.length);
  return out;
}

/** A piece many times over: few times mostly, seldom so often that limits are met. */
function repeated(
  bytes: Uint8Array,
  at: number,
  count: number,
  chance: Chance,
): Uint8Array<ArrayBuffer> {
  const times = chance.below(32) === 0 ? chance.below(1000) : chance.below(8);
  const room = Math.max(0, MUTANT_MAX_BYTES - bytes.length);
  const piece = bytes.slice(at, at + count);
  const copies = piece.length === 0 ? 0 : Math.min(times, Math.floor(room / piece.length));
  const run = new Uint8Array(copies * piece.length);
  for (let copy = 0; copy < copies; copy++) run.set(piece, copy * piece.length);
  return spliced(bytes, at, 0, run);
}
