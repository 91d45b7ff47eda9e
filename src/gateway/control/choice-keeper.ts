import { isRecord, propertyOf } from "../../base/record.ts";
import { type Choices, choiceEntries, withChoice } from "../../call/index.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import { KeptText, keptUsers, type TextStore, usersText } from "./kept-text.ts";

/** The file that keeps what users have chosen by the keys of their telephones. */
export const CHOICES_FILE = "choices.json";

/** One choice, and what was configured in its place; absent: nothing. */
interface Kept {
  readonly configured?: string;
  readonly said?: string;
}

/**
 * Most choices of one user; more in the file are not read. There are 110 keys, 31 callers who are
 * refused, and a few switches.
 */
export const KEPT_CHOICES_MAX = 160;

/**
 * Keeps what users have chosen by keys, over restarts, each choice by itself. The last word counts:
 * where the configuration of one has been changed since, it is that one's.
 */
export class ChoiceKeeper {
  readonly #file: KeptText;
  readonly #kept: Map<string, Readonly<Record<string, Kept>>>;

  private constructor(file: KeptText, kept: Map<string, Readonly<Record<string, Kept>>>) {
    this.#file = file;
    this.#kept = kept;
  }

  /** Reads what was kept; a file that cannot be read is told of, and nothing was kept then. */
  static async open(store: TextStore, log: LogSink): Promise<ChoiceKeeper> {
    const what = "what was chosen at the telephones";
    const file = await KeptText.open(store, log, CHOICES_FILE, what);
    const users = keptUsers(file.text);
    if (users === undefined) file.isDamaged();
    const kept = (users ?? []).map(([user, choices]) => [user, choicesFrom(choices)] as const);
    return new ChoiceKeeper(file, new Map(kept));
  }

  /**
   * A user's choices, with what is configured. What the configuration has overruled is forgotten,
   * lest it comes back when that is as it was once.
   */
  of(user: string, configured: Choices): Choices {
    const written = choiceEntries(configured);
    const all = Object.entries(this.#kept.get(user) ?? {});
    const valid = all.filter(([name, kept]) => kept.configured === written.get(name));
    if (valid.length < all.length) this.#save(user, Object.fromEntries(valid));
    return valid.reduce((sofar, [name, { said }]) => withChoice(sofar, name, said), configured);
  }

  /** Keeps what a user has chosen. */
  keep(user: string, configured: Choices, said: Choices): void {
    const [before, after] = [choiceEntries(configured), choiceEntries(said)];
    const names = [...new Set([...before.keys(), ...after.keys()])];
    const changed = names.filter((name) => before.get(name) !== after.get(name));
    const kept = changed.map((name) => [name, keptOf(before.get(name), after.get(name))]);
    this.#save(user, Object.fromEntries(kept));
  }

  #save(user: string, kept: Readonly<Record<string, Kept>>): void {
    this.#kept.delete(user);
    if (Object.keys(kept).length > 0) this.#kept.set(user, kept);
    this.#file.save(usersText(this.#kept));
  }

  /** Tries once more what could not be written. */
  async close(): Promise<void> {
    await this.#file.close();
  }
}

function keptOf(configured: string | undefined, said: string | undefined): Kept {
  return {
    ...(configured === undefined ? {} : { configured }),
    ...(said === undefined ? {} : { said }),
  };
}

function choicesFrom(value: unknown): Readonly<Record<string, Kept>> {
  if (!isRecord(value)) return {};
  const entries = Object.entries(value).slice(0, KEPT_CHOICES_MAX);
  return Object.fromEntries(
    entries.map(([name, kept]) => [
      name,
      keptOf(textOf(propertyOf(kept, "configured")), textOf(propertyOf(kept, "said"))),
    ]),
  );
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;
