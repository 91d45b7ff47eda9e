import { err, ok, type Result } from "../../base/result.ts";

/** An element of a small document. Names are without their prefix; text is without its edges. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** What stands directly in it, between its children too. */
  readonly text: string;
}

/** What a document may not exceed: characters, elements, and elements inside one another. */
export const XML_LIMITS = {
  characters: 65_535,
  elements: 1_000,
  depth: 16,
  attributes: 16,
} as const;

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/**
 * One piece of markup: comment, instruction, CDATA, end tag or start tag. A name ends where no
 * letter of a name follows: a search that tried shorter ones would take the square of the length.
 */
const MARKUP =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?]+)(?![^\s<>/!?])((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>/y;
/** The same of an attribute's name, at both ends. */
const ATTRIBUTE = /(?<![^\s=<>/"'])([^\s=<>/"']+)(?![^\s=<>/"'])\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * Reads a document of the size that notifications have: elements, attributes, text, the five named
 * entities and numbers. What declares entities of its own (DOCTYPE) is refused. Bytes are read as
 * they come, one character each. The error says what is wrong.
 */
export function parseXml(text: string): Result<XmlElement, string> {
  if (text.length > XML_LIMITS.characters) return err("is too long");
  const open: Open[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : text.startsWith("\u00ef\u00bb\u00bf") ? 3 : 0;
  while (at < text.length) {
    const next = text.indexOf("<", at);
    const plain = text.slice(at, next === -1 ? text.length : next);
    const inside = open.at(-1);
    if (inside !== undefined) inside.text += unescaped(plain);
    else if (plain.trim() !== "") return err("has text outside of its element");
    if (next === -1) break;
    MARKUP.lastIndex = next;
    const found = MARKUP.exec(text);
    if (found === null) return err("has broken markup");
    at = MARKUP.lastIndex;
    const [, cdata, ended, begun, written = "", closed] = found;
    if (cdata !== undefined && inside !== undefined) inside.text += cdata;
    if (begun !== undefined) {
      if (root !== undefined && inside === undefined) return err("has two roots");
      if (++elements > XML_LIMITS.elements) return err("has too many elements");
      if (open.length >= XML_LIMITS.depth) return err("is too deep");
      const attributes = attributesOf(written);
      open.push({ name: localName(begun), attributes, children: [], text: "" });
    }
    if (ended === undefined && closed !== "/") continue;
    const done = open.pop();
    if (done === undefined || (ended !== undefined && localName(ended) !== done.name)) {
      return err("has an end without its beginning");
    }
    const element = { ...done, text: done.text.trim() };
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  }
  if (root === undefined || open.length > 0) return err("is cut short");
  return ok(root);
}

/** The children of that name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** Text as it stands in a document, in an attribute too. */
export function escapeXml(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/[^\t\n\r\x20-\u{10ffff}]/gu, "");
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function attributesOf(written: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", double, single] of written.matchAll(ATTRIBUTE)) {
    if (attributes.size >= XML_LIMITS.attributes) break;
    attributes.set(localName(name), unescaped(double ?? single ?? ""));
  }
  return attributes;
}

function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]{2,4});/g, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
    const code = name[1] === "x" ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
