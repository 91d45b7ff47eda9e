import { persianName } from "./persian-names.ts";
import { SPELLINGS } from "./spellings.ts";

/** First code points of the digit rows that are written as ASCII digits. */
const ARABIC_ZERO = 0x0660;
const PERSIAN_ZERO = 0x06f0;

/** A word in Arabic letters, with the marks above and below them; digits are none. */
const ARABIC_WORD = /[\u0620-\u065f\u066e-\u06d3\u06ee\u06ef\u06fa-\u06ff]+/g;

/** The joiner that Persian writes between parts of a word. */
const ZERO_WIDTH_NON_JOINER = "\u200c";

/**
 * Text as printable ASCII, for a display that knows nothing else: accents are taken off, names that
 * are common in Iran spelled as they are there, other Persian,
 * Arabic, Cyrillic and Greek letters spelled out, Persian and Arabic digits turned into 0–9; what
 * then is still not ASCII is left out, and runs of spaces become one. A Persian و or ی before a
 * vowel's letter is a consonant.
 */
export function toAscii(text: string): string {
  let ascii = "";
  const named = text
    .replaceAll(ZERO_WIDTH_NON_JOINER, " ")
    .normalize("NFC")
    .replace(ARABIC_WORD, (word) => persianName(word) ?? word);
  const letters = [...named].flatMap((letter) =>
    SPELLINGS.has(letter) ? [letter] : [...letter.normalize("NFD")],
  );
  for (const [at, letter] of letters.entries()) {
    const point = letter.codePointAt(0) ?? 0;
    if (point >= 0x20 && point < 0x7f) ascii += letter;
    else if (point >= ARABIC_ZERO && point < ARABIC_ZERO + 10) ascii += point - ARABIC_ZERO;
    else if (point >= PERSIAN_ZERO && point < PERSIAN_ZERO + 10) ascii += point - PERSIAN_ZERO;
    else if (point === 0x09 || point === 0xa0) ascii += " ";
    else ascii += asConsonant(letters, at) ?? SPELLINGS.get(letter) ?? "";
  }
  return ascii.replace(/ +/g, " ").trim();
}

/** At the start of a word and next to an ا, و and ی are written as consonants. */
function asConsonant(letters: readonly string[], at: number): string | undefined {
  const consonant = CONSONANTS.get(letters[at] ?? "");
  if (consonant === undefined) return undefined;
  const isFirst = !/[\p{L}\p{M}]/u.test(letters[at - 1] ?? "");
  const afterAlef = /[اآ]/.test(letters[at - 1] ?? "") && /\p{L}/u.test(letters[at + 1] ?? "");
  return isFirst || afterAlef || /[اآ]/.test(letters[at + 1] ?? "") ? consonant : undefined;
}

const CONSONANTS: ReadonlyMap<string, string> = new Map([
  ["و", "v"],
  ["ی", "y"],
  ["ي", "y"],
]);

/** The part of a number that a telephone's display can show: `+` in front, 0–9, `*`, `#`. */
export function toDialable(text: string): string {
  const ascii = toAscii(text);
  const digits = ascii.replace(/[^0-9*#]/g, "");
  return ascii.startsWith("+") && digits !== "" ? `+${digits}` : digits;
}
