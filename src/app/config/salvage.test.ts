import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { salvage } from "./salvage.ts";

describe("salvage()", () => {
  it.each([
    [
      "all of a good text",
      "board: pi\ndata: /var/lib/x\nlines:\n  - number: '1'\n  - {}\n",
      { board: "pi", data: "/var/lib/x", lineCount: 2 },
    ],
    ["nothing of an empty one", "", {}],
    ["nothing of a list", "- board: pi\n", {}],
    ["no value of another kind", "board: 4\ndata: [a]\nlines: 2\n", {}],
    ["no setting of another one", "lines:\n  - board: pi\n  - a: b: c\n", {}],
    ["what stands before a mistake", "board: pi\nlines:\n  - number: '1\n", { board: "pi" }],
    ["what stands after one", "country: [de\nboard: ./my-board # ours\n", { board: "./my-board" }],
    ["what stands in quotes", "board: 'pi'\na: b: c\n", { board: "pi" }],
    ["no setting that stands twice", "board: pi\nboard: other\n", {}],
    ["no setting of a broken line", "board: pi: 4\ndata: x\n", { data: "x" }],
    ["no setting that may go on", "board: pi\n  and more\na: b: c\n", {}],
    ["no setting that is cut", "board: pi\n-4\na: b: c\n", {}],
    ["no count of lines beside a mistake", "lines: [{}, {}]\na: b: c\n", {}],
  ])("keeps %s", (_, text, kept) => {
    expect(salvage(text)).toEqual(kept);
  });

  it("takes any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 200 }), (text) => {
        expect(["string", "undefined"]).toContain(typeof salvage(text).board);
      }),
    );
  });

  it("never takes a board for another one, wherever the text was damaged", () => {
    const good = "country: de\nboard: raspberry-pi-4\nlines:\n  - number: '21'\n";
    const damage = fc.record({
      at: fc.nat(good.length - 1),
      by: fc.constantFrom("{", "[", '"', "'", ":", "\t", "- ", "\n", "&", "*", "!", "|", "%", "@"),
    });
    fc.assert(
      fc.property(damage, ({ at, by }) => {
        const damaged = good.slice(0, at) + by + good.slice(at);
        const isWhole = parseDocument(damaged).errors.length === 0;
        const { board } = salvage(damaged);
        if (!isWhole) expect(["raspberry-pi-4", undefined]).toContain(board);
      }),
    );
  });
});
