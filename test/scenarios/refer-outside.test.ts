import { describe, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, pause, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import {
  FAR_HOST,
  FAR_SERVER,
  farEndFirst,
  INVITE_OF_BOX,
  inTheirDialog,
  sdp,
  withSdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";

/** A program of the line's server, which is in no call: it names the one that it means. */
const refer = (to: string, outside = true): string =>
  [
    "",
    "REFER {target} SIP/2.0",
    "Via: SIP/2.0/UDP {local};rport;branch={branch}",
    "Max-Forwards: 70",
    `From: <sip:desk@${FAR_HOST}>;tag=desk-{tag}`,
    "To: <{target}>",
    "Call-ID: desk-{callid}",
    "CSeq: {cseq} REFER",
    "Contact: <sip:desk@{local}>",
    `Refer-To: <sip:${to}@${FAR_HOST}>`,
    ...(outside ? ["Target-Dialog: {callid};local-tag={tag};remote-tag={theirs}"] : []),
    "Content-Length: 0",
    "",
    "",
  ].join("\n");

const LINE = {
  registrar: FAR_SERVER,
  dialing: { digitMap: "xxx" },
  lines: [{ number: "101" }, { number: "102" }],
} as const;

describe("a REFER from outside of the call that it names (Target-Dialog)", () => {
  it("has the line call somebody else, and is told of it in its own dialog", async () => {
    const first = farEndFirst();
    const lab = await bench({ seed: 271, prepare: first.prepare, config: LINE });
    const [alice] = lab.phones;
    const far = first.get();
    far.run(
      expectMessage(
        new RegExp(
          `${INVITE_OF_BOX.source}(?=[\\s\\S]*\\r\\nFrom:[^\\r]*;tag=(?<theirs>[^\\s;]+))`,
        ),
        { timeoutMs: 60_000 },
      ),
      reply("200 OK", withSdp(sdp())),
      expectMessage(/^ACK /),
      pause(500),
      send(refer("103")),
      expectMessage(/^SIP\/2\.0 202 /),
      expectMessage(/^NOTIFY [\s\S]*Call-ID: desk-[\s\S]*\r\n\r\nSIP\/2\.0 100 /),
      reply("200 OK"),
      expectMessage(/^INVITE sip:103@/),
      reply("200 OK", withSdp(sdp())),
      expectMessage(/^ACK /),
      expectMessage(/^NOTIFY [\s\S]*Call-ID: desk-[\s\S]*terminated[\s\S]*\r\n\r\nSIP\/2\.0 200 /),
      reply("200 OK"),
    );
    await alice.calls("555");
    await far.passes();
    far.run(expectMessage(/^BYE /), reply("200 OK"));
    await lab.world.advance(2000);
    far.run(expectMessage(/^BYE /, { timeoutMs: 30_000 }), reply("200 OK"));
    await assertSettled(lab, {
      records: ["1 out 101>555 answered", "1 out 101>103 answered"],
    });
  });

  it("is refused where it names none", async () => {
    const first = farEndFirst();
    const lab = await bench({ seed: 272, prepare: first.prepare, config: LINE });
    const [alice] = lab.phones;
    const far = first.get();
    far.run(
      expectMessage(INVITE_OF_BOX, { timeoutMs: 60_000 }),
      reply("200 OK", withSdp(sdp())),
      expectMessage(/^ACK /),
      pause(500),
      send(refer("103", false)),
      expectMessage(/^SIP\/2\.0 403 /),
      pause(500),
      send(inTheirDialog("BYE")),
      expectMessage(/^SIP\/2\.0 200 /),
    );
    await alice.calls("555");
    await far.passes();
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });
});
