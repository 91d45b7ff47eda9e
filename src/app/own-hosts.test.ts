import { describe, expect, it } from "vitest";
import { isOwnHost, type LookUp, ownHostsToward } from "./own-hosts.ts";

/** Fails as the system's look-up does. */
function failing(code: string): LookUp {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

const silent: LookUp = () => new Promise(() => {});
const loopback: LookUp = () => Promise.resolve({ address: "127.0.0.2", family: 4 });

describe("ownHostsToward()", () => {
  it("takes the address on the way to where the name leads", async () => {
    const found = await ownHostsToward({ host: "pbx.example.net" }, 1, loopback);
    expect([found?.host, found?.isSure]).toEqual(["127.0.0.1", true]);
  });

  it.each([
    ["is sure where there is no such name: its SRV records tell more", failing("ENOTFOUND"), true],
    ["is not where no name server answers", failing("EAI_AGAIN"), false],
    ["is not where none has answered in time", silent, false],
  ])("takes that of the way to anywhere, and %s", async (_, lookUp, isSure) => {
    const anywhere = await ownHostsToward({ host: "192.0.2.1" });
    const found = await ownHostsToward({ host: "pbx.example.net" }, 1, lookUp);
    expect(found).toEqual(anywhere === undefined ? undefined : { ...anywhere, isSure });
  });

  it("waits for a name server as long as the system does where no limit is given", async () => {
    const slow: LookUp = async (name) => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      return loopback(name);
    };
    const found = await ownHostsToward({ host: "pbx.example.net" }, undefined, slow);
    expect([found?.host, found?.isSure]).toEqual(["127.0.0.1", true]);
  });
});

describe("isOwnHost()", () => {
  it.each(["192.0.2.1", "2001:db8::1", "127.0.0.1"])("is none of others that %s is", (host) => {
    expect(isOwnHost(host)).toBe(false);
  });
});
