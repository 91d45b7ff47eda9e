import { describe, expect, it } from "vitest";
import { type Bench, bench } from "../hw-sim/bench/bench.ts";
import { expectMessage, reply } from "../hw-sim/peers/scripted-peer.ts";
import {
  FAR_SERVER,
  type FarEnd,
  farEndFirst,
  INVITE_OF_BOX,
  sdp,
  withSdp,
} from "./support/far-end.ts";
import { assertSettled } from "./support/settled.ts";
import { talkWithFarEnd } from "./support/talk.ts";

/** A call to a far end whose 200 says this of the session's interval. */
async function called(
  seed: number,
  config: { readonly sessionExpiresS?: number; readonly silenceLimitMs?: number },
  says: readonly string[],
): Promise<{ readonly lab: Bench; readonly far: FarEnd }> {
  const { sessionExpiresS = 90, silenceLimitMs = 0 } = config;
  const placed = farEndFirst();
  const lab = await bench({
    seed,
    config: {
      registrar: FAR_SERVER,
      sip: { sessionExpiresS },
      dialing: { digitMap: "xxx", silenceLimitMs },
    },
    prepare: placed.prepare,
  });
  const far = placed.get();
  const answer = withSdp(sdp());
  far.run(
    expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
    reply("200 OK", { ...answer, headers: [...answer.headers, ...says] }),
    expectMessage(/^ACK /),
  );
  const [alice] = lab.phones;
  await alice.calls("555");
  await far.passes();
  far.sendAudio();
  await lab.world.advance(500);
  await talkWithFarEnd(lab, alice, far);
  return { lab, far };
}

describe("a far end that has vanished", () => {
  it("and was to show life: the call ends a little before its time is up", async () => {
    const { lab, far } = await called(241, {}, ["Session-Expires: 90;refresher=uas"]);
    far.run(
      expectMessage(/^BYE [\s\S]*\r\nReason: SIP;cause=408/, { timeoutMs: 61_000 }),
      reply("200 OK"),
    );
    await far.passes(62_000);
    far.rtp.stop();
    await lab.phones[0].hears("busy");
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });

  it("and is shown life: it is asked at half the time, and silence ends the call", async () => {
    const { lab, far } = await called(242, {}, [
      "Allow: INVITE, UPDATE",
      "Session-Expires: 90;refresher=uac",
    ]);
    far.run(
      expectMessage(/^UPDATE [\s\S]*\r\nSession-Expires: 90/, { timeoutMs: 46_000 }),
      reply("200 OK", { headers: ["Session-Expires: 90;refresher=uac"] }),
      expectMessage(/^UPDATE /, { timeoutMs: 46_000 }),
    );
    await far.passes(100_000);
    far.rtp.stop();
    // No answer to the second one, for as long as a request is sent again.
    await lab.phones[0].hears("busy", { withinMs: 40_000 });
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });

  it("and is silent: where so configured the call ends, by our BYE", async () => {
    const { lab, far } = await called(243, { sessionExpiresS: 0, silenceLimitMs: 20_000 }, []);
    far.rtp.stop();
    far.run(expectMessage(/^BYE /, { timeoutMs: 30_000 }), reply("200 OK"));
    await far.passes();
    await lab.phones[0].hears("busy");
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
    expect(lab.records[0]?.endedBy).toBe("box");
  });

  it("and is silent, where nothing is configured: the call is the user's to end", async () => {
    const { lab, far } = await called(244, { sessionExpiresS: 0 }, []);
    far.rtp.stop();
    await lab.world.advance(120_000);
    expect(lab.box.status()[0]?.call).toBe("talking");
    far.run(expectMessage(/^BYE /), reply("200 OK"));
    lab.phones[0].hang();
    await far.passes();
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });
});
