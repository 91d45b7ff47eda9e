import { describe, expect, it, vi } from "vitest";
import { PortError } from "./port-fault.ts";

const fault = { kind: "in-use", what: "UDP port 5060", advice: "choose another" } as const;

describe("PortError", () => {
  it("says what failed, how, and what to do", () => {
    expect(new PortError(fault).message).toBe("UDP port 5060: in-use; choose another");
  });

  it("is known by another copy of this class", async () => {
    vi.resetModules();
    const copy = await import("./port-fault.ts");
    expect(copy.PortError).not.toBe(PortError);
    expect(new copy.PortError(fault)).toBeInstanceOf(PortError);
    expect(new PortError(fault)).toBeInstanceOf(copy.PortError);
  });

  it.each([
    { value: new Error("UDP port 5060") },
    { value: { fault, name: "PortError" } },
    { value: null },
    { value: undefined },
    { value: "PortError" },
  ])("is not $value", ({ value }) => expect(value instanceof PortError).toBe(false));
});
