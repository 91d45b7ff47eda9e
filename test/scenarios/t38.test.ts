import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadSpandspFax } from "../../src/hal/linux/index.ts";
import { BENCH_HOST, type Bench, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import { bodyOf } from "../hw-sim/peers/sip-text.ts";
import {
  ANSWER_OF_BOX,
  FAR_HOST,
  FAR_SERVER,
  type FarEnd,
  farEndFirst,
  inOurDialog,
  inviteTo,
  sdp,
  withSdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talkWithFarEnd } from "./support/talk.ts";

const LIBRARIES = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
const isMissing = !LIBRARIES.some((folder) => existsSync(`${folder}/libspandsp.so.2`));

const FAX_PORT = 40_010;
/** Playout is fixed once a machine was heard. */
const FIXED_UNDER_MS = 200;
/** The far end's T.38; port 0 closes it. */
const image = (version: number, port = FAX_PORT): string =>
  sdp("sendrecv", version)
    .replace(/m=audio[\s\S]*/, `m=image ${port} udptl t38\r\n`)
    .concat("a=T38FaxVersion:0\r\na=T38FaxRateManagement:transferredTCF\r\n");

/** Flags as a fax machine begins its commands with, a second long. @see ITU-T V.21, T.30 §5.3.5 */
function flags(): Int16Array {
  let phase = 0;
  return Int16Array.from({ length: 8000 }, (_, at) => {
    const bit = Math.floor((at * 300) / 8000) % 8;
    phase += (2 * Math.PI * (bit === 0 || bit === 7 ? 1850 : 1650)) / 8000;
    return 6000 * Math.sin(phase);
  });
}

/** A call of the far end to line 1, answered. */
async function talking(hasModems: boolean): Promise<{ lab: Bench; far: FarEnd }> {
  const place = farEndFirst();
  const lab = await bench({
    seed: 70,
    config: { registrar: FAR_SERVER, rtp: { fax: "t38" } },
    prepare: place.prepare,
    ...(hasModems ? { fax: await loadSpandspFax() } : {}),
  });
  const far = place.get();
  far.run(
    send(inviteTo("101", sdp())),
    expectMessage(/^SIP\/2\.0 180 /),
    expectMessage(ANSWER_OF_BOX, { timeoutMs: 30_000 }),
    send(inOurDialog("ACK", "101")),
  );
  const [alice] = lab.phones;
  await alice.rings();
  alice.lift();
  await far.passes();
  return { lab, far };
}

async function hangsUp(lab: Bench, far: FarEnd): Promise<void> {
  far.run(expectMessage(/^BYE /), reply("200 OK"));
  lab.phones[0].hang();
  await far.passes();
  far.rtp.stop();
  await assertSettled(lab, { records: ["1 in 300>101 answered"] });
}

const IMAGE_OFFER = /^INVITE [\s\S]*\r\nm=image (?<fax>[1-9]\d*) udptl t38\r\n/;

describe.skipIf(isMissing)("a line that speaks T.38", () => {
  it("is taken to it by the far end, speaks it, and is taken back to sound", async () => {
    const { lab, far } = await talking(true);
    far.run(
      send(inOurDialog("INVITE", "101", "{cseq}", image(2))),
      expectMessage(/^SIP\/2\.0 200 [\s\S]*\r\nm=image (?<fax>[1-9]\d*) udptl t38\r\n/),
      send(inOurDialog("ACK", "101")),
    );
    await far.passes();
    const heard: number[][] = [];
    const socket = await lab.udp(FAR_HOST).bind({
      host: FAR_HOST,
      port: FAX_PORT,
      onDatagram: (payload) => void heard.push([...payload]),
      onFault() {},
    });
    await lab.phones[0].says(flags());
    // The first word is that nothing is heard, the second one are the flags.
    expect(heard[0]).toEqual([0, 0, 1, 0, 0, 0]);
    expect(heard).toContainEqual([0, 1, 1, 6, 0, 1, 1, 0]);
    // Flags of the far end: what follows them in the machine's ear is their modem's tone.
    socket.send(Uint8Array.from([0, 0, 1, 6, 0, 0]), {
      host: BENCH_HOST,
      port: Number(far.sip.substitution("fax")),
    });
    await lab.world.advance(500);

    far.run(
      send(inOurDialog("INVITE", "101", "{cseq}", sdp("sendrecv", 3))),
      expectMessage(/^SIP\/2\.0 200 [\s\S]*\r\nm=audio (?<port>[1-9]\d*) /),
      send(inOurDialog("ACK", "101")),
    );
    await far.passes();
    socket.close();
    far.sendAudio();
    await lab.world.advance(500);
    await talkWithFarEnd(lab, lab.phones[0], far);
    await hangsUp(lab, far);
    expect(lab.records[0]).toMatchObject({ codec: "PCMU", media: { fax: { malformed: 0 } } });
  });

  it.each([
    ["488 Not Acceptable Here", {}, /T\.38 \(488\): the fax goes through as sound/],
    ["200 OK", withSdp(image(2, 0)), /no T\.38 .*: the fax goes through as sound/],
  ])("stays with sound where the far end says %s", async (status, parts, words) => {
    const { lab, far } = await talking(true);
    const again = status.startsWith("200")
      ? [
          expectMessage(/^ACK /),
          expectMessage(/^INVITE [\s\S]*\r\nm=audio (?<port>[1-9]\d*) /),
          reply("200 OK", withSdp(sdp("sendrecv", 3)), "INVITE"),
        ]
      : [];
    far.run(
      expectMessage(IMAGE_OFFER, { timeoutMs: 10_000 }),
      reply(status, parts, "INVITE"),
      ...again,
      expectMessage(/^ACK /),
    );
    await lab.phones[0].says(flags());
    await far.passes();
    far.sendAudio();
    await lab.world.advance(500);
    await talkWithFarEnd(lab, lab.phones[0], far, FIXED_UNDER_MS);
    expect(lab.logs.some(({ level, text }) => level === "warn" && words.test(text))).toBe(true);
    await hangsUp(lab, far);
  });

  it("meets the far end's own wish: both are refused once, and it comes to T.38", async () => {
    const { lab, far } = await talking(true);
    far.run(
      expectMessage(IMAGE_OFFER, { timeoutMs: 10_000 }),
      send(inOurDialog("INVITE", "101", "{cseq}", image(2))),
      expectMessage(/^SIP\/2\.0 491 /),
      send(inOurDialog("ACK", "101")),
      reply("491 Request Pending", {}, "INVITE"),
      expectMessage(/^ACK /),
      expectMessage(IMAGE_OFFER, { timeoutMs: 10_000 }),
      reply("200 OK", withSdp(image(2)), "INVITE"),
      expectMessage(/^ACK /),
    );
    await lab.phones[0].says(flags());
    await far.passes();
    await lab.world.advance(100);
    expect(lab.logs.map(({ text }) => text)).toContain("The fax goes over T.38.");
    await hangsUp(lab, far);
  });
});

describe.skipIf(isMissing)("the built-in exchange", () => {
  it("carries the wish for T.38, and its answer, across as they are", async () => {
    const lab = await bench({
      seed: 71,
      config: { exchange: { transport: "udp" }, rtp: { fax: "t38", t38: { version: 2 } } },
      fax: await loadSpandspFax(),
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await bob.says(flags());
    await lab.world.advance(200);
    const images = lab.wire.messages
      .map(({ text }) => bodyOf(text))
      .filter((body) => /m=image/.test(body));
    const [offer, carriedOffer, answer, carriedAnswer, ...more] = images;
    expect(more).toEqual([]);
    expect(carriedOffer).toBe(offer);
    expect(carriedAnswer).toBe(answer);
    expect(offer).toContain("a=T38FaxVersion:2\r\n");
    expect(answer).not.toBe(offer);
    expect(lab.logs.filter(({ text }) => text === "The fax goes over T.38.")).toHaveLength(2);
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
  });
});

describe("a line that would speak T.38, on a machine without its modems", () => {
  it("refuses it, and stays with sound", async () => {
    const { lab, far } = await talking(false);
    far.run(
      send(inOurDialog("INVITE", "101", "{cseq}", image(2))),
      expectMessage(/^SIP\/2\.0 488 /),
      send(inOurDialog("ACK", "101")),
    );
    await far.passes();
    far.sendAudio();
    await lab.world.advance(500);
    await talkWithFarEnd(lab, lab.phones[0], far, FIXED_UNDER_MS);
    await hangsUp(lab, far);
  });
});
