import { describe, expect, it } from "vitest";
import type { TlsName, TlsPeer } from "../../base/tls.ts";
import { CLOCK_SET_FROM_MS, judgeCertificate, STRICT_CERTIFICATES } from "./certificate.ts";

const PRINT = "ab".repeat(32);
const NOW = CLOCK_SET_FROM_MS + 1;

function peer(names: readonly string[], parts: Partial<TlsPeer> = {}): TlsPeer {
  const read = names.map((name): TlsName => {
    const [kind = "", ...value] = name.split("=");
    // The tables below write no other kinds.
    return { kind: kind as TlsName["kind"], value: value.join("=") };
  });
  return { protocol: "TLSv1.3", names: read, fingerprint: PRINT, ...parts };
}

const judge = (shown: TlsPeer | undefined, wanted: string, policy = {}, wallMs = NOW) => {
  const verdict = judgeCertificate({ ...STRICT_CERTIFICATES, ...policy }, shown, wanted, wallMs);
  return verdict.ok ? "taken" : verdict.error;
};

describe("judgeCertificate()", () => {
  it.each([
    [["dns=pbx.example.net"], "pbx.example.net"],
    [["dns=PBX.Example.NET"], "pbx.example.net."],
    [["uri=sip:example.net", "dns=x.example"], "example.net"],
    [["uri=sips:example.net"], "example.net"],
    [["cn=pbx.example.net"], "pbx.example.net"],
    [["ip=192.0.2.1"], "192.0.2.1"],
    [["ip=2001:DB8::1"], "2001:db8::1"],
  ])("takes %j for %s", (names, wanted) => {
    expect(judge(peer(names), wanted)).toBe("taken");
  });

  it.each([
    [["dns=example.net"], "pbx.example.net"],
    [["dns=pbx.example.net.evil.example"], "pbx.example.net"],
    // With another identity the subject's name does not count. RFC 5922 §7.1
    [["dns=other.example", "cn=pbx.example.net"], "pbx.example.net"],
    // A URI with a user is a person, not a domain.
    [["uri=sip:alice@example.net"], "example.net"],
    [["uri=https:example.net"], "example.net"],
    [["dns=*.example.net"], "pbx.example.net"],
    [["dns=192.0.2.1", "cn=192.0.2.1"], "192.0.2.1"],
    [["ip=192.0.2.1"], "pbx.example.net"],
    [[], "pbx.example.net"],
  ])("refuses %j for %s", (names, wanted) => {
    expect(judge(peer(names), wanted)).toContain(`not for ${wanted}`);
  });

  it.each([
    ["*.example.net", "pbx.example.net", true],
    ["*.example.net", "a.b.example.net", false],
    ["*.example.net", "example.net", false],
    ["p*.example.net", "pbx.example.net", false],
    ["*.net", "example.net", false],
    ["*", "example", false],
  ])("with wildcards allowed %s for %s is %s", (name, wanted, isTaken) => {
    const verdict = judge(peer([`dns=${name}`]), wanted, { wildcards: true });
    expect(verdict === "taken").toBe(isTaken);
  });

  it("refuses what no authority vouches for, and says which fault it has", () => {
    const shown = peer(["dns=a.example"], { distrust: "SELF_SIGNED_CERT_IN_CHAIN" });
    expect(judge(shown, "a.example")).toContain("SELF_SIGNED_CERT_IN_CHAIN");
  });

  it("refuses who shows nothing, even where nothing is verified", () => {
    expect(judge(undefined, "a.example", { verify: false })).toContain("no certificate");
    expect(judge(peer([], { fingerprint: "" }), "a.example", { verify: false })).toContain(
      "no cert",
    );
  });

  it("takes anything where it was told not to verify", () => {
    expect(judge(peer([], { distrust: "X" }), "a.example", { verify: false })).toBe("taken");
  });

  it("takes a fingerprint whatever else is wrong, and nothing beside it", () => {
    const fault = { distrust: "CERT_NOT_YET_VALID", isDateFault: true };
    const pinned = { fingerprints: [PRINT] };
    expect(judge(peer([], fault), "a.example", pinned, 0)).toBe("taken");
    const other = peer(["dns=a.example"], { fingerprint: "cd".repeat(32) });
    expect(judge(other, "a.example", pinned)).toContain("another fingerprint");
  });

  it.each([
    [CLOCK_SET_FROM_MS - 1, "clock of this machine has not been set"],
    [CLOCK_SET_FROM_MS, "CERT_NOT_YET_VALID"],
  ])("at wall time %i a date fault is refused as %s", (wallMs, reason) => {
    const shown = peer(["dns=a.example"], { distrust: "CERT_NOT_YET_VALID", isDateFault: true });
    expect(judge(shown, "a.example", {}, wallMs)).toContain(reason);
  });

  it("does not take a fault that is none of dates for one while the clock is not set", () => {
    const shown = peer(["dns=a.example"], { distrust: "SELF_SIGNED_CERT_IN_CHAIN" });
    expect(judge(shown, "a.example", {}, 0)).toContain("SELF_SIGNED_CERT_IN_CHAIN");
  });
});
