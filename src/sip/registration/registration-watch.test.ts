import { describe, expect, it } from "vitest";
import { answerTo, Desk, field, OURS, PEER } from "../testing/desk.ts";
import type { SipAccount } from "../user-agent-types.ts";
import { revocationOf } from "./registration-watch.ts";

const ACCOUNT: SipAccount = {
  id: "line-1",
  user: "101",
  domain: "example.org",
  server: PEER,
  register: true,
  expiresS: 600,
  instance: "urn:uuid:1",
  watchesRegistration: true,
};
const BOUND = "sip:101@192.0.2.10:5060";

/** A document with contacts as `state event uri`, `#` before one that has our instance. */
function document(state: string, ...contacts: readonly string[]): string {
  const all = contacts.map((text, at) => {
    const [standing = "", event = "", uri = "", extra = ""] = text.replace("#", "").split(" ");
    const instance = text.startsWith("#")
      ? '<unknown-param name="+sip.instance">"&lt;urn:uuid:1&gt;"</unknown-param>'
      : "";
    const about = `id="${at}" state="${standing}" event="${event}" ${extra}`;
    return `<contact ${about}><uri>${uri}</uri>${instance}</contact>`;
  });
  const inside = `<registration aor="sip:101@example.org" id="r" state="active">${all.join("")}`;
  return `<reginfo version="0" state="${state}">${inside}</registration></reginfo>`;
}

describe("revocationOf()", () => {
  it.each([
    ["ours is there", document("full", `active registered ${BOUND}`), undefined],
    ["somebody else's is gone", document("full", "terminated expired sip:101@a"), undefined],
    ["nobody is there", document("full"), undefined],
    ["no document", "hello", undefined],
    ["switched off", document("partial", `terminated deactivated ${BOUND}`), "deactivated 1000"],
    ["run out over there", document("full", `terminated expired ${BOUND}`), "expired 1000"],
    ["refused for good", document("full", `terminated rejected ${BOUND}`), "rejected 300000"],
    [
      "put on probation",
      document("full", `terminated probation ${BOUND} retry-after="77"`),
      "probation 77000",
    ],
    [
      "rewritten, in a full document",
      document("full", "#terminated deactivated sip:101@nat"),
      "deactivated 1000",
    ],
    [
      "the one before, in a partial document",
      document("partial", "#terminated unregistered sip:101@before"),
      undefined,
    ],
    [
      "the one before, beside the present one",
      document("full", "#terminated unregistered sip:101@before", `#active created ${BOUND}`),
      undefined,
    ],
  ])("%s", (_, body, told) => {
    const revoked = revocationOf(body, BOUND, ACCOUNT);
    expect(revoked && `${revoked.event} ${revoked.waitMs}`).toBe(told);
  });
});

describe("RegistrationWatch", () => {
  /** A registered account, and its SUBSCRIBE. */
  function watching(): { readonly desk: Desk; readonly subscribe: string } {
    const desk = new Desk({ serves: ["NOTIFY"] });
    desk.command({ kind: "add-account", account: ACCOUNT });
    const register = desk.next();
    const contact = `Contact: ${field(register, "Contact")}`;
    desk.receive(answerTo(register, "200 OK", "s", [contact, "Expires: 600"]));
    const subscribe = desk.letters.find(({ text }) => text.startsWith("SUBSCRIBE"))?.text ?? "";
    const accepted = ["Expires: 600", "Contact: <sip:r@192.0.2.20>"];
    desk.receive(answerTo(subscribe, "200 OK", "reg", accepted));
    desk.letters = [];
    desk.events = [];
    return { desk, subscribe };
  }

  const notify = (subscribe: string, body: string): string =>
    [
      `NOTIFY sip:101@${OURS.host} SIP/2.0`,
      "Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bKn1",
      `From: ${field(subscribe, "To")};tag=reg`,
      `To: ${field(subscribe, "From")}`,
      `Call-ID: ${field(subscribe, "Call-ID")}`,
      "CSeq: 1 NOTIFY",
      "Contact: <sip:r@192.0.2.20>",
      "Event: reg",
      "Subscription-State: active;expires=600",
      "Content-Type: application/reginfo+xml",
      `Content-Length: ${body.length}`,
      "",
      body,
    ].join("\n");

  it("registers after longer and longer where the registrar ends it each time", () => {
    const { desk, subscribe } = watching();
    const waits: number[] = [];
    for (let times = 0; times < 8; times++) {
      const cseq = `CSeq: ${times + 1} NOTIFY`;
      const body = document("full", `terminated deactivated ${BOUND}`);
      const again = notify(subscribe, body).replace("CSeq: 1 NOTIFY", cseq);
      desk.receive(again.replace("z9hG4bKn1", `z9hG4bKn${times}`));
      const { retryMs = 0 } = desk.event("registration-failed") ?? {};
      waits.push(Math.floor(retryMs / 1000));
      desk.letters = [];
      desk.advance(retryMs);
      const register = desk.letters.find(({ text }) => text.startsWith("REGISTER"))?.text ?? "";
      const contact = `Contact: ${field(register, "Contact")}`;
      desk.receive(answerTo(register, "200 OK", "s", [contact, "Expires: 6000"]));
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 120]);
    for (let minutes = 0; minutes < 10; minutes++) {
      desk.advance(60_000);
      for (const { text } of desk.letters.splice(0)) {
        if (text.startsWith("SUBSCRIBE")) desk.receive(answerTo(text, "200 OK", "reg"));
      }
    }
    desk.events = [];
    const body = document("full", `terminated deactivated ${BOUND}`);
    const later = notify(subscribe, body).replace("CSeq: 1 NOTIFY", "CSeq: 99 NOTIFY");
    desk.receive(later.replace("z9hG4bKn1", "z9hG4bKlater"));
    expect(Math.floor((desk.event("registration-failed")?.retryMs ?? 0) / 1000)).toBe(1);
  });

  it("asks once it is registered, and registers anew when its contact was taken away", () => {
    const { desk, subscribe } = watching();
    expect(subscribe).toMatch(/^SUBSCRIBE sip:101@example\.org SIP\/2\.0\r\n/);
    expect([field(subscribe, "Event"), field(subscribe, "Accept")]).toEqual([
      "reg",
      "application/reginfo+xml",
    ]);
    desk.receive(notify(subscribe, document("full", `active registered ${BOUND}`)));
    expect([desk.firstLines(), desk.eventKinds()]).toEqual([["SIP/2.0 200 OK"], []]);
    desk.receive(
      notify(subscribe, document("full", `terminated deactivated ${BOUND}`))
        .replace("z9hG4bKn1", "z9hG4bKn2")
        .replace("1 NOTIFY", "2 NOTIFY"),
    );
    expect(desk.event("registration-failed")?.reason).toBe(
      "the server ended the registration (deactivated)",
    );
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
    desk.advance(999);
    expect(desk.letters).toEqual([]);
    desk.advance(1001);
    expect(desk.next()).toMatch(/^REGISTER /);
  });

  it.each([
    [{ watchesRegistration: true }, ["SUBSCRIBE"]],
    [{ watchesRegistration: false }, []],
  ])(
    "asks anew by an account with %j that takes its place, once that is registered",
    (over, asks) => {
      const { desk, subscribe } = watching();
      desk.command({ kind: "add-account", account: { ...ACCOUNT, ...over } });
      const register = desk.next();
      desk.receive(notify(subscribe, document("full", `active registered ${BOUND}`)));
      expect(desk.firstLines()).toEqual(["SIP/2.0 481 Call/Transaction Does Not Exist"]);
      const contact = `Contact: ${field(register, "Contact")}`;
      desk.receive(answerTo(register, "200 OK", "s2", [contact, "Expires: 600"]));
      const sent = desk.letters.map(({ text }) => text);
      expect(sent.map((text) => text.split(" ", 1)[0])).toEqual(asks);
      for (const text of sent) expect(field(text, "Call-ID")).not.toBe(field(subscribe, "Call-ID"));
    },
  );

  it("ends the subscription with the account", () => {
    const { desk } = watching();
    desk.command({ kind: "remove-account", account: "line-1" });
    const goodbye = desk.letters.find(({ text }) => text.startsWith("SUBSCRIBE"))?.text ?? "";
    expect(field(goodbye, "Expires")).toBe("0");
  });
});
