import { describe, expect, it } from "vitest";
import { COUNTRY_CODES, resolveCountry } from "../../../src/fxs/index.ts";
import { flashKeyMs } from "./flash-keys.ts";

describe("flashKeyMs()", () => {
  it.each([...COUNTRY_CODES])("of a set made for %s is what our line there takes", (code) => {
    const country = resolveCountry(code, {});
    if (!country.ok) throw new Error(code);
    const { minMs, maxMs } = country.value.flash;
    expect(flashKeyMs(code)).toBeGreaterThanOrEqual(minMs);
    expect(flashKeyMs(code)).toBeLessThan(maxMs);
  });
});
