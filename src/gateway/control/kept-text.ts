import { isRecord, propertyOf } from "../../base/record.ts";
import { errorText } from "../../base/thrown.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import type { Store } from "../../hal/ports/store.ts";

/** Where a text is kept. */
export type TextStore = Pick<Store, "read" | "write">;

/** A text of one file: read once, and written whole whenever it has become another. */
export class KeptText {
  readonly #store: TextStore;
  readonly #log: LogSink;
  readonly #name: string;
  readonly #what: string;
  /** What is to be written, and what was last. */
  #text: string;
  #written: string;
  #writing: Promise<void> | undefined;

  private constructor(store: TextStore, log: LogSink, name: string, what: string, text: string) {
    this.#store = store;
    this.#log = log;
    this.#name = name;
    this.#what = what;
    this.#text = text;
    this.#written = text;
  }

  /** Reads a file; one that cannot be read is told of, as `what` it keeps, and is empty. */
  static async open(store: TextStore, log: LogSink, name: string, what: string): Promise<KeptText> {
    try {
      return new KeptText(store, log, name, what, (await store.read(name)) ?? "");
    } catch (error) {
      log({ level: "warn", area: "box", text: `${what} cannot be read: ${errorText(error)}` });
      return new KeptText(store, log, name, what, "");
    }
  }

  get text(): string {
    return this.#text;
  }

  /** Keeps another text. A disk that is full is told of; the text holds until the end. */
  save(text: string): void {
    this.#text = text;
    if (this.#text !== this.#written) this.#writing ??= this.#write();
  }

  /** What was read makes no sense: that is told, and nothing was kept. */
  isDamaged(): void {
    const text = `${this.#name} is damaged: ${this.#what} is forgotten`;
    this.#log({ level: "warn", area: "box", text });
  }

  /** Tries once more what could not be written. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#text !== this.#written) await this.#write();
  }

  async #write(): Promise<void> {
    try {
      while (this.#text !== this.#written) {
        const text = this.#text;
        await this.#store.write(this.#name, text);
        this.#written = text;
      }
    } catch (error) {
      const text = `${this.#what} holds until the next start alone: ${errorText(error)}`;
      this.#log({ level: "warn", area: "box", text });
    }
    this.#writing = undefined;
  }
}

/** Most users of whom something is kept; more in a file are not read. */
export const KEPT_USERS_MAX = 256;

/** The users of a file and what is kept of each; undefined where it is not one of ours. */
export function keptUsers(text: string): readonly (readonly [string, unknown])[] | undefined {
  if (text === "") return [];
  const users = propertyOf(parsed(text), "users");
  return isRecord(users) ? Object.entries(users).slice(0, KEPT_USERS_MAX) : undefined;
}

/** What users have, as a file keeps it. */
export function usersText(users: ReadonlyMap<string, unknown>): string {
  return `${JSON.stringify({ users: Object.fromEntries(users) })}\n`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
