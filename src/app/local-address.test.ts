import { describe, expect, it } from "vitest";
import { localAddressToward } from "./local-address.ts";

describe("localAddressToward()", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.2", "127.0.0.1"],
    ["not a name", undefined],
    // The kernel refuses it, as it does where no route leads.
    ["255.255.255.255", undefined],
  ])("from %s is %s", async (host, address) => {
    expect(await localAddressToward(host, 5060)).toBe(address);
  });
});
