import { describe, expect, it } from "vitest";
import { BENCH_HOST, type Bench, type BenchPlace, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, reply, send } from "../hw-sim/peers/scripted-peer.ts";
import {
  ANSWER_OF_BOX,
  answersCall,
  FAR_HOST,
  type FarEnd,
  farEndFirst,
  inTheirDialog,
  REGISTRAR,
  sdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { Stranger } from "./support/stranger.ts";
import { talkWithFarEnd } from "./support/talk.ts";

/** Where the registrar of the first line is, by name: each renewal has to look it up. */
const NAME = "pbx.example.net";
const SLOW_HOST = "10.0.0.8";
/** So slow is the other registrar, each way. */
const SLOW_MS = 5_000;
/** One frame of 10 ms more than a packet's 20 ms. */
const RTP_GAP_MAX_MS = 30;
/** How soon a request inside the call is answered. */
const ANSWER_MS = 100;

const LEASE = { ...REGISTRAR[0], parts: { headers: ["{last:Contact}", "Expires: 10"] } };

/** The longest time between two packets that the box sends to the far end's audio. */
function watchVoice(lab: Bench): () => number {
  let lastMs: number | undefined;
  let longestMs = 0;
  lab.network.tap(({ kind, from, to, atMs }) => {
    if (kind !== "datagram-sent" || from.host !== BENCH_HOST || to.host !== FAR_HOST) return;
    if (to.port !== 40_000) return;
    if (lastMs !== undefined) longestMs = Math.max(longestMs, atMs - lastMs);
    lastMs = atMs;
  });
  return () => longestMs;
}

/** The first line talks to the far end; the trouble is still to come. */
async function inCall(
  seed: number,
  config: { readonly registrars?: readonly { readonly registrar: string }[] } = {},
  prepare: (place: BenchPlace) => void = () => {},
): Promise<{ readonly lab: Bench; readonly far: FarEnd }> {
  const end = farEndFirst([LEASE, REGISTRAR[1]]);
  const lab = await bench({
    seed,
    config: {
      registrar: NAME,
      dialing: { digitMap: "xxx" },
      lines: [{ number: "101", ...config }, { number: "102" }],
    },
    prepare: async (place) => {
      place.names.set(NAME, [FAR_HOST]);
      await end.prepare(place);
      prepare(place);
    },
  });
  const far = end.get();
  const [alice] = lab.phones;
  far.run(...answersCall);
  await alice.calls("555");
  await far.passes();
  far.sendAudio();
  return { lab, far };
}

/** Both hear each other, and the far end's next offer is answered at once. */
async function expectUndisturbed(lab: Bench, far: FarEnd): Promise<void> {
  const [alice] = lab.phones;
  const longestMs = watchVoice(lab);
  const askedMs = lab.world.clock.nowMs();
  far.run(send(inTheirDialog("INVITE", sdp("sendrecv", 2))), expectMessage(ANSWER_OF_BOX));
  await far.passes(5000);
  expect(lab.world.clock.nowMs() - askedMs).toBeLessThan(ANSWER_MS);
  far.run(send(inTheirDialog("ACK")));
  await far.passes();
  await talkWithFarEnd(lab, alice, far);
  expect(longestMs()).toBeLessThanOrEqual(RTP_GAP_MAX_MS);
}

async function end(lab: Bench, far: FarEnd): Promise<void> {
  far.run(expectMessage(/^BYE /), reply("200 OK"));
  lab.phones[0].hang();
  await far.passes();
  far.rtp.stop();
  await assertSettled(lab, { records: ["1 out 101>555 answered"] });
}

describe("a call in progress is not touched by", () => {
  it("a name service that falls silent, though every lease runs out meanwhile", async () => {
    const { lab, far } = await inCall(521);
    lab.names.setSilent(true, 120_000);
    await lab.world.advance(12_000);
    await expectUndisturbed(lab, far);
    lab.names.setSilent(false);
    await end(lab, far);
  });

  it("a registrar that takes ten seconds to answer", async () => {
    const registrars = [{ registrar: `${SLOW_HOST}:5060` }];
    const { lab, far } = await inCall(522, { registrars }, (place) => {
      place.network.setLink(BENCH_HOST, SLOW_HOST, { latencyMs: SLOW_MS });
    });
    // Whatever it is sent comes back, which is no answer, but much work.
    const echo = await lab.udp(SLOW_HOST).bind({
      host: SLOW_HOST,
      port: 5060,
      onFault: () => {},
      onDatagram: (bytes, from) => echo.send(bytes.slice(), from),
    });
    await lab.world.advance(12_000);
    await expectUndisturbed(lab, far);
    await end(lab, far);
  });

  it("a flood of 2,000 requests a second, of strangers that are known and unknown", async () => {
    const { lab, far } = await inCall(523);
    const stranger = await Stranger.open(lab);
    const [sip] = lab.network.host(BENCH_HOST).bound.filter(({ port }) => port >= 49_152);
    const { clock } = lab.world;
    let sent = 0;
    let isFlooding = true;
    const flood = (): void => {
      const method = ["OPTIONS", "INVITE", "REGISTER", "BYE"][sent % 4] ?? "OPTIONS";
      const agent = sent % 8 === 0 ? "User-Agent: friendly-scanner\r\n" : "";
      const head = `${method} sip:101@${BENCH_HOST} SIP/2.0\r\n`;
      const via = `Via: SIP/2.0/UDP 10.0.0.66:5060;branch=z9hG4bKf${sent}\r\n`;
      const ties = `Call-ID: f${sent}\r\nCSeq: 1 ${method}\r\nMax-Forwards: 70\r\n`;
      const who = `From: <sip:x@10.0.0.66>;tag=f\r\nTo: <sip:101@${BENCH_HOST}>\r\n`;
      const rest = `Contact: <sip:x@10.0.0.66>\r\n${agent}Content-Length: 0\r\n\r\n`;
      stranger.send(head + via + ties + who + rest, BENCH_HOST, sip?.port ?? 0);
      sent++;
      if (isFlooding) clock.at(clock.nowMs() + 0.5, flood);
    };
    // The echo canceller of a line learns it in the first second.
    await lab.world.advance(2000);
    flood();
    await expectUndisturbed(lab, far);
    expect(sent).toBeGreaterThan(8_000);
    // 200 at once and 50 a second are looked at; refusals of calls are sent again until ACK.
    expect(stranger.heard.length).toBeLessThan(sent / 5);
    isFlooding = false;
    await lab.world.advance(40_000);
    await end(lab, far);
  });
});
