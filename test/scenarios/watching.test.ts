import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BENCH_HOST, bench } from "../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../hw-sim/bench/bench-phone.ts";
import { expectMessage, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import { FAR_HOST, FAR_SERVER, FarEnd, farEndFirst, REGISTRAR } from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { request, Stranger } from "./support/stranger.ts";

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** An Authorization header by arithmetic of our own. @see RFC 7616 §3.4.1 */
function credentials(challenge: string, user: string, method: string, uri: string): string {
  const nonce = /nonce="([^"]*)"/.exec(challenge)?.[1] ?? "";
  const realm = /realm="([^"]*)"/.exec(challenge)?.[1] ?? "";
  const secret = md5(`${user}:${realm}:tower`);
  const response = md5(`${secret}:${nonce}:00000001:ours:auth:${md5(`${method}:${uri}`)}`);
  return (
    `Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${response}", algorithm=MD5, qop=auth, cnonce="ours", nc=00000001`
  );
}

/** A request to the box's exchange that belongs to no call. */
function toExchange(
  method: string,
  user: string,
  from: string,
  headers: readonly string[],
  body = "",
): string {
  return [
    `${method} sip:${user}@${BENCH_HOST} SIP/2.0`,
    "Via: SIP/2.0/UDP {local};rport;branch={branch}",
    "Max-Forwards: 70",
    `From: <sip:${from}@${BENCH_HOST}>;tag={tag}`,
    `To: <sip:${user}@${BENCH_HOST}>`,
    "Call-ID: {call-id}",
    `CSeq: {cseq} ${method}`,
    `Contact: <sip:${from}@{local}>`,
    ...headers,
    "Content-Length: [len]",
    "",
    body,
  ].join("\r\n");
}

/** Sends a request twice: the second time with what the challenge of the first one wants. */
async function sendsProven(
  far: FarEnd,
  ...[method, user, from, headers, body]: Parameters<typeof toExchange>
): Promise<void> {
  far.run(send(toExchange(method, user, from, headers, body)), expectMessage(/^SIP\/2\.0 401 /));
  await far.passes();
  const challenge = far.sip.messages.findLast(({ text }) => text.startsWith("SIP/2.0 401"));
  const uri = `sip:${user}@${BENCH_HOST}`;
  const proof = credentials(challenge?.text ?? "", from, method, uri);
  far.run(
    send(toExchange(method, user, from, [...headers, proof], body)),
    expectMessage(/^SIP\/2\.0 200 /),
  );
}

const EXTENSIONS = { exchange: { extensions: [{ number: "250", password: "tower" }] } };

/** How a telephone's message lamp was lit and put out. */
const lampOf = ({ phone }: BenchPhone): readonly boolean[] =>
  phone.observations.flatMap((seen) => (seen.kind === "message-lamp" ? [seen.lit] : []));

describe("a console watches an extension of the built-in exchange", () => {
  it("its lamp goes with the telephone: rings, talks, rests", async () => {
    const lab = await bench({ seed: 241, config: EXTENSIONS });
    const far = await FarEnd.open(lab);
    const [alice, bob] = lab.phones;
    const lamp = (stage: string) =>
      expectMessage(
        new RegExp(`^NOTIFY [\\s\\S]*Subscription-State: active;[\\s\\S]*<state>${stage}</state>`),
        { timeoutMs: 30_000 },
      );
    await sendsProven(far, "SUBSCRIBE", "102", "250", ["Event: dialog", "Expires: 600"]);
    await far.passes();
    far.run(
      expectMessage(/^NOTIFY [\s\S]*entity="sip:102@10\.0\.0\.1">\n<\/dialog-info>/),
      reply("200 OK"),
      lamp("early"),
      reply("200 OK"),
      lamp("confirmed"),
      reply("200 OK"),
      expectMessage(/^NOTIFY [\s\S]*entity="sip:102@10\.0\.0\.1">\n<\/dialog-info>/, {
        timeoutMs: 30_000,
      }),
      reply("200 OK"),
    );
    await alice.calls("102");
    await bob.rings();
    bob.lift();
    await lab.world.advance(2000);
    alice.hang();
    bob.hang();
    await far.passes();
  });
});

describe("the voice-mail extension of the built-in exchange tells of messages", () => {
  it("the line's lamp is lit, whether it asks or not", async () => {
    for (const askForMessages of [false, true]) {
      const lab = await bench({
        seed: 242,
        config: {
          exchange: { ...EXTENSIONS.exchange, voicemail: "250" },
          dialing: { askForMessages },
        },
      });
      const far = await FarEnd.open(lab);
      const [alice, bob] = lab.phones;
      const about = [
        "Event: message-summary",
        "Subscription-State: active",
        "Content-Type: application/simple-message-summary",
      ];
      const body = "Messages-Waiting: yes\r\nVoice-Message: 1/0 (0/0)\r\n";
      await sendsProven(far, "NOTIFY", "101", "250", about, body);
      await far.passes();
      await lab.world.advance(3000);
      expect([lampOf(alice).at(-1), lampOf(bob).includes(true)]).toEqual([true, false]);
      alice.lift();
      await alice.hears("stutter-dial-tone");
      alice.hang();
      await assertSettled(lab, { records: [] });
    }
  });
});

describe("a server watches a line", () => {
  const watch = [
    "SUBSCRIBE sip:101@{remote} SIP/2.0",
    "Via: SIP/2.0/UDP {local};rport;branch={branch}",
    "Max-Forwards: 70",
    "From: <sip:300@{local-host}>;tag={tag}",
    "To: <sip:101@{local-host}>",
    "Call-ID: {call-id}",
    "CSeq: {cseq} SUBSCRIBE",
    "Contact: <sip:300@{local}>",
    "Event: dialog",
    "Accept: application/dialog-info+xml",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
  const NOTIFIED = [...REGISTRAR, { pattern: /^NOTIFY /, status: "200 OK" }] as const;

  it("is told of its call; the call is none the worse", async () => {
    const far = farEndFirst(NOTIFIED);
    const lab = await bench({
      seed: 243,
      config: { registrar: FAR_SERVER },
      prepare: far.prepare,
    });
    const [alice] = lab.phones;
    far
      .get()
      .run(
        send(watch),
        expectMessage(/^SIP\/2\.0 200 [\s\S]*Expires: 3600/),
        expectMessage(/^INVITE sip:200@/, { timeoutMs: 30_000 }),
        reply("486 Busy Here"),
        expectMessage(/^ACK /),
      );
    await alice.calls("200#");
    await far.get().passes();
    await alice.hears("busy");
    alice.hang();
    await lab.world.advance(2000);
    const told = far.get().sip.messages.flatMap(({ text }) => {
      const state = /<state>(\w+)<\/state>/.exec(text)?.[1] ?? "idle";
      const version = /^NOTIFY [\s\S]*version="(\d+)" state="full" entity="sip:101@/.exec(
        text,
      )?.[1];
      return version === undefined ? [] : [`${version} ${state}`];
    });
    expect(told).toEqual(["0 idle", "1 trying", "2 idle"]);
  });

  it("strangers are refused", async () => {
    const far = farEndFirst();
    const lab = await bench({
      seed: 244,
      config: { registrar: FAR_SERVER },
      prepare: far.prepare,
    });
    const registered = far.get().sip.messages.find(({ text }) => text.startsWith("REGISTER"));
    const stranger = await Stranger.open(lab);
    stranger.send(
      request({
        method: "SUBSCRIBE",
        uri: `sip:101@${BENCH_HOST}`,
        extra: "Event: dialog\r\n",
      }),
      BENCH_HOST,
      registered?.peer.port ?? 0,
    );
    await lab.world.advance(1000);
    expect(stranger.heard.map((text) => text.slice(0, 11))).toEqual(["SIP/2.0 403"]);
    await assertSettled(lab, { records: [] });
  });
});

/** The first line's SUBSCRIBE: `line`, `callid` and `target`. */
const SUBSCRIBE_REG = new RegExp(
  [
    /^SUBSCRIBE sip:101@/,
    /From: ?(?<line>[^\r]*)/,
    /Call-ID: ?(?<callid>\S+)/,
    /Event: reg\r/,
    /Contact: ?<(?<target>[^>]*)>/,
  ]
    .map(({ source }) => source)
    .join("[\\s\\S]*"),
);

const ACCEPTED = { headers: ["Expires: 3600", "Contact: <sip:reg@{local}>"] };

describe("a registrar tells of a line's registration", () => {
  it("one that it ends is made anew at once", async () => {
    const far = farEndFirst();
    const lab = await bench({
      seed: 245,
      config: { registrar: FAR_SERVER, sip: { watchRegistration: true } },
      prepare: async (place) => {
        await far.prepare(place);
        far
          .get()
          .run(
            expectMessage(SUBSCRIBE_REG),
            reply("200 OK", ACCEPTED),
            expectMessage(/^SUBSCRIBE sip:102@/),
            reply("200 OK", ACCEPTED),
          );
      },
    });
    await far.get().passes();
    const before = registrations(far.get());
    const notify = (event: string): string => `
NOTIFY {target} SIP/2.0
Via: SIP/2.0/UDP {local};rport;branch={branch}
Max-Forwards: 70
From: <sip:101@${FAR_HOST}>;tag={tag}
To: {line}
Call-ID: {callid}
CSeq: {cseq} NOTIFY
Contact: <sip:reg@{local}>
Event: reg
Subscription-State: active;expires=3600
Content-Type: application/reginfo+xml
Content-Length: [len]

<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="0" state="full">
<registration aor="sip:101@${FAR_HOST}" id="a" state="terminated">
<contact id="1" state="terminated" event="${event}"><uri>{target}</uri></contact>
</registration></reginfo>`;
    far.get().run(send(notify("deactivated")), expectMessage(/^SIP\/2\.0 200 /));
    await far.get().passes();
    await lab.world.advance(3000);
    expect(registrations(far.get())).toBe(before + 1);
    expect(lab.box.status()[0]?.registration).toBe("registered");
    await assertSettled(lab, { records: [] });
  });
});

/** How many REGISTERs came. */
function registrations(far: FarEnd): number {
  const isOne = ({ direction, text }: FarEnd["sip"]["messages"][number]): boolean =>
    direction === "received" && text.startsWith("REGISTER");
  return far.sip.messages.filter(isOne).length;
}
