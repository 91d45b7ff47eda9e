/**
 * SIP as plain text, for a scripted far end. Nothing here parses a grammar: headers are lines that
 * begin with a name, and are copied as they came.
 */

/** Short names that stand for long ones. @see RFC 3261 §7.3.3 */
const COMPACT = {
  "call-id": "i",
  contact: "m",
  "content-length": "l",
  "content-type": "c",
  from: "f",
  subject: "s",
  to: "t",
  via: "v",
} as const satisfies Record<string, string>;

/** The whole lines of a header, in order, by its long name; folded lines come as one. */
export function headerLines(message: string, name: string): readonly string[] {
  const [head = ""] = message.split("\r\n\r\n", 1);
  const lines = head
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n")
    .slice(1);
  const wanted = name.toLowerCase();
  const short = Object.entries(COMPACT).find(([long]) => long === wanted)?.[1];
  return lines.filter((line) => {
    const given = line
      .slice(0, Math.max(0, line.indexOf(":")))
      .trim()
      .toLowerCase();
    return given === wanted || (short !== undefined && given === short);
  });
}

/** The value of a header's first line, trimmed. */
export function headerValue(message: string, name: string): string | undefined {
  const [line] = headerLines(message, name);
  return line?.slice(line.indexOf(":") + 1).trim();
}

/** What stands after the empty line. */
export function bodyOf(message: string): string {
  const at = message.indexOf("\r\n\r\n");
  return at < 0 ? "" : message.slice(at + 4);
}

/** The first line. */
export function startLine(message: string): string {
  return message.split("\r\n", 1)[0] ?? "";
}

/** What goes into a reply besides what the request gives. */
export interface ReplyParts {
  /** Added to To where it has none. */
  readonly toTag?: string | undefined;
  /** More header lines, each `Name: value`. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

/**
 * A response in literal text: Via, From, To, Call-ID and CSeq are the request's own lines.
 * @see RFC 3261 §8.2.6.2
 */
export function replyText(request: string, status: string, parts: ReplyParts = {}): string {
  const to = headerLines(request, "To").map((line) =>
    parts.toTag === undefined || /;\s*tag\s*=/i.test(line) ? line : `${line};tag=${parts.toTag}`,
  );
  const lines = [
    `SIP/2.0 ${status}`,
    ...headerLines(request, "Via"),
    ...headerLines(request, "From"),
    ...to,
    ...headerLines(request, "Call-ID"),
    ...headerLines(request, "CSeq"),
    ...(parts.headers ?? []),
  ];
  return `${[...lines, "Content-Length: [len]", ""].join("\r\n")}\r\n${parts.body ?? ""}`;
}

/** What `{name}` stands for in a template. */
export type Substitutions = Readonly<Record<string, string>>;

/**
 * Fills a template: lines end in CRLF whatever they were, leading and trailing blank lines of the
 * head go, `{name}` is replaced, `{via}` and the like by whole lines of `last`, and `[len]` by the
 * number of bytes of the body. A name that nothing is known of stays as it is, so that it shows.
 * @param last the last message received, for `{last:Header}`
 */
export function fillTemplate(template: string, known: Substitutions, last = ""): string {
  const text = template.replace(/^\s*\n/, "").replace(/\r?\n/g, "\r\n");
  const filled = text.replace(/\{([a-z][a-z0-9-]*)(?::([A-Za-z-]+))?\}/g, (whole, name, header) => {
    if (name === "last" && header !== undefined) {
      return headerLines(last, header).join("\r\n") || whole;
    }
    return known[name] ?? whole;
  });
  const complete = filled.includes("\r\n\r\n")
    ? filled
    : `${filled.replace(/(\r\n)*$/, "")}\r\n\r\n`;
  return complete.replace("[len]", String(utf8Length(bodyOf(complete))));
}

/** How many bytes a text takes in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
