import { describe, expect, it } from "vitest";
import { whyNoKey } from "./speed-keys.ts";

describe("whyNoKey() has keys told from", () => {
  const HELP = ["112", "20", "3"];
  const help = (number: string) => `${number}, a number for help, begins so`;
  const taken = "a number that can be dialled is the same";
  it.each([
    ["nothing", "1xx", "4", undefined],
    ["nothing in two digits", "1xx", "41", undefined],
    ["the beginning of a number for help", "5xx", "1", help("112")],
    ["the same in two digits", "5xx", "11", help("112")],
    ["not its end", "5xx", "12", undefined],
    ["a number for help", "5xx", "20", help("20")],
    ["its first digit", "5xx", "2", help("20")],
    ["one of one digit", "5xx", "3", help("3")],
    ["no more than it", "5xx", "31", undefined],
    ["a number of as many digits", "[5-8]x|9", "55", taken],
    ["one that begins with it", "[5-8]x|9", "5", undefined],
    ["one of one digit that can be dialled", "[5-8]x|9", "9", taken],
    ["one that waits for more", "[5-8]T", "5", taken],
    ["no rule for any number", "xx.|*xx.", "5", undefined],
    ["nothing in a map that is none", "[", "5", undefined],
  ])("%s: %s, %s", (_, digitMap, key, why) => {
    expect(whyNoKey(key, { digitMap, emergencyNumbers: HELP })).toBe(why);
  });
});
