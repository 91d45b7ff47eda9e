import { describe, expect, it } from "vitest";
import { asError, errorHead, errorStack, errorText } from "./thrown.ts";

const BROKEN = new Error("no library\nlooked here\nand there");
const BARE = new Error("bare");
Reflect.set(BARE, "stack", undefined);

describe("what is said of something thrown", () => {
  it.each([
    ["an error", BROKEN, BROKEN.message, "no library", BROKEN.stack],
    ["one without words", new Error(""), "", "", undefined],
    ["one without a stack", BARE, "bare", "bare", "bare"],
    ["a text", "words\nmore", "words\nmore", "words", "words\nmore"],
    ["nothing at all", undefined, "undefined", "undefined", "undefined"],
  ])("%s", (_, thrown, text, head, stack) => {
    expect([errorText(thrown), errorHead(thrown)]).toEqual([text, head]);
    if (stack !== undefined) expect(errorStack(thrown)).toBe(stack);
  });
});

describe("asError()", () => {
  it("leaves an error as it is, and makes one of anything else", () => {
    expect(asError(BROKEN)).toBe(BROKEN);
    expect(asError("words").message).toBe("words");
  });
});
