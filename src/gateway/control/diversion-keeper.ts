import { isRecord, propertyOf } from "../../base/record.ts";
import { errorText } from "../../base/thrown.ts";
import { type Diversions, FORWARDINGS, NOT_DIVERTED, sameDiversions } from "../../call/index.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import type { Store } from "../../hal/ports/store.ts";

/** The file that keeps what users have said at their telephones. */
export const DIVERSIONS_FILE = "diversions.json";

/** Most users of whom something is kept; more in the file are not read. */
export const KEPT_USERS_MAX = 256;

/** What a user has said last, and what was configured then. */
interface Kept {
  readonly configured: Diversions;
  readonly said: Diversions;
}

/**
 * Keeps what users have said at their telephones of who calls, over restarts. The last word counts:
 * where the configuration has been changed since, it is that one's.
 */
export class DiversionKeeper {
  readonly #store: Pick<Store, "read" | "write">;
  readonly #log: LogSink;
  readonly #kept: Map<string, Kept>;
  /** What is to be written, and what was last. */
  #text = "";
  #written = "";
  #writing: Promise<void> | undefined;

  private constructor(
    store: Pick<Store, "read" | "write">,
    log: LogSink,
    kept: Map<string, Kept>,
    text: string,
  ) {
    this.#store = store;
    this.#log = log;
    this.#kept = kept;
    this.#text = text;
    this.#written = text;
  }

  /** Reads what was kept; a file that cannot be read is told of, and nothing was kept then. */
  static async open(store: Pick<Store, "read" | "write">, log: LogSink): Promise<DiversionKeeper> {
    try {
      const text = (await store.read(DIVERSIONS_FILE)) ?? "";
      const kept = parseKept(text);
      if (kept === undefined) {
        const what = `${DIVERSIONS_FILE} is damaged: what was said at the telephones is forgotten`;
        log({ level: "warn", area: "box", text: what });
      }
      return new DiversionKeeper(store, log, kept ?? new Map(), text);
    } catch (error) {
      const what = "what was said at the telephones of who calls cannot be read";
      log({ level: "warn", area: "box", text: `${what}: ${errorText(error)}` });
      return new DiversionKeeper(store, log, new Map(), "");
    }
  }

  /**
   * What is done with who calls a user, with what is configured. What the configuration has
   * overruled is forgotten, lest it comes back when that is as it was once.
   */
  of(user: string, configured: Diversions): Diversions {
    const kept = this.#kept.get(user);
    if (kept === undefined) return configured;
    if (sameDiversions(kept.configured, configured)) return kept.said;
    this.#kept.delete(user);
    this.#save();
    return configured;
  }

  /** Keeps what a user has said. A disk that is full is told of; the word holds until the end. */
  keep(user: string, configured: Diversions, said: Diversions): void {
    this.#kept.delete(user);
    if (!sameDiversions(configured, said)) this.#kept.set(user, { configured, said });
    this.#save();
  }

  #save(): void {
    this.#text = `${JSON.stringify({ users: Object.fromEntries(this.#kept) })}\n`;
    if (this.#text !== this.#written) this.#writing ??= this.#write();
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
        await this.#store.write(DIVERSIONS_FILE, text);
        this.#written = text;
      }
    } catch (error) {
      const what = "what was said at a telephone of who calls holds until the next start alone";
      this.#log({ level: "warn", area: "box", text: `${what}: ${errorText(error)}` });
    }
    this.#writing = undefined;
  }
}

/** What a file keeps; undefined where it is not one of ours. */
function parseKept(text: string): Map<string, Kept> | undefined {
  if (text === "") return new Map();
  const users = propertyOf(parsed(text), "users");
  if (!isRecord(users)) return undefined;
  const entries = Object.entries(users).slice(0, KEPT_USERS_MAX);
  return new Map(
    entries.map(([user, kept]) => [
      user,
      {
        configured: diversionsFrom(propertyOf(kept, "configured")),
        said: diversionsFrom(propertyOf(kept, "said")),
      },
    ]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function diversionsFrom(value: unknown): Diversions {
  let diversions: Diversions = {
    ...NOT_DIVERTED,
    doNotDisturb: propertyOf(value, "doNotDisturb") === true,
  };
  for (const when of FORWARDINGS) {
    const number = propertyOf(value, when);
    if (typeof number === "string" && /^[0-9*#+A-D]{1,32}$/.test(number)) {
      diversions = { ...diversions, [when]: number };
    }
  }
  return diversions;
}
