import { propertyOf } from "../../base/record.ts";
import { type Diversions, FORWARDINGS, NOT_DIVERTED, sameDiversions } from "../../call/index.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import { KeptText, keptUsers, type TextStore, usersText } from "./kept-text.ts";

/** The file that keeps what users have said at their telephones of who calls. */
export const DIVERSIONS_FILE = "diversions.json";

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
  readonly #file: KeptText;
  readonly #kept: Map<string, Kept>;

  private constructor(file: KeptText, kept: Map<string, Kept>) {
    this.#file = file;
    this.#kept = kept;
  }

  /** Reads what was kept; a file that cannot be read is told of, and nothing was kept then. */
  static async open(store: TextStore, log: LogSink): Promise<DiversionKeeper> {
    const what = "what was said at the telephones of who calls";
    const file = await KeptText.open(store, log, DIVERSIONS_FILE, what);
    const users = keptUsers(file.text);
    if (users === undefined) file.isDamaged();
    const kept = (users ?? []).map(([user, one]) => [user, keptFrom(one)] as const);
    return new DiversionKeeper(file, new Map(kept));
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
    this.#file.save(usersText(this.#kept));
    return configured;
  }

  /** Keeps what a user has said. */
  keep(user: string, configured: Diversions, said: Diversions): void {
    this.#kept.delete(user);
    if (!sameDiversions(configured, said)) this.#kept.set(user, { configured, said });
    this.#file.save(usersText(this.#kept));
  }

  /** Tries once more what could not be written. */
  async close(): Promise<void> {
    await this.#file.close();
  }
}

function keptFrom(value: unknown): Kept {
  return {
    configured: diversionsFrom(propertyOf(value, "configured")),
    said: diversionsFrom(propertyOf(value, "said")),
  };
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
