import { describe, expect, it } from "vitest";
import { createNameTable } from "./names.ts";
import { World } from "./world.ts";

function setUp() {
  const world = new World({ seed: 1 });
  const names = createNameTable(world, { "pbx.example": ["10.0.0.9", "10.0.0.8"] });
  const ask = (host: string): (readonly string[])[] => {
    const answers: (readonly string[])[] = [];
    names.addresses(host, (addresses) => answers.push(addresses));
    return answers;
  };
  return { world, names, ask };
}

describe("createNameTable()", () => {
  it.each([
    ["pbx.example", ["10.0.0.9", "10.0.0.8"]],
    ["PBX.Example.", ["10.0.0.9", "10.0.0.8"]],
    ["nobody.example", []],
    ["192.0.2.1", ["192.0.2.1"]],
    ["2001:db8::1", ["2001:db8::1"]],
  ])("answers %s once, never inside the call", (host, addresses) => {
    const { world, ask } = setUp();
    const answers = ask(host);
    expect(answers).toEqual([]);
    world.runFor(1000);
    expect(answers).toEqual([addresses]);
  });

  it("answers after the latency, with what the table has then", () => {
    const { world, names, ask } = setUp();
    names.setLatencyMs(20);
    const answers = ask("pbx.example");
    world.runFor(19);
    expect(answers).toEqual([]);
    names.set("pbx.example", ["10.0.0.7"]);
    world.runFor(1);
    expect(answers).toEqual([["10.0.0.7"]]);
  });

  it("gives an empty list late while silent, but literals at once", () => {
    const { world, names, ask } = setUp();
    names.setSilent(true, 3000);
    const silent = ask("pbx.example");
    const literal = ask("192.0.2.1");
    world.runFor(2999);
    expect([silent, literal]).toEqual([[], [["192.0.2.1"]]]);
    world.runFor(1);
    expect(silent).toEqual([[]]);
    names.setSilent(false);
    const back = ask("pbx.example");
    world.runFor(0);
    expect(back).toEqual([["10.0.0.9", "10.0.0.8"]]);
  });
});
