import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createOwnCertificate } from "./own-certificate.ts";

describe("createOwnCertificate()", () => {
  it("makes one that its own key has signed, which says nothing of us but the name", () => {
    const { certificate } = createOwnCertificate("tipring");
    const read = new X509Certificate(certificate);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.subject).toBe("CN=tipring");
    expect(read.issuer).toBe(read.subject);
    expect(read.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
  });

  it("makes one that is valid before any clock is set, and for good", () => {
    const { validFrom, validTo } = new X509Certificate(createOwnCertificate("tipring").certificate);
    expect([Date.parse(validFrom), Date.parse(validTo)]).toEqual([0, 253_402_300_799_000]);
  });

  it("makes each time another, whose bytes are all its own (DER)", () => {
    const seen = new Set<string>();
    for (let count = 0; count < 50; count++) {
      const { certificate } = createOwnCertificate("tipring");
      const read = new X509Certificate(certificate);
      seen.add(read.serialNumber);
      expect(Buffer.compare(read.raw, Buffer.from(certificate))).toBe(0);
    }
    expect(seen.size).toBe(50);
  });
});
