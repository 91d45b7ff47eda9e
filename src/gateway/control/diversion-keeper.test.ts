import { describe, expect, it } from "vitest";
import { type Diversions, NOT_DIVERTED } from "../../call/index.ts";
import { DIVERSIONS_FILE, DiversionKeeper } from "./diversion-keeper.ts";
import { KEPT_USERS_MAX } from "./kept-text.ts";

const QUIET: Diversions = { doNotDisturb: true };
const AWAY: Diversions = { doNotDisturb: false, always: "102" };

/** A store of one file, which may fail. */
class OneFile {
  text: string | undefined;
  fails = false;
  writes = 0;

  constructor(text?: string) {
    this.text = text;
  }

  async read(name: string): Promise<string | undefined> {
    expect(name).toBe(DIVERSIONS_FILE);
    if (this.fails) throw new Error("no disk");
    return this.text;
  }

  async write(_: string, text: string): Promise<void> {
    this.writes++;
    if (this.fails) throw new Error("no space");
    this.text = text;
  }
}

async function open(store: OneFile): Promise<{ keeper: DiversionKeeper; logs: string[] }> {
  const logs: string[] = [];
  return { keeper: await DiversionKeeper.open(store, ({ text }) => logs.push(text)), logs };
}

describe("DiversionKeeper", () => {
  it("has what a user said last at the next start", async () => {
    const store = new OneFile();
    const { keeper } = await open(store);
    expect(keeper.of("101", NOT_DIVERTED)).toEqual(NOT_DIVERTED);
    keeper.keep("101", NOT_DIVERTED, QUIET);
    keeper.keep("102", NOT_DIVERTED, AWAY);
    keeper.keep("101", NOT_DIVERTED, { ...QUIET, busy: "*9#" });
    await keeper.close();
    const again = (await open(store)).keeper;
    expect(again.of("101", NOT_DIVERTED)).toEqual({ ...QUIET, busy: "*9#" });
    expect(again.of("102", NOT_DIVERTED)).toEqual(AWAY);
    expect(again.of("103", QUIET)).toEqual(QUIET);
  });

  it("takes the configuration's word where that is newer", async () => {
    const store = new OneFile();
    const { keeper } = await open(store);
    keeper.keep("101", NOT_DIVERTED, QUIET);
    await keeper.close();
    const again = (await open(store)).keeper;
    expect(again.of("101", AWAY)).toEqual(AWAY);
    again.keep("101", AWAY, NOT_DIVERTED);
    await again.close();
    expect((await open(store)).keeper.of("101", AWAY)).toEqual(NOT_DIVERTED);
  });

  it("forgets for good what the configuration has overruled", async () => {
    const store = new OneFile();
    const { keeper } = await open(store);
    keeper.keep("101", NOT_DIVERTED, QUIET);
    await keeper.close();
    const changed = (await open(store)).keeper;
    expect(changed.of("101", AWAY)).toEqual(AWAY);
    await changed.close();
    expect((await open(store)).keeper.of("101", NOT_DIVERTED)).toEqual(NOT_DIVERTED);
  });

  it("writes again once the disk takes it, also after what needed no writing", async () => {
    const store = new OneFile();
    const { keeper } = await open(store);
    keeper.keep("101", NOT_DIVERTED, QUIET);
    keeper.keep("101", NOT_DIVERTED, NOT_DIVERTED);
    await keeper.close();
    store.fails = true;
    keeper.keep("101", NOT_DIVERTED, QUIET);
    await new Promise<void>((resolve) => setImmediate(resolve));
    keeper.keep("101", NOT_DIVERTED, NOT_DIVERTED);
    store.fails = false;
    keeper.keep("101", NOT_DIVERTED, QUIET);
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect((await open(store)).keeper.of("101", NOT_DIVERTED)).toEqual(QUIET);
  });

  it("keeps nothing where both agree", async () => {
    const store = new OneFile();
    const { keeper } = await open(store);
    keeper.keep("101", QUIET, NOT_DIVERTED);
    keeper.keep("101", QUIET, QUIET);
    await keeper.close();
    expect(store.text).toBe('{"users":{}}\n');
  });

  it("tells of a disk that takes nothing, and tries again at the end", async () => {
    const store = new OneFile();
    const { keeper, logs } = await open(store);
    store.fails = true;
    keeper.keep("101", NOT_DIVERTED, QUIET);
    await keeper.close();
    expect(logs[0]).toMatch(/holds until the next start alone: no space/);
    expect(keeper.of("101", NOT_DIVERTED)).toEqual(QUIET);
    store.fails = false;
    await keeper.close();
    expect((await open(store)).keeper.of("101", NOT_DIVERTED)).toEqual(QUIET);
  });

  it("tells of a disk that gives nothing", async () => {
    const store = new OneFile();
    store.fails = true;
    expect((await open(store)).logs[0]).toMatch(/cannot be read: no disk/);
  });

  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["other things", '{"users":7}'],
    ["nothing", "null"],
  ])("forgets a file that holds %s", async (_, text) => {
    const { keeper, logs } = await open(new OneFile(text));
    expect(logs[0]).toMatch(/damaged/);
    expect(keeper.of("101", QUIET)).toEqual(QUIET);
  });

  it("reads of a file what it can mean", async () => {
    const said = { doNotDisturb: "yes", always: 7, busy: "102", noAnswer: "sip:1@x" };
    const text = JSON.stringify({ users: { "101": { configured: 3, said }, "102": null } });
    const { keeper, logs } = await open(new OneFile(text));
    expect(logs).toEqual([]);
    expect(keeper.of("101", NOT_DIVERTED)).toEqual({ doNotDisturb: false, busy: "102" });
    expect(keeper.of("102", NOT_DIVERTED)).toEqual(NOT_DIVERTED);
  });

  it("reads no more users than it may", async () => {
    const user = { configured: NOT_DIVERTED, said: QUIET };
    const many = Array.from({ length: KEPT_USERS_MAX + 1 }, (_, at) => [`u${at}`, user]);
    const text = JSON.stringify({ users: Object.fromEntries(many) });
    const { keeper } = await open(new OneFile(text));
    expect(keeper.of(`u${KEPT_USERS_MAX - 1}`, NOT_DIVERTED)).toEqual(QUIET);
    expect(keeper.of(`u${KEPT_USERS_MAX}`, NOT_DIVERTED)).toEqual(NOT_DIVERTED);
  });
});
