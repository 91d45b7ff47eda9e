import { describe, expect, it } from "vitest";
import { createResolver, type NameLookup } from "./resolver.ts";

/** Asks and tells the answer and whether it came inside the call. */
function ask(resolver: ReturnType<typeof createResolver>, host: string) {
  return new Promise<{ found: readonly string[]; inside: boolean }>((resolve) => {
    let inside = true;
    resolver.addresses(host, (found) => resolve({ found, inside }));
    inside = false;
  });
}

describe("createResolver()", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["2001:db8::7", "2001:db8::7"],
    ["[2001:db8::7]", "2001:db8::7"],
  ])("addresses() of the literal %s is itself, later, without a look-up", async (host, address) => {
    const resolver = createResolver({
      lookup: () => {
        throw new Error("no look-up was due");
      },
    });
    expect(await ask(resolver, host)).toEqual({ found: [address], inside: false });
  });

  it("addresses() of localhost comes from the system", async () => {
    const { found } = await ask(createResolver(), "localhost");
    expect(found.some((address) => address === "127.0.0.1" || address === "::1")).toBe(true);
  });

  it("addresses() of a name that cannot be is empty", async () => {
    expect((await ask(createResolver(), "no such name.invalid")).found).toEqual([]);
  });

  it("addresses() shares one question among those who ask meanwhile", async () => {
    const questions: string[] = [];
    let reply: (addresses: readonly string[]) => void = () => {};
    const lookup: NameLookup = (host, found) => {
      questions.push(host);
      reply = found;
    };
    const resolver = createResolver({ lookup });
    const both = Promise.all([ask(resolver, "sip.example"), ask(resolver, "sip.example")]);
    reply(["192.0.2.1", "192.0.2.2"]);
    const answer = { found: ["192.0.2.1", "192.0.2.2"], inside: false };
    expect(await both).toEqual([answer, answer]);
    expect(questions).toEqual(["sip.example"]);
    void ask(resolver, "sip.example");
    reply([]);
    expect(questions).toHaveLength(2);
  });

  it("addresses() answers inside a synchronous look-up only after the call", async () => {
    const resolver = createResolver({ lookup: (_, found) => found(["192.0.2.1"]) });
    expect(await ask(resolver, "sip.example")).toEqual({ found: ["192.0.2.1"], inside: false });
  });

  it("addresses() gives up once, and a late answer is dropped", async () => {
    let reply: (addresses: readonly string[]) => void = () => {};
    const lookup: NameLookup = (_, found) => {
      reply = found;
    };
    const resolver = createResolver({ lookup, timeoutMs: 1 });
    const answers: (readonly string[])[] = [];
    await new Promise<void>((resolve) => {
      resolver.addresses("sip.example", (found) => {
        answers.push(found);
        resolve();
      });
    });
    reply(["192.0.2.1"]);
    await ask(resolver, "192.0.2.9");
    expect(answers).toEqual([[]]);
  });

  it("addresses() answers empty at once where too many names are under way", async () => {
    let asked = 0;
    const resolver = createResolver({ lookup: () => asked++, timeoutMs: 60_000 });
    for (let name = 0; name < 32; name++) resolver.addresses(`${name}.example`, () => {});
    expect((await ask(resolver, "one.more.example")).found).toEqual([]);
    expect(asked).toBe(32);
  });
});
