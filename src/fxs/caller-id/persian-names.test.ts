import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { persianName } from "./persian-names.ts";

describe("persianName()", () => {
  it.each([
    ["محمد", "Mohammad"],
    ["زهرا", "Zahra"],
    ["خانه", "Khaneh"],
    // a family's name that is made of one
    ["محمدی", "Mohammadi"],
    ["کریمی", "Karimi"],
    ["رضایی", "Rezaei"],
    ["میرزائی", "Mirzaei"],
    ["حسن‌زاده".replace("\u200c", ""), "Hassanzadeh"],
    ["کریمیان", "Karimian"],
    ["احمدنژاد", "Ahmadnejad"],
    ["علیپور", "Alipour"],
    ["تهرانی", "Tehrani"],
    ["سعیدفر", "Saeedfar"],
    // two names in one, and a family's name of them
    ["علیرضا", "Alireza"],
    ["محمدحسین", "Mohammadhossein"],
    ["علیرضایی", "Alirezaei"],
    // as an Arabic keyboard has it, with marks
    ["علي", "Ali"],
    ["كريمي", "Karimi"],
    ["مُحَمَّد", "Mohammad"],
    ["خانهٔ", "Khaneh"],
    ["فاطمة", "Fatemeh"],
  ])("spells %s as %s", (word, spelling) => {
    expect(persianName(word)).toBe(spelling);
  });

  it.each([
    ["no name", "گلدان"],
    ["an ending alone", "زاده"],
    ["an ending of what is no name", "گلدانی"],
    ["a name and something else", "محمدگلدان"],
    ["something else and a name", "گلدانمحمد"],
    ["letters of no script of ours", "李"],
    ["Latin letters", "Ali"],
    ["nothing", ""],
    ["a name of objects", "constructor"],
  ])("does not know %s", (_, word) => {
    expect(persianName(word)).toBeUndefined();
  });

  it("spells with Latin letters alone, whatever it is given", () => {
    const letter = fc.constantFrom(..."اآبپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی‌ًَّ");
    const word = fc.array(letter, { maxLength: 12 }).map((letters) => letters.join(""));
    fc.assert(
      fc.property(fc.oneof(word, fc.string({ unit: "binary" })), (text) => {
        expect(persianName(text) ?? "Ali").toMatch(/^[A-Z][a-z]+$/);
      }),
    );
  });
});
