import { describe, expect, it } from "vitest";
import { announcementOf } from "./announcement.ts";

describe("announcementOf()", () => {
  it.each([
    [404, false, "notFound"],
    [404, true, "notFound"],
    [484, false, "notFound"],
    [604, false, "notFound"],
    [403, false, "refused"],
    [407, true, "refused"],
    [480, false, "unavailable"],
    [480, true, undefined],
    [408, true, undefined],
    [503, false, "unavailable"],
    [599, false, "unavailable"],
    [600, false, undefined],
    [486, false, undefined],
    [603, true, undefined],
    [488, false, undefined],
  ] as const)("of %i, rang %s, is %s", (status, rang, name) => {
    expect(announcementOf(status, rang)).toBe(name);
  });
});
