import { describe, expect, it } from "vitest";
import { hashes } from "./hashes.ts";
import { createRandom } from "./random.ts";
import { faultFromError } from "./system-fault.ts";

const abc = Uint8Array.of(0x61, 0x62, 0x63);

describe("hashes", () => {
  it("md5() and sha256() of abc are those of their standards", () => {
    // RFC 1321 A.5 and FIPS 180-2 B.1
    expect(hashes.md5(abc)).toBe("900150983cd24fb0d6963f7d28e17f72");
    expect(hashes.sha256(abc)).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });
});

describe("createRandom()", () => {
  it("bytes() gives as many as asked, and not the same twice", () => {
    const random = createRandom();
    expect(random.bytes(0)).toHaveLength(0);
    const first = random.bytes(32);
    expect(first).toHaveLength(32);
    expect(first).not.toEqual(random.bytes(32));
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
  });
});

describe("createRandom() over many calls", () => {
  it("never gives the same bytes twice, nor bytes that nobody drew", () => {
    const random = createRandom();
    const drawn = Array.from({ length: 300 }, (_, at) => random.bytes(at % 3 === 0 ? 1025 : 16));
    expect(drawn.map(({ length }) => length).slice(0, 3)).toEqual([1025, 16, 16]);
    expect(new Set(drawn.map((bytes) => bytes.join())).size).toBe(drawn.length);
    for (const bytes of drawn) expect(bytes.some((byte) => byte !== 0)).toBe(true);
  });
});

describe("faultFromError()", () => {
  const coded = (code: string): Error => Object.assign(new Error(`${code}: said`), { code });

  it.each([
    ["EADDRINUSE", "in-use"],
    ["EACCES", "permission"],
    ["EBUSY", "busy"],
    ["ENETUNREACH", "unreachable"],
    ["ENOSPC", "io"],
  ])("%s is %s", (code, kind) => {
    expect(faultFromError(coded(code), "thing", {}).kind).toBe(kind);
  });

  it("takes the port's own meaning and advice first, else repeats the system's words", () => {
    const advice = { "not-found": "look under the table" } as const;
    expect(faultFromError(coded("EINVAL"), "pin", advice, { EINVAL: "not-found" })).toEqual({
      kind: "not-found",
      what: "pin",
      advice: "look under the table",
    });
    expect(faultFromError("odd", "pin", advice).advice).toBe("the system said: odd");
  });
});
