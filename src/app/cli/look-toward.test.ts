import { describe, expect, it } from "vitest";
import type { OwnHosts } from "../own-hosts.ts";
import { lookToward, whereaboutsOf } from "./look-toward.ts";
import { readConfig } from "./read-config.ts";

const OLD = "192.0.2.1";
const NEW = "192.0.2.2";

const HERE: OwnHosts = { host: OLD, isSure: true };
const HERE_MAYBE: OwnHosts = { host: OLD, isSure: false };
const THERE: OwnHosts = { host: NEW, isSure: true };
const THERE_MAYBE: OwnHosts = { host: NEW, isSure: false };

describe("whereaboutsOf()", () => {
  it.each([
    ["the same address", HERE, true, false, "here"],
    ["the same, but the registrar's name is not known", HERE_MAYBE, true, false, "unsure"],
    ["no way anywhere", undefined, true, false, "unsure"],
    ["no way anywhere, and its address gone", undefined, false, false, "unsure"],
    ["another address", THERE, false, false, "elsewhere"],
    ["another, with calls that nobody hears any more", THERE, false, true, "elsewhere"],
    ["another beside its own", THERE, true, false, "elsewhere"],
    ["another beside its own, with calls", THERE, true, true, "unsure"],
    ["another beside its own, perhaps", THERE_MAYBE, true, false, "unsure"],
    ["another, perhaps, and its own gone", THERE_MAYBE, false, false, "elsewhere"],
  ] as const)("with %s", (_, now, isOwn, hasCalls, found) => {
    expect(whereaboutsOf(OLD, now, { isOwn, hasCalls })).toBe(found);
  });
});

async function setUp(problems: readonly (readonly string[])[]) {
  const read = await readConfig({ config: "/dev/null", virtual: false, json: false }, () => "-");
  if (!read.ok) throw new Error(read.error.join("\n"));
  const { box } = read.value;
  const to = { host: "pbx.example.net" };
  const told: string[] = [];
  const asked: unknown[] = [];
  let now: OwnHosts | undefined = HERE;
  const left = [...problems];
  const look = lookToward(
    { way: { to, isSure: true }, box: { ...box, control: { ...box.control, sipHost: OLD } } },
    {
      hasCalls: () => false,
      problems: () => {
        asked.push("configuration");
        return Promise.resolve(left.shift() ?? []);
      },
      tell: (text) => void told.push(text),
    },
    (registrar) => {
      asked.push(registrar);
      return Promise.resolve(now);
    },
    () => false,
  );
  return {
    look,
    told,
    asked,
    to,
    finds(hosts: OwnHosts | undefined) {
      now = hosts;
    },
  };
}

describe("lookToward()", () => {
  it("asks for the way alone while that is the same, or there is none", async () => {
    const { look, asked, to, finds } = await setUp([]);
    expect(await look()).toBe("here");
    finds(undefined);
    expect([await look(), asked]).toEqual(["unsure", [to, to]]);
  });

  it("reads the configuration before it lets a box begin anew", async () => {
    const { look, asked, to, finds } = await setUp([]);
    finds(THERE);
    expect([await look(), asked]).toEqual(["elsewhere", [to, "configuration"]]);
  });

  it("keeps a box that could not begin anew, and says why, once a reason", async () => {
    const { look, told, finds } = await setUp([["one"], ["one"], ["two", "three"]]);
    finds(THERE);
    expect([await look(), await look(), await look()]).toEqual(["unsure", "unsure", "unsure"]);
    const stay = `this machine is at ${NEW}, but the lines stay at ${OLD}`;
    expect(told).toEqual([`${stay}: one`, `${stay}: two; three`]);
    expect(await look()).toBe("elsewhere");
  });
});
