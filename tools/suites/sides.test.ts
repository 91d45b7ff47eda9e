import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PATIENT_FILES, portsOfSide, sidesOf } from "./sides.ts";

const FILES = readdirSync(new URL("../../test/interop", import.meta.url))
  .filter((name) => name.endsWith(".interop.ts"))
  .map((name) => `test/interop/${name}`);

describe("sidesOf()", () => {
  it("runs each interop file once, on one side or the other", () => {
    const sides = sidesOf("interop", [], FILES);
    expect(sides).toHaveLength(2);
    expect(sides.flat().toSorted()).toEqual(FILES.toSorted());
  });

  it("names no patient file that there is not", () => {
    expect(FILES).toEqual(expect.arrayContaining([...PATIENT_FILES]));
  });

  it.each([
    ["interop", ["sipp"]],
    ["unit", []],
    ["conformance", ["media"]],
  ])("leaves a run of %s with the filters %j as it was asked", (project, filters) => {
    expect(sidesOf(project, filters, FILES)).toEqual([filters]);
  });
});

describe("portsOfSide()", () => {
  it.each([
    [0, 1, "10000-16383"],
    [0, 2, "10000-13191"],
    [1, 2, "13192-16383"],
  ])("side %i of %i has %s", (at, sides, ports) => {
    expect(portsOfSide(at, sides)).toBe(ports);
  });
});
