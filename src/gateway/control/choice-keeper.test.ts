import { describe, expect, it } from "vitest";
import { type Choices, NO_CHOICES } from "../../call/index.ts";
import { CHOICES_FILE, ChoiceKeeper, KEPT_CHOICES_MAX } from "./choice-keeper.ts";

/** A store of one file. */
class OneFile {
  text: string | undefined;

  constructor(text?: string) {
    this.text = text;
  }

  async read(name: string): Promise<string | undefined> {
    expect(name).toBe(CHOICES_FILE);
    return this.text;
  }

  async write(_: string, text: string): Promise<void> {
    this.text = text;
  }
}

const logs: string[] = [];
const open = (store: OneFile): Promise<ChoiceKeeper> =>
  ChoiceKeeper.open(store, ({ text }) => logs.push(text));
const keys = (speedDials: Choices["speedDials"]): Choices => ({ ...NO_CHOICES, speedDials });

/** What a user has at a next start, with another configuration. */
async function next(store: OneFile, user: string, configured: Choices): Promise<Choices> {
  const keeper = await open(store);
  const choices = keeper.of(user, configured);
  await keeper.close();
  return choices;
}

describe("ChoiceKeeper", () => {
  it("has what a user chose at the next start, and nobody else", async () => {
    const store = new OneFile();
    const keeper = await open(store);
    keeper.keep("101", NO_CHOICES, keys({ "2": "102" }));
    keeper.keep("101", NO_CHOICES, keys({ "2": "102", "30": "103" }));
    await keeper.close();
    expect(await next(store, "101", NO_CHOICES)).toEqual(keys({ "2": "102", "30": "103" }));
    expect(await next(store, "102", NO_CHOICES)).toEqual(NO_CHOICES);
  });

  it("has each choice stand until the configuration of that one changes", async () => {
    const store = new OneFile();
    const before = keys({ "2": "102", "3": "103", "4": "104" });
    const keeper = await open(store);
    keeper.keep("101", before, keys({ "2": "202", "4": "104", "5": "205" }));
    await keeper.close();
    const same = keys({ "2": "202", "4": "104", "5": "205" });
    expect(await next(store, "101", before)).toEqual(same);
    const after = keys({ "2": "302", "3": "103", "4": "304" });
    const mixed = keys({ "2": "302", "4": "304", "5": "205" });
    expect(await next(store, "101", after)).toEqual(mixed);
    // What was overruled does not come back.
    expect(await next(store, "101", before)).toEqual({
      ...same,
      ...keys({ "2": "102", "4": "104", "5": "205" }),
    });
  });

  it("keeps switches, and who is refused", async () => {
    const store = new OneFile();
    const keeper = await open(store);
    const said = { ...NO_CHOICES, callWaiting: false, isLocked: true, blocked: ["102", "103"] };
    keeper.keep("101", NO_CHOICES, said);
    await keeper.close();
    expect(await next(store, "101", NO_CHOICES)).toEqual(said);
    const written = { ...NO_CHOICES, callWaiting: false };
    expect(await next(store, "101", written)).toEqual(said);
    expect(await next(store, "101", NO_CHOICES)).toEqual({ ...said, callWaiting: true });
  });

  it("keeps all that one user can choose", async () => {
    const store = new OneFile();
    const keeper = await open(store);
    const digits = Array.from("0123456789");
    const all = [...digits, ...digits.flatMap((first) => digits.map((second) => first + second))];
    const said: Choices = {
      ...{ callWaiting: false, withholdsNumber: true, rejectsAnonymous: true, isLocked: true },
      blocked: Array.from({ length: 31 }, (_, at) => `30${at}`),
      speedDials: Object.fromEntries(all.map((key) => [key, "102"])),
    };
    keeper.keep("101", NO_CHOICES, said);
    await keeper.close();
    expect(await next(store, "101", NO_CHOICES)).toEqual(said);
  });

  it("keeps nothing where the user has what is configured", async () => {
    const store = new OneFile();
    const keeper = await open(store);
    keeper.keep("101", NO_CHOICES, keys({ "2": "102" }));
    keeper.keep("101", NO_CHOICES, NO_CHOICES);
    await keeper.close();
    expect(store.text).toBe('{"users":{}}\n');
  });

  it("reads of a file what it can mean, and no more than it may", async () => {
    const many = Object.fromEntries(
      Array.from({ length: KEPT_CHOICES_MAX + 1 }, (_, at) => [`x${at}`, { said: "1" }]),
    );
    const some = {
      "speedDial 2": { said: "102" },
      "speedDial 3": { said: 103 },
      "speedDial 4": 7,
      "speedDial 555": { said: "105" },
      other: { said: "on" },
    };
    const late = { ...many, "speedDial 2": { said: "102" } };
    const store = new OneFile(JSON.stringify({ users: { "101": some, "102": late, "103": [] } }));
    expect(await next(store, "101", NO_CHOICES)).toEqual(keys({ "2": "102" }));
    expect(await next(store, "102", NO_CHOICES)).toEqual(NO_CHOICES);
    expect(await next(store, "103", NO_CHOICES)).toEqual(NO_CHOICES);
    expect(logs).toEqual([]);
    expect(await next(new OneFile("[]"), "101", NO_CHOICES)).toEqual(NO_CHOICES);
    expect(logs).toEqual([
      "choices.json is damaged: what was chosen at the telephones is forgotten",
    ]);
  });
});
