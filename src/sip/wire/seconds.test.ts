import { describe, expect, it } from "vitest";
import { secondsOf } from "./seconds.ts";

describe("secondsOf()", () => {
  it.each([
    [undefined, undefined],
    ["", undefined],
    ["60", 60],
    [" 60 (in a meeting)", 60],
    ["60;duration=5", 60],
    ["-1", undefined],
    ["6e1", undefined],
    ["99999999999", undefined],
  ])("reads %j as %j", (value, seconds) => {
    expect(secondsOf(value)).toBe(seconds);
  });
});
