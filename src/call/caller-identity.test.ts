import { describe, expect, it } from "vitest";
import type { Digit } from "../base/audio.ts";
import { utf8TextFromLatin1 } from "../base/bytes.ts";
import { parseXml } from "../sip/index.ts";
import { createCallControl } from "./call-control.ts";
import {
  configOf,
  DIAL_TONE,
  FAR,
  invite,
  key,
  LOCAL,
  lift,
  media,
  OUT,
  opened,
  play,
  progress,
  RINGING,
  type Step,
  TALKING,
  trip,
  ua,
} from "./call-script.fixture.ts";
import type { CallConfig, CallInput } from "./call-types.ts";
import { NO_CHOICES } from "./policy/choices.ts";

/** The INVITE of a call to a number, with this configuration. */
function inviteOf(number: readonly Digit[], changes: Partial<CallConfig>) {
  const digits = number.map((digit): Step => [key(digit)]);
  const steps: readonly Step[] = [[lift, ...DIAL_TONE], ...digits, [opened]];
  const { outputs } = play(createCallControl(configOf(changes)), steps);
  return outputs.flatMap((output) =>
    output.kind === "ua" && output.command.kind === "invite" ? [output.command] : [],
  )[0];
}

const PLAIN = ["1", "0", "2"] as const;
const HELP = ["1", "1", "2"] as const;
const LOCATION = "https://lis.example.net/line1";

describe("an INVITE of ours", () => {
  it("says nothing of its own where nothing is wanted", () => {
    expect(inviteOf(PLAIN, {})).toMatchObject({ uri: "sip:102@example.org", headers: [] });
    expect(inviteOf(PLAIN, {})?.from).toBe(undefined);
  });

  it("withholds the number from the called, and tells it to the server", () => {
    expect(inviteOf(PLAIN, { choices: { ...NO_CHOICES, withholdsNumber: true } })).toMatchObject({
      from: { displayName: "Anonymous", uri: "sip:anonymous@anonymous.invalid" },
      headers: [
        { name: "privacy", value: "id" },
        { name: "p-preferred-identity", value: "<sip:101@example.org>" },
      ],
    });
  });

  it.each([
    ["*67", false, "sip:anonymous@anonymous.invalid"],
    ["*67", true, "sip:anonymous@anonymous.invalid"],
    ["*82", true, undefined],
    ["*82", false, undefined],
  ] as const)(
    "the code %s decides for one call, withheld else: %s",
    (code, withholdsNumber, from) => {
      const changes = {
        choices: { ...NO_CHOICES, withholdsNumber },
        withholdCode: "*67",
        showCode: "*82",
      };
      // Each character of a code is a key.
      const command = inviteOf([...code, "1", "0", "2"] as readonly Digit[], changes);
      expect([command?.uri, command?.from?.uri]).toEqual(["sip:102@example.org", from]);
    },
  );

  it("a call for help behind a code hides nothing", () => {
    const changes = { withholdCode: "*67", showCode: "" };
    expect(inviteOf(["*", "6", "7", "1", "1", "2"], changes)).toMatchObject({
      uri: "sip:112@example.org",
      headers: [{ name: "priority", value: "emergency" }],
    });
  });

  it.each([
    ["example.org", "tel:102;phone-context=example.org"],
    ["+49711", "tel:102;phone-context=+49711"],
  ])("calls a number as one of %s where that is wanted", (context, uri) => {
    expect(inviteOf(PLAIN, { tel: { context } })?.uri).toBe(uri);
  });

  it("for help tells the place of the line in its body, beside the description", () => {
    const place = {
      latitude: 48.7758,
      longitude: -9.1829,
      civic: { RD: 'König "&" Straße', country: "DE", HNO: "1a" },
    };
    const command = inviteOf(HELP, { emergency: { asUrn: true, place, location: LOCATION } });
    const boundary = /^multipart\/mixed;boundary=(\S+)$/.exec(command?.contentType ?? "")?.[1];
    const [, description = "", location = "", end] = command?.body?.split(`--${boundary}`) ?? [];
    expect(end).toBe("--\r\n");
    expect(description).toMatch(
      /^\r\nContent-Type: application\/sdp\r\n\r\nv=0\r\n[\s\S]*m=audio /,
    );
    const id = /\r\nContent-ID: <([^>]+)>\r\n/.exec(location)?.[1];
    expect(command?.headers?.filter(({ name }) => name.startsWith("geo"))).toEqual([
      { name: "geolocation", value: `<cid:${id}>` },
      { name: "geolocation-routing", value: "yes" },
    ]);
    const [, xml = ""] = location.split("\r\n\r\n");
    const parsed = parseXml(utf8TextFromLatin1(xml));
    expect(parsed.ok).toBe(true);
    expect(xml).toContain("<gml:pos>48.7758 -9.1829</gml:pos>");
    expect(utf8TextFromLatin1(xml)).toContain(
      "<ca:country>DE</ca:country><ca:HNO>1a</ca:HNO>" +
        "<ca:RD>König &quot;&amp;&quot; Straße</ca:RD>",
    );
  });

  it("tells no place in any other call", () => {
    const emergency = { asUrn: true, place: { latitude: 1, longitude: 2 } };
    expect(inviteOf(PLAIN, { emergency })?.contentType).toBe("application/sdp");
  });

  it("for help withholds nothing, and says where it comes from", () => {
    const emergency = { asUrn: true, location: LOCATION };
    const command = inviteOf(HELP, {
      choices: { ...NO_CHOICES, withholdsNumber: true },
      emergency,
    });
    expect(command).toMatchObject({
      uri: "urn:service:sos",
      headers: [
        { name: "priority", value: "emergency" },
        { name: "geolocation", value: `<${LOCATION}>` },
        { name: "geolocation-routing", value: "yes" },
      ],
    });
    expect(command?.from).toBe(undefined);
    expect(inviteOf(HELP, {})?.uri).toBe("sip:112@example.org");
  });
});

describe("a call that is refused for what it carries", () => {
  const place = { latitude: 1, longitude: 2 };
  const full = { emergency: { asUrn: true, place, location: LOCATION } };
  const tel = { tel: { context: "+49711" } };
  const failed = (session: string, status: number): CallInput =>
    ua({ kind: "failed", session, status, reason: "No" });

  /** The INVITEs of a call whose every try is refused so; it rings before where that is said. */
  function invites(
    number: readonly Digit[],
    changes: Partial<CallConfig>,
    status: number,
    rings = false,
  ) {
    const digits = number.map((digit): Step => [key(digit)]);
    const ringing: readonly Step[] = rings ? [[progress(180)]] : [];
    const tries: readonly Step[] = [[failed(OUT, status)], [failed(`${OUT}-plain`, status)]];
    const steps = [[lift, ...DIAL_TONE] as Step, ...digits, [opened] as Step, ...ringing, ...tries];
    const { outputs } = play(createCallControl(configOf(changes)), steps);
    return outputs.flatMap((output) =>
      output.kind === "ua" && output.command.kind === "invite" ? [output.command] : [],
    );
  }

  it.each([
    ["the service has no name there", 404, full],
    ["the scheme is not known", 416, full],
    ["a body of parts is not", 415, full],
    ["nothing is known of places", 424, { emergency: { asUrn: false, location: LOCATION } }],
    ["the server cannot say why", 500, { emergency: { asUrn: true } }],
    ["a number is no URI there", 416, { ...tel, emergency: { asUrn: false } }],
  ])("for help is made again, once, by the number alone: %s", (_what, status, changes) => {
    const [first, second, ...more] = invites(HELP, changes, status);
    expect(more).toEqual([]);
    expect([first?.uri, first?.headers]).not.toEqual([second?.uri, second?.headers]);
    expect(second).toMatchObject({
      session: `${OUT}-plain`,
      uri: "sip:112@example.org",
      contentType: "application/sdp",
      headers: [{ name: "priority", value: "emergency" }],
    });
    expect(second?.body).toMatch(/^v=0\r\n/);
  });

  it.each([
    ["for help, busy", HELP, full, 486, false],
    ["for help, that rang", HELP, full, 500, true],
    ["for help, that carried nothing", HELP, {}, 404, false],
    ["to anybody, to a number that is none", PLAIN, tel, 404, false],
    ["to anybody by sip:", PLAIN, {}, 416, false],
  ] as const)("is made no second time: %s", (_what, number, changes, status, rings) => {
    expect(invites(number, changes, status, rings)).toHaveLength(1);
  });

  it("to anybody is made by sip: where the server knows no tel:", () => {
    expect(invites(PLAIN, tel, 416).map(({ uri }) => uri)).toEqual([
      "tel:102;phone-context=+49711",
      "sip:102@example.org",
    ]);
  });
});

const anonymous = invite({ headers: [{ name: "privacy", value: "id" }] });
const elsewhere = (session: string): CallInput =>
  ua({
    kind: "ended",
    session,
    cause: "cancel",
    request: {
      kind: "request",
      method: "CANCEL",
      uri: "sip:101@example.org",
      headers: [{ name: "reason", value: 'SIP;cause=200;text="Call completed elsewhere"' }],
      body: "",
    },
  });
const noMedia = (session: string): CallInput => media({ kind: "open-failed", session, reason: "" });

interface Course {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly changes?: Partial<CallConfig>;
}

const REFUSED: readonly Step[] = [[anonymous, "ua end 433", "record failed 433 box"]];

const COURSES: readonly Course[] = [
  {
    name: "of who will not say so is refused",
    steps: REFUSED,
    changes: { choices: { ...NO_CHOICES, rejectsAnonymous: true } },
  },
  {
    name: "is refused so too where the display is told nothing",
    steps: REFUSED,
    changes: { choices: { ...NO_CHOICES, rejectsAnonymous: true }, callerId: false },
  },
  { name: "of who will not say so rings otherwise", steps: [[anonymous, "media open"]] },
  {
    name: "of who says it rings",
    steps: [[invite(), "media open"]],
    changes: { choices: { ...NO_CHOICES, rejectsAnonymous: true } },
  },
  {
    name: "that somebody else answered is no missed call",
    steps: [
      ...RINGING,
      [elsewhere(FAR), "line stop-ringing", "media close"],
      [noMedia(OUT), "record elsewhere far"],
      [trip, ...DIAL_TONE],
    ],
  },
  {
    name: "that waited, and that somebody else answered, is none either",
    steps: [
      ...TALKING,
      [invite(), "media open"],
      [
        media({ kind: "opened", session: "line1-t3", local: LOCAL }),
        "ua respond 180",
        "line call-waiting",
      ],
      [elsewhere(FAR), "line tone-off", "media close"],
      [noMedia("line1-t3"), "record elsewhere far"],
    ],
  },
];

describe("an INVITE to us", () => {
  it.each(COURSES)("$name", ({ steps, changes }) => {
    const { told, expected } = play(createCallControl(configOf(changes)), steps);
    expect(told).toEqual(expected);
  });

  it("that was forwarded says so in its record", () => {
    const diversion = { name: "diversion", value: "<sip:200@example.org>;reason=no-answer" };
    const { outputs } = play(createCallControl(configOf()), [
      [invite({ headers: [diversion] }), "media open"],
      [noMedia(OUT), "ua end 500"],
      [2000],
    ]);
    const record = outputs.find((output) => output.kind === "record");
    expect(record).toMatchObject({ record: { forwardedBy: "200" } });
  });
});
