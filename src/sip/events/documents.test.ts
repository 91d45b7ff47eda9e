import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DialogStanding, dialogInfo, parseDialogInfo } from "./dialog-info.ts";
import { messageSummary, parseMessageSummary } from "./message-summary.ts";
import { type ContactStanding, parseRegInfo, regInfo } from "./reg-info.ts";
import type { WatchDocument } from "./watch-types.ts";

const whole = ({ body, rest }: WatchDocument): string =>
  rest === undefined ? body : `${body}7${rest}`;

describe("dialogInfo(), parseDialogInfo()", () => {
  const call: DialogStanding = {
    id: "a&b",
    direction: "recipient",
    stage: "early",
    remote: { uri: "sip:102@example.org", displayName: 'Bob "B"' },
  };

  it("writes who calls whom and how far it is", () => {
    const text = whole(dialogInfo("sip:101@example.org", [call]));
    expect(text).toContain('version="7" state="full" entity="sip:101@example.org"');
    expect(text).toContain('<dialog id="a&amp;b" direction="recipient"><state>early</state>');
    expect(text).toContain('<identity display="Bob &quot;B&quot;">sip:102@example.org</identity>');
  });

  it("names the dialog to who may pick it up, and where", () => {
    const ids = { callId: "c&1", localTag: "l", remoteTag: "r" };
    const { remote: _, ...withheld } = call;
    const text = whole(dialogInfo("sip:101@example.org", [{ ...withheld, ids }]));
    expect(text).toContain(
      '<dialog id="a&amp;b" call-id="c&amp;1" local-tag="l" remote-tag="r" direction="recipient">' +
        "<state>early</state><local><identity>sip:101@example.org</identity>" +
        '<target uri="sip:101@example.org"/></local></dialog>',
    );
    expect(parseDialogInfo(text)?.dialogs).toEqual([{ id: "a&b", stage: "early" }]);
  });

  it("reads what it wrote, and what is cut short as far as it makes sense", () => {
    expect(parseDialogInfo(whole(dialogInfo("sip:1@a", [call])))).toEqual({
      isFull: true,
      dialogs: [{ id: "a&b", stage: "early" }],
    });
    const odd =
      '<dialog-info state="partial"><dialog id="1"><state event="x">TERMINATED</state></dialog>' +
      "<dialog><state>early</state></dialog><dialog id='2'><state>odd</state></dialog>" +
      "</dialog-info>";
    expect(parseDialogInfo(odd)).toEqual({
      isFull: false,
      dialogs: [{ id: "1", stage: "terminated" }],
    });
    expect(parseDialogInfo("<reginfo/>")).toBeUndefined();
  });
});

describe("regInfo(), parseRegInfo()", () => {
  const contact: ContactStanding = {
    uri: "sip:101@192.0.2.1;transport=tcp",
    isActive: true,
    event: "registered",
    expiresS: 60,
    instance: "<urn:uuid:1>",
  };

  it("reads what it wrote", () => {
    const text = whole(regInfo("sip:101@example.org", [contact]));
    expect(text).toContain('aor="sip:101@example.org"');
    expect(text).toContain('state="active">');
    expect(parseRegInfo(text)).toEqual({ isFull: true, contacts: [contact] });
    expect(whole(regInfo("sip:101@example.org", []))).toContain('state="init">');
  });

  it("tells the GRUUs of who was granted some, and by which registration", () => {
    const gruus = {
      ...{ public: "sip:101@x;gr=a&b", temporary: "sip:t1@x;gr", firstCseq: 3 },
      ...{ callId: "c<1", cseq: 9 },
    };
    const text = whole(regInfo("sip:101@example.org", [{ ...contact, gruus }]));
    expect(text).toContain(' xmlns:gr="urn:ietf:params:xml:ns:gruuinfo"');
    expect(text).toContain(' callid="c&lt;1" cseq="9"');
    expect(text).toContain(
      '<gr:pub-gruu uri="sip:101@x;gr=a&amp;b"/><gr:temp-gruu uri="sip:t1@x;gr" first-cseq="3"/>',
    );
    expect(parseRegInfo(text)?.contacts).toEqual([contact]);
    expect(whole(regInfo("sip:101@example.org", [contact]))).not.toContain("gruuinfo");
  });

  it("reads a termination with its reason, and leaves out what makes no sense", () => {
    const text =
      '<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="1" state="partial">' +
      '<registration aor="sip:a@b" id="r" state="terminated">' +
      '<contact id="1" state="terminated" event="probation" retry-after="120">' +
      "<uri> sip:a@c </uri></contact>" +
      '<contact id="2" state="active" event="odd"><uri>sip:x</uri></contact>' +
      '<contact id="3" state="active" event="created"/></registration></reginfo>';
    expect(parseRegInfo(text)).toEqual({
      isFull: false,
      contacts: [{ uri: "sip:a@c", isActive: false, event: "probation", retryAfterS: 120 }],
    });
  });
});

describe("messageSummary()", () => {
  it("is read back", () => {
    const summary = { waiting: true, newVoice: 2, oldVoice: 5 };
    const text = whole(messageSummary("sip:101@example.org", summary));
    expect(parseMessageSummary(text)).toEqual(summary);
    expect(whole(messageSummary("sip:1@a", { waiting: false }))).toBe(
      "Messages-Waiting: no\r\nMessage-Account: sip:1@a\r\n",
    );
  });
});

describe("the parsers of notifications", () => {
  it("never throw", () => {
    const text = whole(dialogInfo("sip:1@a", []));
    fc.assert(
      fc.property(fc.nat(text.length), fc.string(), (at, noise) => {
        const spoiled = `${text.slice(0, at)}${noise}${text.slice(at)}`;
        for (const one of [noise, spoiled]) {
          parseDialogInfo(one);
          parseRegInfo(one);
          parseMessageSummary(one);
        }
      }),
    );
  });
});
