/** Letters without a decomposition that have a usual spelling in ASCII. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["ß", "ss"],
  ["æ", "ae"],
  ["Æ", "AE"],
  ["œ", "oe"],
  ["Œ", "OE"],
  ["ø", "o"],
  ["Ø", "O"],
  ["đ", "d"],
  ["Đ", "D"],
  ["ð", "d"],
  ["Ð", "D"],
  ["þ", "th"],
  ["Þ", "Th"],
  ["ł", "l"],
  ["Ł", "L"],
  ["ı", "i"],
  ["‘", "'"],
  ["’", "'"],
  ["“", '"'],
  ["”", '"'],
  ["–", "-"],
  ["—", "-"],
]);

/** First code points of the digit rows that are written as ASCII digits. */
const ARABIC_ZERO = 0x0660;
const PERSIAN_ZERO = 0x06f0;

/**
 * Text as printable ASCII, for a display that knows nothing else: accents are taken off, a few
 * letters spelled out, Persian and Arabic digits turned into 0–9; what then is still not ASCII is
 * left out, and runs of spaces become one.
 */
export function toAscii(text: string): string {
  let ascii = "";
  for (const letter of text.normalize("NFD")) {
    const point = letter.codePointAt(0) ?? 0;
    if (point >= 0x20 && point < 0x7f) ascii += letter;
    else if (point >= ARABIC_ZERO && point < ARABIC_ZERO + 10) ascii += point - ARABIC_ZERO;
    else if (point >= PERSIAN_ZERO && point < PERSIAN_ZERO + 10) ascii += point - PERSIAN_ZERO;
    else if (point === 0x09 || point === 0xa0) ascii += " ";
    else ascii += SPELLINGS.get(letter) ?? "";
  }
  return ascii.replace(/ +/g, " ").trim();
}

/** The part of a number that a telephone's display can show: `+` in front, 0–9, `*`, `#`. */
export function toDialable(text: string): string {
  const ascii = toAscii(text);
  const digits = ascii.replace(/[^0-9*#]/g, "");
  return ascii.startsWith("+") && digits !== "" ? `+${digits}` : digits;
}
