import { expect, it } from "vitest";
import { sameDocument } from "./watch-document.ts";

it.each([
  [undefined, { body: "a" }, false],
  [{ body: "a" }, { body: "a" }, true],
  [{ body: "a" }, { body: "b" }, false],
  [{ body: "a", rest: "b" }, { body: "a", rest: "b" }, true],
  [{ body: "a", rest: "b" }, { body: "a", rest: "c" }, false],
  [{ body: "a", rest: "b" }, { body: "ab" }, false],
  [{ body: "a", rest: "b" }, { body: "", rest: "ab" }, false],
])("sameDocument() of %j and %j is %s", (told, now, same) => {
  expect(sameDocument(told, now)).toBe(same);
});
