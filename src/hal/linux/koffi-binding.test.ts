import { describe, expect, it } from "vitest";
import { PortError } from "../../base/port-fault.ts";
import { loadKoffi } from "./koffi-binding.ts";

const whole = { load: () => ({}), errno: () => 0 };

describe("loadKoffi()", () => {
  it("hands over the package as it is", async () => {
    expect(await loadKoffi("sound", () => Promise.resolve(whole))).toBe(whole);
  });

  it("is not for machines of the other byte order", async () => {
    const loading = loadKoffi("sound", () => Promise.resolve(whole), "BE");
    await expect(loading).rejects.toMatchObject({ fault: { kind: "unsupported" } });
  });

  it.each([
    ["it cannot be loaded", () => Promise.reject(new Error("Cannot find it\nat x")), "Cannot find"],
    ["it is something else", () => Promise.resolve({ load: 1 }), "no function load"],
    ["it is nothing", () => Promise.resolve(undefined), "no function load"],
  ])("says what to install, and what for, when %s", async (_, load, said) => {
    const outcome: unknown = await loadKoffi("sound", load).catch((error: unknown) => error);
    const fault = outcome instanceof PortError ? outcome.fault : undefined;
    expect(fault).toMatchObject({ kind: "unsupported" });
    expect(fault?.what).toContain("sound");
    expect(fault?.advice).toContain("npm install koffi");
    expect(fault?.advice).toContain(said);
    expect(fault?.advice).not.toContain("\n");
  });
});
