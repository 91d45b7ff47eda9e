import { describe, expect, it } from "vitest";
import { countryProfile } from "../../fxs/index.ts";
import { identityOf } from "./resolve-identity.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

function resolved(
  user: UserConfig,
  code = "us",
  digitMap = "xx.|*xx.",
  line: Pick<UserLine, "autoAnswer"> = {},
) {
  const country = countryProfile(code);
  if (!country.ok) throw new Error(`there is no ${code}`);
  return identityOf(user, line, country.value, "example.org", digitMap);
}

describe("identityOf()", () => {
  it.each([
    ["us", "*67", "*82"],
    ["uk", "141", "1470"],
    ["jp", "184", "186"],
    ["ir", "*67", "*82"],
  ])("has the codes of %s", (code, withholdCode, showCode) => {
    expect(resolved({}, code)).toEqual({ withholdCode, showCode });
  });

  it("drops a code that an extension begins with, and keeps what is written", () => {
    expect(resolved({}, "uk", "1412|2xx")).toMatchObject({ withholdCode: "", showCode: "1470" });
    const written = { dialing: { withholdCode: "#31", showCode: "" } };
    expect(resolved(written, "uk", "1412")).toMatchObject({ withholdCode: "#31", showCode: "" });
  });

  it.each([
    [{}, undefined],
    [{ autoAnswer: "off" }, undefined],
    [{ autoAnswer: "asked" }, "asked"],
  ] as const)("a line with %j answers by itself: %s", (line, autoAnswer) => {
    expect(resolved({}, "us", "xx.", line).autoAnswer).toBe(autoAnswer);
  });

  it.each([
    [{}, undefined],
    [{ allowTransfer: true }, undefined],
    [{ allowTransfer: false }, true],
  ])("with %j far ends are told that they may not hand over: %s", (dialing, refusesTransfer) => {
    expect(resolved({ dialing }).refusesTransfer).toBe(refusesTransfer);
  });

  it("says where numbers are at home, and where redirections lead", () => {
    expect(resolved({ dialing: { telUri: true } }).tel).toEqual({ context: "example.org" });
    const abroad = { telUri: true, phoneContext: "+49711" };
    expect(resolved({ dialing: abroad, sip: { redirects: "direct" } })).toMatchObject({
      tel: { context: "+49711" },
      redirectsDirectly: true,
    });
    expect(resolved({ dialing: { phoneContext: "+49711" } }).tel).toBeUndefined();
  });
});
