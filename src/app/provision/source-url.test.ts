import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fillSourceUrl,
  type MachineNames,
  parseSourceUrl,
  printSourceUrl,
  shownSourceUrl,
  URL_MAX_CHARS,
} from "./source-url.ts";

const NAMES: MachineNames = {
  ...{ mac: "02fc0000ab01", serial: "10000000 a/b", model: "hw-sim", version: "1.2.3" },
};

describe("parseSourceUrl()", () => {
  it.each([
    ["https://a.example/x.yaml", "https", "a.example", 443, "/x.yaml"],
    ["http://a/x?y=1", "http", "a", 80, "/x?y=1"],
    ["tftp://192.168.1.1/x", "tftp", "192.168.1.1", 69, "/x"],
    ["https://a:8443/x", "https", "a", 8443, "/x"],
    ["https://[2001:db8::1]:65535/x", "https", "2001:db8::1", 65_535, "/x"],
    ["https://a", "https", "a", 443, "/tipring-{mac}.yaml"],
    ["https://a/", "https", "a", 443, "/tipring-{mac}.yaml"],
    ["https://a/b/?key=1", "https", "a", 443, "/b/tipring-{mac}.yaml?key=1"],
    ["https://a/{MAC}/{mac-}/{mac:}/{serial}/{model}/{version}", "https", "a", 443, undefined],
  ])("reads %s", (text, scheme, host, port, path) => {
    const wanted = { scheme, host, port, ...(path === undefined ? {} : { path }) };
    expect(parseSourceUrl(text)).toMatchObject({ ok: true, value: wanted });
  });

  it.each([
    ["a.example", "must be an address like"],
    ["ftp://a/x", "must be an address like"],
    ["https:///x", "must be an address like"],
    ["https://a/x y", "must be an address like"],
    ["https://a/é", "must be an address like"],
    ["https://u:p@a/x", "names a user"],
    ["https://a:0/x", "has a port that is none"],
    ["https://a:65536/x", "has a port that is none"],
    ["https://a/x#y", 'holds "#"'],
    ["https://a/{max}", "holds {max}; there are {mac}, {MAC}"],
    ["https://a/{constructor}", "holds {constructor}"],
    [`https://a/${"x".repeat(URL_MAX_CHARS)}`, "has more than 500 characters"],
  ])("refuses %s", (text, why) => {
    const parsed = parseSourceUrl(text);
    expect(parsed.ok ? "" : parsed.error).toContain(why);
  });

  it("takes what it has printed, and never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.string(), fc.string({ unit: "binary" })), (text) => {
        const parsed = parseSourceUrl(text);
        if (!parsed.ok) return;
        expect(parseSourceUrl(printSourceUrl(parsed.value))).toEqual(parsed);
      }),
      { numRuns: 60 },
    );
  });
});

describe("fillSourceUrl()", () => {
  it.each([
    ["/{mac}.yaml", "/02fc0000ab01.yaml"],
    ["/{MAC}", "/02FC0000AB01"],
    ["/{mac-}/{mac:}", "/02-fc-00-00-ab-01/02%3Afc%3A00%3A00%3Aab%3A01"],
    ["/{serial}", "/10000000%20a%2Fb"],
    ["/{model}/{version}?m={mac}", "/hw-sim/1.2.3?m=02fc0000ab01"],
    ["/plain", "/plain"],
  ])("makes of %s %s", (path, filled) => {
    const parsed = parseSourceUrl(`https://a${path}`);
    if (!parsed.ok) throw new Error(parsed.error);
    expect(fillSourceUrl(parsed.value, NAMES)).toMatchObject({ ok: true, value: { path: filled } });
  });

  it.each([
    ["/{mac-}", { mac: undefined }, "{mac-}"],
    ["/{model}/{serial}", { serial: undefined }, "{serial}"],
  ])("says of %s what is not known", (path, names, missing) => {
    const parsed = parseSourceUrl(`https://a${path}`);
    if (!parsed.ok) throw new Error(parsed.error);
    const filled = fillSourceUrl(parsed.value, { ...NAMES, ...names });
    expect(filled).toEqual({ ok: false, error: missing });
  });
});

it.each([
  ["https://a/x?token=1", "https://a/x?…"],
  ["https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"],
  ["http://a:80/x", "http://a/x"],
])("shownSourceUrl() of %s is %s", (text, shown) => {
  const parsed = parseSourceUrl(text);
  if (!parsed.ok) throw new Error(parsed.error);
  expect(shownSourceUrl(parsed.value)).toBe(shown);
});
