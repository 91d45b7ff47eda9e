import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directTarget, directUri } from "./direct-call.ts";

const CODES = { directCall: "*47A" };

describe("directTarget()", () => {
  it.each([
    ["*47192*168*1*20", "sip:192.168.1.20"],
    ["*47192*168*1*20*5060", "sip:192.168.1.20"],
    ["*47192*168*1*20*5070", "sip:192.168.1.20:5070"],
    ["*4710*0*0*255*1", "sip:10.0.0.255:1"],
    ["*4710*0*0*1*65535", "sip:10.0.0.1:65535"],
    ["*47010*000*000*001", "sip:10.0.0.1"],
    ["*4710*0*0*256", undefined],
    ["*4710*0*0*1*0", undefined],
    ["*4710*0*0*1*65536", undefined],
    ["*4710*0*0", undefined],
    ["*4710*0*0*1*5060*1", undefined],
    ["*4710*0**1", undefined],
    ["*470*0*0*1", undefined],
    ["*47223*0*0*1", "sip:223.0.0.1"],
    ["*47224*0*0*1", undefined],
    ["*47", undefined],
    ["*48192*168*1*20", undefined],
    ["102", undefined],
  ])("of %s is %s", (dialled, uri) => {
    const target = directTarget(CODES, dialled);
    expect(target && directUri(target)).toBe(uri);
    expect(directTarget({}, dialled)).toBeUndefined();
  });

  it("takes whatever is dialled, and names addresses alone", () => {
    const key = fc.constantFrom(..."0123456789*#");
    fc.assert(
      fc.property(fc.array(key, { maxLength: 30 }), (keys) => {
        const target = directTarget(CODES, `*47${keys.join("")}`);
        if (target === undefined) return;
        expect(target.host).toMatch(/^([0-9]{1,3}\.){3}[0-9]{1,3}$/);
        expect(target.port).toBeGreaterThan(0);
      }),
    );
  });
});
