import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAdviceOfCharge } from "./advice-of-charge.ts";

const NAMESPACE = "http://uri.etsi.org/ngn/params/xml/simservs/aoc";
const aoc = (inside: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><aoc xmlns="${NAMESPACE}">${inside}</aoc>`;
const units = (inside: string): string =>
  `<recorded-charges><recorded-currency-units>${inside}</recorded-currency-units></recorded-charges>`;
const EUR = units("<currency-id>EUR</currency-id><currency-amount>0.23</currency-amount>");

describe("parseAdviceOfCharge()", () => {
  it.each([
    [
      "so far",
      `<aoc-d><charging-info>subtotal</charging-info>${EUR}</aoc-d>`,
      { isTotal: false, charge: { amount: 0.23, unit: "EUR" } },
    ],
    [
      "in all, told before the end",
      `<aoc-d><charging-info>total</charging-info>${EUR}</aoc-d>`,
      { isTotal: true, charge: { amount: 0.23, unit: "EUR" } },
    ],
    [
      "at the end",
      `<aoc-e>${EUR}</aoc-e>`,
      { isTotal: true, charge: { amount: 0.23, unit: "EUR" } },
    ],
    [
      "in units, as Asterisk has them",
      `<aoc-d>${units("<currency-id>UNIT</currency-id><currency-amount>7</currency-amount>")}</aoc-d>`,
      { isTotal: false, charge: { amount: 7, unit: "UNIT" } },
    ],
    [
      "in units without a name",
      `<aoc-d>${units("<currency-amount>7</currency-amount>")}</aoc-d>`,
      { isTotal: false, charge: { amount: 7, unit: "UNIT" } },
    ],
    [
      "free",
      "<aoc-e><recorded-charges><free-charge/></recorded-charges></aoc-e>",
      { isTotal: true, charge: { amount: 0, unit: "UNIT" } },
    ],
    [
      "not known",
      "<aoc-d><recorded-charges><not-available/></recorded-charges></aoc-d>",
      { isTotal: false },
    ],
  ])("reads what a call costs: %s", (_, inside, expected) => {
    expect(parseAdviceOfCharge(aoc(inside))).toEqual({ ok: true, value: expected });
  });

  it.each([
    ["a tariff alone", aoc("<aoc-s><charged-items/></aoc-s>")],
    ["nothing", aoc("")],
    ["no amount", aoc(`<aoc-d>${units("<currency-id>EUR</currency-id>")}</aoc-d>`)],
    ["less than nothing", aoc(`<aoc-d>${units("<currency-amount>-1</currency-amount>")}</aoc-d>`)],
    ["a word", aoc(`<aoc-d>${units("<currency-amount>much</currency-amount>")}</aoc-d>`)],
    ["too much", aoc(`<aoc-d>${units("<currency-amount>1234567890</currency-amount>")}</aoc-d>`)],
    ["another document", "<presence/>"],
    ["none", "Signal=5"],
    ["an empty body", ""],
  ])("refuses %s", (_, body) => {
    expect(parseAdviceOfCharge(body).ok).toBe(false);
  });

  it("answers whatever comes", () => {
    const piece = fc.constantFrom(
      ...["<aoc>", "</aoc>", "<aoc-d>", "</aoc-d>", "<recorded-charges>", "</recorded-charges>"],
      ...["<recorded-currency-units>", "</recorded-currency-units>", "<currency-amount>", "1.5"],
      ...["</currency-amount>", "<free-charge/>", "&amp;", "<!--", "x"],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const parsed = parseAdviceOfCharge(pieces.join(""));
        if (parsed.ok) expect(parsed.value.charge?.amount ?? 0).toBeGreaterThanOrEqual(0);
        else expect(parsed.error).not.toBe("");
      }),
    );
  });
});
