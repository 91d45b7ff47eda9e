import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../hw-sim/bench/bench-phone.ts";
import { expectMessage, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import {
  eventsOf,
  FAR_SERVER,
  farEndFirst,
  INVITE_OF_BOX,
  sdp,
  withSdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";

/** A request of the server's that belongs to no call. */
function outside(method: string, cseq: number, headers: readonly string[], body: string): string {
  return [
    `${method} sip:101@{remote} SIP/2.0`,
    `Via: SIP/2.0/UDP {local};branch=z9hG4bK${method}${cseq};rport`,
    "Max-Forwards: 70",
    `From: <sip:300@{local-host}>;tag=server${cseq}`,
    "To: <sip:101@{local-host}>",
    `Call-ID: ${method}${cseq}`,
    `CSeq: ${cseq} ${method}`,
    "Contact: <sip:300@{local}>",
    ...headers,
    "Content-Length: [len]",
    "",
    body,
  ].join("\r\n");
}

/** How a telephone's message lamp was lit and put out. */
const lampOf = ({ phone }: BenchPhone): readonly boolean[] =>
  phone.observations.flatMap((seen) => (seen.kind === "message-lamp" ? [seen.lit] : []));

const summary = (cseq: number, body: string): string =>
  outside(
    "NOTIFY",
    cseq,
    [
      "Event: message-summary",
      "Subscription-State: active",
      "Content-Type: application/simple-message-summary",
    ],
    body,
  );

describe("the server tells of messages", () => {
  it("the lamp is lit and the dial tone stutters until there are none", async () => {
    const far = farEndFirst();
    const lab = await bench({
      seed: 231,
      config: { registrar: FAR_SERVER },
      prepare: far.prepare,
    });
    const [alice] = lab.phones;
    far
      .get()
      .run(
        send(summary(1, "Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n")),
        expectMessage(/^SIP\/2\.0 200 /),
      );
    await far.get().passes();
    await lab.world.advance(2000);
    expect(lampOf(alice)).toEqual([true]);
    alice.lift();
    await alice.hears("stutter-dial-tone");
    await alice.hears("dial-tone");
    alice.hang();
    await lab.world.advance(2000);
    far.get().run(send(summary(2, "Messages-Waiting: no\r\n")), expectMessage(/^SIP\/2\.0 200 /));
    await far.get().passes();
    await lab.world.advance(2000);
    expect(lampOf(alice)).toEqual([true, false]);
    alice.lift();
    await alice.hears("dial-tone", { withinMs: 1000 });
    expect(eventsOf(lab, "mailbox").map(({ waiting, newVoice }) => [waiting, newVoice])).toEqual([
      [true, 2],
      [false, undefined],
    ]);
    await assertSettled(lab, { records: [] });
  });

  it("the dial tone of a second call is the plain one", async () => {
    const far = farEndFirst();
    const lab = await bench({
      seed: 234,
      config: { registrar: FAR_SERVER, dialing: { digitMap: "xxx" } },
      prepare: far.prepare,
    });
    const [alice] = lab.phones;
    const end = far.get();
    end.run(
      send(summary(1, "Messages-Waiting: yes\r\n")),
      expectMessage(/^SIP\/2\.0 200 /),
      expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
      reply("200 OK", withSdp(sdp())),
      expectMessage(/^ACK /),
      expectMessage(/^INVITE /, { timeoutMs: 30_000 }),
      reply("200 OK", withSdp(sdp("recvonly", 2))),
      expectMessage(/^ACK /),
    );
    await lab.world.advance(3000);
    alice.lift();
    await alice.hears("stutter-dial-tone");
    await alice.dials("555");
    await end.reaches(5);
    await lab.world.advance(500);
    alice.flash();
    await lab.world.advance(300);
    await alice.hears("dial-tone", { withinMs: 1200 });
    const heard = alice.phone.observations.flatMap((seen) =>
      seen.kind === "tone" ? [seen.name] : [],
    );
    expect(heard.filter((name) => name === "stutter-dial-tone")).toHaveLength(1);
    await end.passes();
    await lab.stop();
  });

  it("is asked to where so configured, and again where it says later", async () => {
    const far = farEndFirst();
    const lab = await bench({
      seed: 233,
      phones: ["touch-tone", "touch-tone"],
      config: {
        registrar: FAR_SERVER,
        dialing: { askForMessages: true },
        lines: [{ number: "101" }, { number: "102" }],
      },
      prepare: async (place) => {
        await far.prepare(place);
        far
          .get()
          .run(
            expectMessage(/^SUBSCRIBE sip:101@[\s\S]*\r\nEvent: message-summary\r\n/),
            reply("489 Bad Event"),
            expectMessage(/^SUBSCRIBE sip:102@/),
            reply("480 Later", { headers: ["Retry-After: 20"] }),
            expectMessage(/^SUBSCRIBE sip:102@/, { timeoutMs: 30_000 }),
            reply("200 OK", { headers: ["Expires: 600", "Contact: <sip:300@{local}>"] }),
          );
      },
    });
    await far.get().passes(60_000);
    expect(lab.box.status().map(({ registration }) => registration)).toEqual([
      "registered",
      "registered",
    ]);
  });

  it("a text is told to whoever watches; a REFER out of the blue is refused", async () => {
    const far = farEndFirst();
    const lab = await bench({
      seed: 232,
      config: { registrar: FAR_SERVER },
      prepare: far.prepare,
    });
    far
      .get()
      .run(
        send(outside("MESSAGE", 1, ["Content-Type: text/plain"], "Tea is ready")),
        expectMessage(/^SIP\/2\.0 200 /),
        send(outside("MESSAGE", 2, ["Content-Type: text/html"], "<b>Tea</b>")),
        expectMessage(/^SIP\/2\.0 415 [\s\S]*Accept: text\/plain/),
        send(outside("NOTIFY", 4, ["Event: check-sync;reboot=false"], "")),
        expectMessage(/^SIP\/2\.0 200 /),
        send(outside("NOTIFY", 5, ["Event: presence"], "")),
        expectMessage(/^SIP\/2\.0 489 /),
        send(outside("REFER", 3, ["Refer-To: <sip:900@expensive.example>"], "")),
        expectMessage(/^SIP\/2\.0 403 /),
      );
    await far.get().passes();
    expect(eventsOf(lab, "message").map(({ from, text }) => [from, text])).toEqual([
      ["300", "Tea is ready"],
    ]);
    expect(eventsOf(lab, "check-sync")).toEqual([{ kind: "check-sync", line: 1 }]);
    await assertSettled(lab, { records: [] });
  });
});

describe("a text for a line's user", () => {
  it.each(["us", "de", "uk", "ir"])("%s: is read on the display where so told", async (country) => {
    const far = farEndFirst();
    const lab = await bench({
      seed: 234,
      config: { registrar: FAR_SERVER, country, dialing: { showMessages: true } },
      prepare: far.prepare,
    });
    const [alice, bob] = lab.phones;
    far
      .get()
      .run(
        send(outside("MESSAGE", 1, ["Content-Type: text/plain"], "Tea is\r\nready")),
        expectMessage(/^SIP\/2\.0 200 /),
      );
    await far.get().passes();
    await lab.world.advance(6000);
    expect(alice.phone.display).toMatchObject({ number: "300", name: "Tea is ready" });
    expect(bob.phone.display).toBeUndefined();
    expect(alice.phone.isRinging).toBe(false);
    alice.lift();
    await alice.hears("dial-tone");
    await assertSettled(lab, { records: [] });
  });

  it("waits until a telephone in use is put down", async () => {
    const far = farEndFirst();
    const lab = await bench({
      seed: 235,
      config: { registrar: FAR_SERVER, dialing: { showMessages: true } },
      prepare: far.prepare,
    });
    const [alice] = lab.phones;
    alice.lift();
    await alice.hears("dial-tone");
    far
      .get()
      .run(
        send(outside("MESSAGE", 1, ["Content-Type: text/plain"], "Tea")),
        expectMessage(/^SIP\/2\.0 200 /),
      );
    await far.get().passes();
    await lab.world.advance(3000);
    expect(alice.phone.display).toBeUndefined();
    alice.hang();
    await lab.world.advance(6000);
    expect(alice.phone.display).toMatchObject({ name: "Tea" });
    await assertSettled(lab, { records: [] });
  });
});
