import { err, ok, type Result } from "../../base/result.ts";
import { WIRE_LIMITS } from "./limits.ts";
import {
  CHAR,
  classesOf,
  isAll,
  isToken,
  quoted,
  quotedEnd,
  runEnd,
  skipSpace,
  unquoted,
} from "./tokens.ts";

/**
 * Parameters behind a URI or a header value, in their order. Names are lower case; a parameter
 * without `=` has the value `undefined`; a quoted value is held without its quotes and escapes.
 * Of two with the same name the first counts.
 */
export type SipParams = ReadonlyMap<string, string | undefined>;

interface Param {
  readonly name: string;
  readonly value: string | undefined;
  next: Param | undefined;
}

/**
 * A few parameters, as read. A message has dozens of such lists with one to three members each: a
 * chain of them is made several times faster than a `Map`, and searched as fast.
 */
export class ParamList implements ReadonlyMap<string, string | undefined> {
  #first: Param | undefined = undefined;
  #last: Param | undefined = undefined;
  /** What is read when somebody asks for the first time: most lists nobody ever asks. */
  #unread: string | undefined;
  readonly #at: number;
  readonly #end: number;

  /**
   * Without arguments an empty list; else the parameters `;name=value;name…` in `[at, end)` of a
   * text, of which it is known that they have names in lower case, and neither quotes nor spaces.
   */
  constructor(text?: string, at = 0, end = 0) {
    this.#unread = text;
    this.#at = at;
    this.#end = end;
  }

  get size(): number {
    this.#read();
    let size = 0;
    for (let param = this.#first; param !== undefined; param = param.next) size++;
    return size;
  }

  /** Adds a parameter unless its name is there: of two the first counts. */
  add(name: string, value: string | undefined): void {
    if (this.#find(name) !== undefined) return;
    const param: Param = { name, value, next: undefined };
    if (this.#last === undefined) this.#first = param;
    else this.#last.next = param;
    this.#last = param;
  }

  get(name: string): string | undefined {
    return this.#find(name)?.value;
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  forEach(
    each: (value: string | undefined, name: string, all: SipParams) => void,
    self?: unknown,
  ): void {
    for (const [name, value] of this.#toMap()) each.call(self, value, name, this);
  }

  entries(): MapIterator<[string, string | undefined]> {
    return this.#toMap().entries();
  }

  keys(): MapIterator<string> {
    return this.#toMap().keys();
  }

  values(): MapIterator<string | undefined> {
    return this.#toMap().values();
  }

  [Symbol.iterator](): MapIterator<[string, string | undefined]> {
    return this.entries();
  }

  /** Takes apart what was left. */
  #read(): void {
    const text = this.#unread;
    if (text === undefined) return;
    this.#unread = undefined;
    const end = this.#end;
    for (let at = this.#at; at < end; ) {
      const semicolon = text.indexOf(";", at + 1);
      const stop = semicolon === -1 || semicolon > end ? end : semicolon;
      let equals = at + 1;
      while (equals < stop && text.charCodeAt(equals) !== 0x3d) equals++;
      const value = equals < stop ? text.slice(equals + 1, stop) : undefined;
      this.add(text.slice(at + 1, equals), value);
      at = stop;
    }
  }

  #find(name: string): Param | undefined {
    this.#read();
    let param = this.#first;
    while (param !== undefined && param.name !== name) param = param.next;
    return param;
  }

  #toMap(): Map<string, string | undefined> {
    this.#read();
    const map = new Map<string, string | undefined>();
    for (let param = this.#first; param !== undefined; param = param.next) {
      map.set(param.name, param.value);
    }
    return map;
  }
}

/** No parameters. */
export const NO_PARAMS: SipParams = new ParamList();

const NONE = ok(NO_PARAMS);

/** A header parameter and where it stands, its semicolon included. */
export interface ParamSpan {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads `;name=value;name…` in `[at, stop)` into `params`, and into `spans` where they are wanted.
 * Empty ones (`;;`) are passed over. Gives what is wrong, if anything.
 */
function scan(
  text: string,
  at: number,
  stop: number,
  params: ParamList,
  spans?: ParamSpan[],
): string | undefined {
  let position = skipSpace(text, at, stop);
  let count = 0;
  while (position < stop) {
    if (text.charCodeAt(position) !== 0x3b) return `unexpected "${text.charAt(position)}"`;
    const start = position;
    const nameAt = skipSpace(text, position + 1, stop);
    let nameEnd = nameAt;
    let seen = 0;
    for (; nameEnd < stop; nameEnd++) {
      const classes = classesOf(text.charCodeAt(nameEnd));
      if ((classes & CHAR.token) === 0) break;
      seen |= classes;
    }
    position = skipSpace(text, nameEnd, stop);
    if (nameEnd === nameAt) continue;
    let value: string | undefined;
    let end = nameEnd;
    if (position < stop && text.charCodeAt(position) === 0x3d) {
      const valueAt = skipSpace(text, position + 1, stop);
      const inQuotes = valueAt < stop && text.charCodeAt(valueAt) === 0x22;
      end = inQuotes ? quotedEnd(text, valueAt, stop) : runEnd(text, valueAt, CHAR.bare, stop);
      if (end === -1) return "a quoted string without its end";
      value = inQuotes ? unquoted(text, valueAt, end) : text.slice(valueAt, end);
      position = skipSpace(text, end, stop);
    }
    if (++count > WIRE_LIMITS.params) return "too many parameters";
    const spelt = text.slice(nameAt, nameEnd);
    // Nearly all are written in lower case, and looking is cheaper than converting.
    const name = (seen & CHAR.upper) === 0 ? spelt : spelt.toLowerCase();
    params.add(name, value);
    spans?.push({ name, start, end });
  }
  return undefined;
}

/** Reads the header parameters in `[at, end)`. */
export function parseParams(
  text: string,
  at: number,
  end = text.length,
): Result<SipParams, string> {
  if (at >= end) return NONE;
  const params = new ParamList();
  const problem = scan(text, at, end, params);
  return problem === undefined ? ok(params) : err(problem);
}

/** Where the header parameters from `at` to the end of the text stand. */
export function paramSpans(text: string, at: number): Result<readonly ParamSpan[], string> {
  const spans: ParamSpan[] = [];
  const problem = scan(text, at, text.length, new ParamList(), spans);
  return problem === undefined ? ok(spans) : err(problem);
}

/**
 * Writes header parameters; values that are no token or host in quotes. A name that is no token is
 * left out, since nothing can make it one.
 */
export function printParams(params: SipParams): string {
  if (params.size === 0) return "";
  let out = "";
  for (const [name, value] of params) {
    if (!isToken(name)) continue;
    if (value === undefined) out += `;${name}`;
    else out += `;${name}=${isAll(value, CHAR.value) ? value : quoted(value)}`;
  }
  return out;
}
