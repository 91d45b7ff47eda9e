import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { COUNTRIES } from "../../src/fxs/country/countries.ts";
import { FAMILIES } from "../../src/fxs/country/families/families.ts";
import { profileOf } from "../../src/fxs/country/override.ts";
import { countriesDocument } from "./line-countries-doc.ts";
import { vectorFolder } from "./media-vectors.ts";

const folder = vectorFolder("tones");

describe("countries [line.countries]", () => {
  it("are all of the files there are", () => {
    const path = fileURLToPath(new URL("../../src/fxs/country/countries/", import.meta.url));
    const files = readdirSync(path).filter((name) => name !== "all.ts");
    expect(files.sort()).toEqual(COUNTRIES.map(({ code }) => `${code}.ts`).sort());
  });

  it("are listed in docs/configuration.md", () => {
    const path = fileURLToPath(new URL("../../docs/configuration.md", import.meta.url));
    const [list = ""] = /\*\*Countries\.\*\*[^;]*/.exec(readFileSync(path, "utf8")) ?? [];
    const codes = [...list.matchAll(/`([\w-]+)`/g)].map(([, code]) => code);
    expect(codes).toEqual(COUNTRIES.map(({ code }) => code));
  });

  it("stand in docs/countries.md as they are", async () => {
    const text = countriesDocument(COUNTRIES, FAMILIES);
    await expect(text).toMatchFileSnapshot("../../docs/countries.md");
  });
});

/** Longest emergency number there is, digits. */
const LONGEST = 5;

/** The pattern of a territory's emergency numbers. */
function emergencyPatterns(xml: string): ReadonlyMap<string, RegExp> {
  const found = new Map<string, RegExp>();
  for (const [, id = "", body = ""] of xml.matchAll(
    /<territory id="(\w+)"[^>]*>(.*?)<\/territory>/gs,
  )) {
    const emergency = /<emergency>(.*?)<\/emergency>/s.exec(body)?.[1] ?? "";
    const pattern = /<nationalNumberPattern>(.*?)<\/nationalNumberPattern>/s.exec(emergency)?.[1];
    if (pattern !== undefined) found.set(id, new RegExp(`^(?:${pattern.replace(/\s/g, "")})$`));
  }
  return found;
}

/** Codes that are not libphonenumber's. */
const TERRITORIES: Readonly<Record<string, string>> = { uk: "GB", "us-old": "US" };

function* allNumbers(): Generator<string> {
  for (let digits = 2; digits <= LONGEST; digits++) {
    for (let n = 0; n < 10 ** digits; n++) yield String(n).padStart(digits, "0");
  }
}

describe.skipIf(!folder.available)("emergency numbers [line.emergency.libphonenumber]", () => {
  const xml = folder.available
    ? new TextDecoder().decode(folder.read("ShortNumberMetadata.xml"))
    : "";
  const patterns = emergencyPatterns(xml);
  const every = [...allNumbers()];

  it.each(COUNTRIES)("of $code are libphonenumber's, and such as say they are not", (country) => {
    const pattern = patterns.get(TERRITORIES[country.code] ?? country.code.toUpperCase());
    const theirs = every.filter((number) => pattern?.test(number));
    const { numbers, unverified = [] } = profileOf(country).emergency;
    const ours = numbers.filter((one) => theirs.includes(one) || !unverified.includes(one));
    expect(ours.sort()).toEqual(theirs.sort());
  });
});
