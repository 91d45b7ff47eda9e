import { parseDocument } from "yaml";
import { propertyOf } from "../../base/record.ts";

/** What of a configuration can be read that cannot be used. */
export interface Salvaged {
  /** As written; absent where it is not there, or not sure. */
  readonly board?: string;
  readonly data?: string;
  /** How many lines it has. */
  readonly lineCount?: number;
}

/** What a configuration that cannot be used still says, for who has to make its lines safe. */
export function salvage(text: string): Salvaged {
  const whole = parsed(text);
  const lines = propertyOf(whole, "lines");
  const read = (name: string): unknown =>
    whole === undefined ? settingIn(text, name) : propertyOf(whole, name);
  const [board, data] = [read("board"), read("data")];
  return {
    ...(typeof board === "string" ? { board } : {}),
    ...(typeof data === "string" ? { data } : {}),
    ...(Array.isArray(lines) ? { lineCount: lines.length } : {}),
  };
}

/** A text without mistakes of form; undefined where it has some. */
function parsed(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) return undefined;
  try {
    return document.toJS() ?? {};
  } catch {
    return undefined;
  }
}

/** A setting with a plain value, alone on its line. */
const SETTING = /^([A-Za-z]\w*):[ \t]+(["']?)([\w./-]+)\2[ \t]*(?:#.*)?$/;
/** What can follow it: a comment, nothing, or the next setting. */
const BEHIND = /^(?:#.*|[ \t]*|[A-Za-z]\w*:(?:[ \t].*)?)$/;

/**
 * A setting of a text whose form is broken. What a parser makes of the rest may run across lines,
 * so this goes by the line: one that stands twice, or whose value may go on, is taken for unknown.
 */
function settingIn(text: string, name: string): string | undefined {
  const rows = text.split(/\r?\n/);
  const found = rows.flatMap((row, at) => {
    if (!row.startsWith(`${name}:`)) return [];
    return [BEHIND.test(rows[at + 1] ?? "") ? SETTING.exec(row)?.[3] : undefined];
  });
  return found.length === 1 ? found[0] : undefined;
}
