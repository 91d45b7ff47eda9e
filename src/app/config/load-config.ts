import { type Document, isCollection, isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { isRecord, propertyOf } from "../../base/record.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { errorText } from "../../base/thrown.ts";
import { type ConfigPath, type ConfigProblem, printConfigProblem } from "./config-problem.ts";
import { didYouMean } from "./did-you-mean.ts";
import { userConfigSchema } from "./schema.ts";
import type { UserConfig } from "./user-config.ts";

/** The largest configuration file that is read, characters. */
const CONFIG_FILE_MAX_CHARS = 1_000_000;

/** A configuration that has the right shape, and how to name a place in its file. */
export interface LoadedConfig {
  readonly config: UserConfig;
  /** Turns problems found later (an unknown country) into `file:line:column: …` lines. */
  describe(problem: ConfigProblem): string;
}

/** Reads a configuration file's text; every problem comes back as one line with its place. */
export function loadConfig(
  text: string,
  fileName: string,
): Result<LoadedConfig, readonly string[]> {
  if (text.length > CONFIG_FILE_MAX_CHARS) {
    return err([`${fileName}: is larger than ${CONFIG_FILE_MAX_CHARS} characters`]);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const place = (offset: number): string => {
    const at = lineCounter.linePos(offset);
    return `${fileName}:${at.line}:${at.col}`;
  };
  if (document.errors.length > 0) {
    return err(
      document.errors.map((error) => `${place(error.pos[0])}: ${withoutText(error.message)}`),
    );
  }
  const describe = (problem: ConfigProblem): string =>
    printConfigProblem(place(offsetOf(document, problem)), problem);
  let value: unknown;
  try {
    value = document.toJS() ?? {};
  } catch (error) {
    return err([`${fileName}:1:1: ${withoutText(errorText(error))}`]);
  }
  const checked = userConfigSchema.safeParse(value);
  if (!checked.success) {
    return err(checked.error.issues.flatMap((issue) => problemsOf(issue, value).map(describe)));
  }
  // The schema is checked against UserConfig in schema.ts; the cast only drops `| undefined`.
  return ok({ config: checked.data as UserConfig, describe });
}

/** How messages of YAML's parser begin, or go on, that repeat a piece of the text. */
const REPEATING = [
  ...["Unresolved alias", "Unresolved tag", "Unresolved plain scalar", "Could not resolve tag"],
  ...["Block scalar header", "Not a valid tag", "Not a YAML token", "Verbatim tag"],
  ...["Anchor must", "Invalid escape sequence", "tag has no suffix"],
];

/** A message of the parser as it may be told: a piece of the text may be one of a password. */
function withoutText(message: string): string {
  if (!REPEATING.some((words) => message.includes(words))) return message;
  return "cannot be read: a text that begins with * & ! | > % or @ needs quotes, and so does a \\";
}

/** What a schema issue means to the person who wrote the file. */
function problemsOf(issue: z.core.$ZodIssue, value: unknown): ConfigProblem[] {
  const path = writtenPath(issue.path, value);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(path);
    return issue.keys.map((key) => {
      const meant = didYouMean(key, known);
      const advice = meant ? `did you mean "${meant}"?` : `known here: ${known.join(", ")}`;
      return { path: [...path, key], text: `is not a setting; ${advice}`, atKey: true };
    });
  }
  const found = valueAt(value, path);
  if (issue.code === "invalid_value" && typeof found === "string") {
    const values = issue.values.map(String);
    const meant = didYouMean(found, values);
    const advice = meant ? `did you mean "${meant}"?` : `it can be ${values.join(", ")}`;
    return [{ path, text: `is "${found}"; ${advice}` }];
  }
  if (found === undefined) return [{ path, text: "is missing" }];
  const limits = limitsOf(issue);
  if (limits !== undefined && typeof found === "number") {
    return [{ path, text: `is ${found}; it ${limits}` }];
  }
  // What is told here ends up in a log, where no password may stand, nor a whole file.
  const shown = shownOf(found);
  const told = plainly(issue);
  if (path.at(-1) === "password" || shown === undefined) return [{ path, text: told }];
  return [{ path, text: `is ${shown}: ${told}` }];
}

/** What a value has to be, by the schema's name for it. */
const KINDS: Readonly<Record<string, string>> = {
  array: 'a list, each entry behind "- "',
  object: 'settings, each with its name, like "country: de"',
  string: "text: put it in quotes",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/** What the schema says, in words of the file where it has none of its own. */
function plainly(issue: z.core.$ZodIssue): string {
  const kind = issue.code === "invalid_type" ? KINDS[issue.expected] : undefined;
  const isOwn = !issue.message.startsWith("Invalid input");
  return kind === undefined || isOwn ? lower(issue.message) : `must be ${kind}`;
}

/** The longest text that a problem repeats, characters. */
const SHOWN_MAX = 80;

/** A wrong value as it is told; undefined where it has parts, any of which may be a secret. */
function shownOf(value: unknown): string | undefined {
  if (typeof value === "object" && value !== null) return undefined;
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
}

/** The path in what was written: a text may stand for a list that has it alone. */
function writtenPath(steps: readonly PropertyKey[], value: unknown): ConfigPath {
  const path = steps.map((step) => (typeof step === "number" ? step : String(step)));
  const isAlone = path.at(-1) === 0 && typeof valueAt(value, path.slice(0, -1)) === "string";
  return isAlone ? path.slice(0, -1) : path;
}

/** What a number has to be, where that is all that is wrong with it. */
function limitsOf(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case "invalid_value":
      return `can be ${issue.values.map(String).join(", ")}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    case "too_small":
      return `must be at least ${issue.minimum}`;
    default:
      return undefined;
  }
}

function lower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** The keys that the schema knows at a path. */
function knownKeys(path: ConfigPath): string[] {
  let schema: unknown = userConfigSchema;
  for (const step of path) {
    schema = unwrapped(schema);
    if (typeof step === "number") schema = propertyOf(schema, "element");
    else schema = propertyOf(propertyOf(schema, "shape"), step);
  }
  const shape = propertyOf(unwrapped(schema), "shape");
  return isRecord(shape) ? Object.keys(shape) : [];
}

function unwrapped(schema: unknown): unknown {
  const unwrap = propertyOf(schema, "unwrap");
  // zod's optional wrapper has `unwrap`; arrays have it too but are entered by `element`.
  if (typeof unwrap === "function" && propertyOf(schema, "element") === undefined) {
    return unwrapped(unwrap.call(schema));
  }
  return schema;
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  let at: unknown = value;
  for (const step of path) at = propertyOf(at, String(step));
  return at;
}

/** Where in the file a problem's key or value starts; the nearest parent where it is missing. */
function offsetOf(document: Document, problem: ConfigProblem): number {
  for (let length = problem.path.length; length > 0; length--) {
    const path = problem.path.slice(0, length);
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    if (!isCollection(parent)) continue;
    const last = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === last);
      if (pair === undefined) continue;
      const wanted = problem.atKey === true || length < problem.path.length ? pair.key : pair.value;
      const start = rangeStart(wanted) ?? rangeStart(pair.key);
      if (start !== undefined) return start;
    } else if (typeof last === "number") {
      const start = rangeStart(parent.items[last]);
      if (start !== undefined) return start;
    }
  }
  return rangeStart(document.contents) ?? 0;
}

function rangeStart(node: unknown): number | undefined {
  const range = propertyOf(node, "range");
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : undefined;
}
