import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Result } from "../../base/result.ts";
import { parseAnyCSeq } from "./cseq.ts";
import { parseAnyNameAddr } from "./name-addr.ts";
import {
  methodIn,
  type PlainReader,
  passPlainUri,
  passPlainVia,
  plainAddress,
  plainCSeq,
  plainly,
  plainStop,
  plainUri,
  plainVia,
} from "./plain.ts";
import { parseStartLine, plainStartLine } from "./start-line.ts";
import { PLAIN_MAX, setUnits, UNITS } from "./units.ts";
import { parseAnyUri } from "./uri.ts";
import { parseAnyVia } from "./via.ts";

type Whole = (text: string, start: number, end: number) => Result<unknown, string>;

interface Pair {
  readonly plain: PlainReader<unknown>;
  readonly whole: Whole;
  /** It reads all of its piece or nothing. */
  readonly readsAll?: true;
  /** What is plain. */
  readonly good: readonly string[];
  /** What only the whole grammar reads, or nothing does. */
  readonly odd: readonly string[];
}

const PARAMS = Array.from({ length: 64 }, (_, at) => `;p${at}`).join("");

const PAIRS: Readonly<Record<string, Pair>> = {
  uri: {
    plain: plainUri,
    whole: parseAnyUri,
    good: [
      "sip:h",
      "sip:101@192.0.2.10:5060;transport=udp",
      "sip:+15551234@example.com;user=phone;lr",
      "sip:a.b-c_d@h:65535",
      "sip:a&b=c+d$e,f/g@h",
      "sip:h;tag=;ttl=1;x",
      `sip:h${PARAMS}`,
    ],
    odd: [
      ...["", "sip:", "SIP:h", "sips:h", "tel:+1", "sip:@h", "sip:a@", "sip:a:b@h", "sip:%41@h"],
      ...["sip:h:", "sip:h:65536", "sip:h:000080", "sip:[::1]", "sip:h;LR", "sip:h;a=%41"],
      ...["sip:h;;a", "sip:h;", "sip:h;=a", "sip:h;a=b=c", "sip:h?a=b", "sip:a;b=c@h", "sip:a?b@h"],
      ...["sip:h;p@h", "sip:a b@h", "sip:a#b@h", "sip:h,", `sip:h${PARAMS};x`, "sip:\u0141@h"],
    ],
  },
  address: {
    plain: plainAddress,
    whole: parseAnyNameAddr,
    good: [
      '"Bob Miller" <sip:102@example.com>;tag=1928301774',
      "<sip:101@example.com>",
      '"" <sip:h>',
      '"Z\xc3\xab, <x>"<sip:h;lr>;q=0.5',
      "<sip:h>;received=[2001:db8::1];a=b=c;+sip.instance",
    ],
    odd: [
      ...["", "*", "sip:a@h;tag=1", "Bob <sip:h>", '"Bob', '"Bob" x', '"B\\"b" <sip:h>', "<sip:h"],
      ...["<sip:h> ;tag=1", "<sip:h>;tag = 1", "<sip:h>;TAG=1", '<sip:h>;a="b;c"', "<sip:h>,"],
      ...["< sip:h>", "<sip:h >", "<tel:+1>", "<sip:h?a=b>", '"B"  <sip:h>', '"B\t" <sip:h>'],
      ...["<sip:h>;;tag=1", "<sip:h>;", `<sip:h>${PARAMS};x`, ' "B" <sip:h>', "<sip:h>;tag=1 "],
    ],
  },
  via: {
    plain: plainVia,
    whole: parseAnyVia,
    good: [
      "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK2d4790e75;rport=5060;received=192.0.2.1",
      "SIP/2.0/TCP h;rport;branch=x",
      "SIP/2.0/TLS h",
      "SIP/2.0/UDP h;branch=",
      "SIP/2.0/UDP h;branch=a;branch=b",
    ],
    odd: [
      ...["", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/2.0/SCTP h", "sip/2.0/udp h", "SIP/2.0/UDPh"],
      ...["SIP / 2.0 / UDP h", "SIP/2.0/UDP  h", "SIP/2.0/UDP h : 5", "SIP/2.0/UDP [::1];branch=a"],
      ...["SIP/2.0/UDP h;BRANCH=a", 'SIP/2.0/UDP h;a="b"', "SIP/2.0/UDP h;", "SIP/3.0/UDP h"],
      ...["SIP/2.0/UDP h:99999", "SIP/2.0/UDP h;branch=a ", "SIP/2.0/UDP h,SIP/2.0/UDP i"],
    ],
  },
  cseq: {
    plain: plainCSeq,
    whole: parseAnyCSeq,
    good: ["314159 INVITE", "0 x", "999999999 REGISTER", "0009 INVITER"],
    odd: [
      ...[
        "",
        "1",
        "1 ",
        " 1 INVITE",
        "1  INVITE",
        "1\tINVITE",
        "2147483647 INVITE",
        "2147483648 A",
      ],
      ...["1 IN VITE", "-1 A", "0x1 A", "1 A ", "INVITE"],
    ],
  },
  "start line": {
    plain: plainStartLine,
    readsAll: true,
    whole: (text, start, end) => {
      const value = parseStartLine(text, start, end);
      return value === undefined ? { ok: false, error: "none" } : { ok: true, value };
    },
    good: [
      "INVITE sip:101@192.0.2.10:5060;transport=udp SIP/2.0",
      "X-1 sip:h SIP/2.0",
      "SIP/2.0 200 OK",
      "SIP/2.0 100 \xd0\x9e no\tmore",
      "SIP/2.0 699 x",
    ],
    odd: [
      ...[
        "",
        "INVITE",
        "INVITE ",
        "INVITE sip:h",
        "INVITE sip:h SIP/2.0 ",
        "INVITE  sip:h SIP/2.0",
      ],
      ...[
        "INVITE sip:h  SIP/2.0",
        "INVITE sip:h sip/2.0",
        "INVITE sip:h SIP/2.1",
        "A tel:1 SIP/2.0",
      ],
      ...["INVITE <sip:h> SIP/2.0", "INVITE sip:h SIP/2.00", "(A sip:h SIP/2.0", "A/sip:h SIP/2.0"],
      ...["SIP/2.0", "SIP/2.0 200", "SIP/2.0 200 ", "SIP/2.0  200 OK", "SIP/2.0 200  OK"],
      ...[
        "SIP/2.0 200 OK ",
        "SIP/2.0 2000 OK",
        "SIP/2.0 20 OK",
        "SIP/2.0 099 OK",
        "SIP/2.0 700 OK",
      ],
      ...["sip/2.0 200 OK", "SIP/3.0 200 OK", "SIP/2.0 2:0 OK", "SIP/2.0 20/ OK", "SIP/2.0/200 OK"],
      `A sip:${"h".repeat(PLAIN_MAX)} SIP/2.0`,
    ],
  },
};

/** What a plain reader makes of all of a text; undefined where it is not plain. */
function plainOf({ plain, readsAll }: Pair, text: string): unknown {
  // Something in front and behind: it must look no further than it is told.
  const around = `;"${text};x=y>`;
  setUnits(around);
  const value = plain(around, 2, 2 + text.length);
  return readsAll || plainStop() === 2 + text.length ? value : undefined;
}

describe.each(Object.entries(PAIRS))("a plain %s", (_name, pair) => {
  it.each(pair.good.map((text) => [text]))("reads %j as the whole grammar does", (text) => {
    const value = plainOf(pair, text);
    expect(value).toBeDefined();
    expect({ ok: true, value }).toEqual(pair.whole(text, 0, text.length));
  });

  it.each(pair.odd.map((text) => [text]))("leaves %j to the whole grammar", (text) => {
    expect(plainOf(pair, text)).toBeUndefined();
  });

  it("is never another one than the whole grammar reads", () => {
    const all = [...pair.good, ...pair.odd];
    const bit = fc.oneof(
      fc.constantFrom(...':;@=<>"\\,?%. \t\r\n[]/+-_A0\x7f\xff'),
      fc.constantFrom(";tag=", ";lr", "sip:", "SIP/2.0/UDP ", ";branch", "\u0141", " SIP/2.0"),
      fc.string({ unit: "binary-ascii", maxLength: 3 }),
    );
    const change = fc.tuple(fc.nat(100), fc.nat(3), bit);
    const text = fc
      .tuple(fc.constantFrom(...all), fc.array(change, { maxLength: 4 }))
      .map(([from, changes]) =>
        changes.reduce(
          (now, [at, cut, piece]) => now.slice(0, at) + piece + now.slice(at + cut),
          from,
        ),
      );
    fc.assert(
      fc.property(text, (mutant) => {
        const value = plainOf(pair, mutant);
        if (value === undefined) return;
        expect({ ok: true, value }).toEqual(pair.whole(mutant, 0, mutant.length));
      }),
      { numRuns: 300 },
    );
  });
});

describe("passPlainUri() and passPlainVia()", () => {
  it.each([
    ["uri", passPlainUri],
    ["via", passPlainVia],
  ])("pass the same as the reader of a %s", (name, pass) => {
    const { plain, good = [], odd = [] } = PAIRS[name] ?? {};
    expect(good.length * odd.length).toBeGreaterThan(0);
    for (const text of [...good, ...odd]) {
      setUnits(text);
      const value = plain?.(text, 0, text.length);
      const end = plainStop();
      expect([text, pass(0, text.length)]).toEqual([text, value !== undefined]);
      if (value !== undefined) expect(plainStop()).toBe(end);
    }
  });
});

describe("plainly()", () => {
  it.each([
    ["nothing", "", undefined],
    ["all of it", "sip:h", "h"],
    ["a part of it", "sip:h>", undefined],
    ["up to its limit", `sip:${"h".repeat(PLAIN_MAX - 4)}`, "h".repeat(PLAIN_MAX - 4)],
    ["past its limit", `sip:${"h".repeat(PLAIN_MAX - 3)}`, undefined],
  ])("reads %s", (_what, text, host) => {
    expect(plainly(plainUri, `<${text}>`, 1, 1 + text.length)?.host).toBe(host);
  });
});

describe("methodIn()", () => {
  it.each([
    ["INVITE", "INVITE"],
    ["INVITe", "INVITe"],
    ["INVIT", "INVIT"],
    ["ACK", "ACK"],
    ["SUBSCRIBE", "SUBSCRIBE"],
    ["SUBSCRIBEsubscribeSUBSCR", "SUBSCRIBEsubscribeSUBSCR"],
    ["INFO x", "INFO"],
    ["IN/O", "IN"],
    ["", undefined],
    ["(x", undefined],
  ])("reads %j as %j", (text, method) => {
    setUnits(`${text}INVITE`);
    expect(methodIn(text, 0, text.length)).toBe(method);
    expect(plainStop()).toBe(method?.length ?? 0);
  });
});

describe("parameters that nobody has asked for yet", () => {
  const via = (params: string) => {
    const text = `SIP/2.0/UDP h${params}`;
    return plainly(plainVia, text, 0, text.length);
  };

  it.each([
    [
      ";branch=a;rport;x=",
      [
        ["branch", "a"],
        ["rport", undefined],
        ["x", ""],
      ],
    ],
    [
      ";a=1;a=2;b",
      [
        ["a", "1"],
        ["b", undefined],
      ],
    ],
    [
      ";a=b=c;d==",
      [
        ["a", "b=c"],
        ["d", "="],
      ],
    ],
  ])("are there when somebody asks: %s", (text, expected) => {
    expect([...(via(text)?.params ?? [])]).toEqual(expected);
    expect(via(text)?.params.size).toBe(expected.length);
    for (const [name, value] of expected) {
      expect(via(text)?.params.get(name ?? "")).toBe(value);
      expect(via(text)?.params.has(name ?? "")).toBe(true);
    }
    expect(via(text)?.params.has("none")).toBe(false);
  });

  it.each([
    [";branch=a;branch=b", "a"],
    [";branch;branch=b", undefined],
    [";branch=", undefined],
    [";brAnch=a", undefined],
    [";xbranch=a;branchx=b", undefined],
    [";rport;branch=c", "c"],
    ["", undefined],
  ])("of %j the branch is %j", (text, branch) => {
    expect(via(text)?.branch).toBe(branch);
  });
});

describe("setUnits()", () => {
  const seen = (count: number): readonly number[] => [...UNITS.subarray(0, count)];

  it.each([
    ["ASCII", "ab", [0x61, 0x62]],
    ["bytes above it", "a\xff", [0x61, 0xff]],
    ["what is no byte", "\u0141b", [0, 0x62]],
    ["a long text with one at its end", `${"a".repeat(99)}\xe9`, [...Array(99).fill(0x61), 0xe9]],
  ])("sets %s", (_what, text, expected) => {
    setUnits(text);
    expect(seen(text.length)).toEqual(expected);
  });

  it("takes the bytes that a text was decoded from, where they are as many", () => {
    setUnits("abc", Uint8Array.of(1, 2, 3));
    expect(seen(3)).toEqual([1, 2, 3]);
    setUnits("abc", Uint8Array.of(1, 2, 3, 4));
    expect(seen(3)).toEqual([0x61, 0x62, 0x63]);
  });
});
