import { isAll, isIn } from "./tokens.ts";

/** The value of a hexadecimal digit's code unit; -1 for any other. */
function hexValue(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** A text with its percent escapes resolved; undefined where one of them is broken. */
export function unescaped(text: string): string | undefined {
  let at = text.indexOf("%");
  if (at === -1) return text;
  let out = "";
  let from = 0;
  while (at !== -1) {
    const high = hexValue(text.charCodeAt(at + 1));
    const low = hexValue(text.charCodeAt(at + 2));
    if (high === -1 || low === -1) return undefined;
    out += text.slice(from, at) + String.fromCharCode(high * 16 + low);
    from = at + 3;
    at = text.indexOf("%", from);
  }
  return out + text.slice(from);
}

/** A text with everything escaped that is not in the class; a unit above 0xff counts as `?`. */
export function escaped(text: string, charClass: number): string {
  if (isAll(text, charClass)) return text;
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isIn(unit, charClass)) out += text.charAt(at);
    else {
      const byte = unit > 0xff ? 0x3f : unit;
      out += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    }
  }
  return out;
}
