import { describe, expect, it } from "vitest";
import type { SipAddress } from "../user-agent-types.ts";
import { BLACKLIST_MAX, Blacklist } from "./blacklist.ts";

const at = (host: string, transport: SipAddress["transport"] = "udp"): SipAddress => ({
  ...{ transport, host, port: 5060 },
});
const [A, B, C] = [at("192.0.2.1"), at("192.0.2.2"), at("192.0.2.3")];

describe("Blacklist", () => {
  it("puts what failed behind the others and leaves none out", () => {
    const list = new Blacklist();
    list.failed(A, 0);
    expect(list.sorted([A, B, C], 1)).toEqual([B, C, A]);
    list.failed(B, 0);
    list.failed(C, 0);
    expect(list.sorted([A, B, C], 1)).toEqual([A, B, C]);
  });

  it.each([
    [1, 30_000],
    [2, 60_000],
    [3, 120_000],
    [4, 240_000],
    [5, 300_000],
    [9, 300_000],
  ])("%i failures in a row last %i ms", (failures, lastMs) => {
    const list = new Blacklist();
    for (let count = 0; count < failures; count++) list.failed(A, 0);
    expect(list.has(A, lastMs - 1)).toBe(true);
    expect(list.has(A, lastMs)).toBe(false);
  });

  it("takes the server's word where it asks for more", () => {
    const list = new Blacklist();
    list.failed(A, 0, 90_000);
    expect(list.has(A, 89_999)).toBe(true);
    expect(list.has(A, 90_000)).toBe(false);
  });

  it("forgets once it answered, and begins anew", () => {
    const list = new Blacklist();
    list.failed(A, 0);
    list.failed(A, 0);
    list.answered(A);
    expect(list.has(A, 1)).toBe(false);
    list.failed(A, 0);
    expect(list.has(A, 30_000)).toBe(false);
  });

  it("tells transports and ports apart", () => {
    const list = new Blacklist();
    list.failed(A, 0);
    expect(list.has(at(A.host, "tcp"), 1)).toBe(false);
    expect(list.has({ ...A, port: 5061 }, 1)).toBe(false);
  });

  it("keeps its limit and forgets the oldest", () => {
    const list = new Blacklist();
    for (let n = 0; n <= BLACKLIST_MAX; n++) list.failed({ ...A, port: n }, 0);
    expect(list.has({ ...A, port: 0 }, 1)).toBe(false);
    expect(list.has({ ...A, port: 1 }, 1)).toBe(true);
  });
});
