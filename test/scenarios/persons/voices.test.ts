import { describe, expect, it } from "vitest";
import { pcm16FromVolts, sineMix } from "../../hw-sim/audio/levels.ts";
import { bench } from "../../hw-sim/bench/bench.ts";
import { lineVoice, STRANGER_HZ, VoiceWatch } from "./voices.ts";

/** 101 and 102 talk, 103 has dial tone; what each says, and the faults that come of it. */
async function heard(...says: readonly (readonly [line: number, said: Int16Array])[]) {
  const lab = await bench({ seed: 271, phones: ["touch-tone", "touch-tone", "touch-tone"] });
  const faults: string[] = [];
  const watch = new VoiceWatch(lab, (text) => faults.push(text));
  const [alice, bob, carol] = lab.phones;
  await alice.calls("102");
  await bob.rings();
  bob.lift();
  carol?.lift();
  const look = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 100) {
      await lab.world.advance(100);
      watch.look(lab.world.clock.nowMs());
    }
  };
  await look(3000);
  for (const [line, said] of says) {
    lab.phones[line - 1]?.phone.say(said);
    await look(1500);
  }
  for (const each of lab.phones) each.hang();
  await look(5000);
  watch.judge(lab.world.clock.nowMs());
  await lab.stop();
  return { faults, count: watch.heardCount };
}

describe("VoiceWatch tells whose voice is where it should not be", () => {
  it("nothing of two who talk", async () => {
    expect(await heard([1, lineVoice(1, 900)], [2, lineVoice(2, 900)])).toEqual({
      faults: [],
      count: 2,
    });
  });

  it("a voice of somebody who is in no call", async () => {
    const { faults } = await heard([1, lineVoice(3, 900)]);
    expect(faults).toEqual([
      // At 101 it is the own voice, by the sidetone.
      "line 3 is heard by line 2, but it is dialing",
      "line 3 is heard by line 1, but it is dialing",
      expect.stringMatching(/^102 heard 103 at \d+ ms, without a call that joins them/),
      expect.stringMatching(/^101 heard 103 at \d+ ms, without a call that joins them/),
    ]);
  });

  it("a stranger's", async () => {
    const stranger = pcm16FromVolts(sineMix([STRANGER_HZ], -14, 900));
    expect((await heard([2, stranger])).faults).toEqual([
      "line 2 hears the stranger",
      "line 1 hears the stranger",
    ]);
  });
});
