import { describe, expect, it } from "vitest";
import type { UserLine } from "../../src/app/config/user-config.ts";
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

/** Line 1 talks with a far end at a trunk; what else the line is set to is given. */
async function talking(
  seed: number,
  line: Partial<UserLine>,
  country = "us",
): Promise<{ lab: Bench; far: FarEnd }> {
  const first = farEndFirst();
  const lab = await bench({
    seed,
    config: {
      registrar: FAR_SERVER,
      country,
      dialing: { digitMap: "xxx" },
      lines: [{ number: "101", ...line }, { number: "102" }],
    },
    prepare: first.prepare,
  });
  const far = first.get();
  const [alice] = lab.phones;
  far.run(
    expectMessage(INVITE_OF_BOX, { timeoutMs: 30_000 }),
    reply("200 OK", withSdp(sdp())),
    expectMessage(/^ACK /),
    expectMessage(/^BYE /, { timeoutMs: 60_000 }),
    reply("200 OK"),
  );
  alice.lift();
  await alice.hears("dial-tone", { withinMs: 4000 });
  await alice.dials("555");
  await far.reaches(3);
  far.sendAudio();
  await alice.hearsNoTone();
  return { lab, far };
}

/** The trunk's exchange plays a tone of its own in place of who has gone, until it is left. */
async function plays(lab: Bench, far: FarEnd, hz: readonly number[], ms: number, forMs: number) {
  for (let part = 0; part * ms < forMs && lab.box.status()[0]?.call === "talking"; part++) {
    far.rtp.sendTone(part % 2 === 0 ? hz : [], -16);
    await lab.world.advance(ms);
  }
  far.rtp.sendTone([]);
}

describe("a trunk that tells only by a tone that its far end has gone", () => {
  it.each([
    ["busy", [480, 620], 500, {}],
    ["reorder", [480, 620], 250, {}],
    ["busy", [425], 480, { country: "de" }],
  ] as const)(
    "%s tone of %j Hz ends the call where the line says so",
    async (tone, hz, ms, more) => {
      const { lab, far } = await talking(61, { releaseAtTone: { afterMs: 2000, ...more } });
      const [alice] = lab.phones;
      await lab.world.advance(1000);
      await talkWithFarEnd(lab, alice, far);
      await plays(lab, far, hz, ms, 4000);
      await far.passes();
      far.rtp.stop();
      // Its own country's tone now, from the box.
      await alice.hears("busy", { withinMs: 5000 });
      const [record] = lab.records;
      expect(record).toMatchObject({ result: "answered", endedBy: "far", endedByTone: tone });
      await assertSettled(lab, { records: ["1 out 101>555 answered"] });
    },
  );

  it("leaves the call alone unless the line says so", async () => {
    const { lab, far } = await talking(62, {});
    await plays(lab, far, [480, 620], 500, 15_000);
    expect(lab.box.status()[0]?.call).toBe("talking");
    lab.phones[0].hang();
    await far.passes();
    far.rtp.stop();
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
    expect(lab.records[0]).not.toHaveProperty("endedByTone");
  });

  it.each([
    ["another country's", [425], 480],
    ["a single burst", [480, 620], 9000],
    ["a slower rhythm", [480, 620], 800],
  ] as const)("is not taken by %s for busy", async (_, hz, ms) => {
    const { lab, far } = await talking(63, { releaseAtTone: { afterMs: 2000 } });
    const [alice] = lab.phones;
    await plays(lab, far, hz, ms, 9000);
    await talkWithFarEnd(lab, alice, far);
    expect(lab.box.status()[0]?.call).toBe("talking");
    alice.hang();
    await far.passes();
    far.rtp.stop();
    await assertSettled(lab, { records: ["1 out 101>555 answered"] });
  });
});
