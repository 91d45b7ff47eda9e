import { describe, expect, it } from "vitest";
import type { ConfigProblem } from "./config-problem.ts";
import { rtpSrtp, wantsDtls } from "./resolve-srtp.ts";
import type { UserConfig } from "./user-config.ts";

type Rtp = NonNullable<UserConfig["rtp"]>;

function told(rtp: Rtp, fault?: string) {
  const problems: ConfigProblem[] = [];
  return { ...rtpSrtp({ rtp }, fault, problems), problems };
}

const GCM = "AEAD_AES_128_GCM";
const AES_256 = "AES_256_CM_HMAC_SHA1_80";

describe("rtpSrtp()", () => {
  it("has keys by SDES alone unless told", () => {
    expect(told({ srtp: "optional" }, "no library")).toMatchObject({
      srtp: { policy: "optional", offered: 3 },
      problems: [],
    });
    expect(told({ srtp: "optional" }).srtp).not.toHaveProperty("dtls");
    expect(told({ srtpKeys: ["dtls"] }, "no library")).toEqual({ problems: [] });
    expect(told({ srtp: "required", srtpSuites: [AES_256] })).toEqual({
      srtp: { policy: "required", suites: [AES_256] },
      problems: [],
    });
  });

  it.each([
    [["dtls"], true, []],
    [["dtls", "sdes"], true, [GCM, AES_256]],
    [["sdes", "dtls"], false, [GCM, AES_256]],
  ] as const)("keys from %j: DTLS first %s, SDES has %j", (srtpKeys, isFirst, suites) => {
    expect(told({ srtp: "required", srtpKeys, srtpSuites: [GCM, AES_256] })).toEqual({
      srtp: { policy: "required", suites, dtls: { isFirst, suites: [GCM] } },
      problems: [],
    });
  });

  it("begins with the suite that everybody has", () => {
    expect(told({ srtp: "required", srtpKeys: ["dtls"] }).srtp).toMatchObject({
      suites: [],
      dtls: { suites: ["AES_CM_128_HMAC_SHA1_80", expect.any(String), GCM, "AEAD_AES_256_GCM"] },
    });
  });

  it("says what is wrong where this machine has no DTLS, or DTLS no name for a suite", () => {
    const { problems } = told({ srtp: "optional", srtpKeys: ["sdes", "dtls"] }, "Install it.");
    expect(problems).toEqual([
      {
        path: ["rtp", "srtpKeys", 1],
        text: 'is "dtls", which this machine does not have. Install it.',
      },
    ]);
    const none = told({ srtp: "optional", srtpKeys: ["dtls"], srtpSuites: [AES_256] });
    expect(none.problems).toMatchObject(
      [{ path: ["rtp", "srtpSuites"], text: /none that DTLS/ }].map((one) => ({
        ...one,
        text: expect.stringMatching(one.text),
      })),
    );
  });
});

describe("wantsDtls()", () => {
  it.each([
    [{}, false],
    [{ srtp: "off", srtpKeys: ["dtls"] }, false],
    [{ srtp: "optional" }, false],
    [{ srtp: "optional", srtpKeys: ["sdes", "dtls"] }, true],
  ] as const)("%j: %s", (rtp, wants) => expect(wantsDtls({ rtp })).toBe(wants));
});
