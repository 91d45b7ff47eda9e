import { describe, expect, it } from "vitest";
import { type Bench, bench } from "../hw-sim/index.ts";
import { withSoundCard } from "./support/sim-sound-card.ts";
import { callsAndIsHeard, talk } from "./support/talk.ts";

const CARD = 'sound card "plughw:sim"';

/** Line 1 is on a sound card by the adapter that the product has; lines 2, 3 and 4 are not. */
async function lay(seed: number) {
  const { card, pcm } = withSoundCard("line1");
  const lab = await bench({ seed, phones: Array(4).fill("touch-tone"), pcm });
  return { lab, card };
}

/** What was logged of line 1's sound: how often it ran over and dry. */
const logged = (lab: Bench) =>
  lab.logs.flatMap(({ area, text, data }) =>
    area === "line 1" && text.startsWith(CARD) ? [data ?? {}] : [],
  );

const hardwareOf = (lab: Bench, line: number): readonly string[] =>
  lab.events.flatMap((event) => {
    if (event.kind !== "line" || event.line !== line) return [];
    const { kind } = event.event;
    return kind === "fault" || kind === "recovered" ? [kind] : [];
  });

/** Alice (line 1) and Bob are in a call, and so are Carol and Dave. */
async function talking(lab: Bench) {
  const [alice, bob, carol, dave] = [...lab.phones];
  if (carol === undefined || dave === undefined) throw new Error("there are four");
  await carol.calls("104");
  await dave.rings();
  dave.lift();
  await alice.calls("102");
  await bob.rings();
  bob.lift();
  await lab.world.advance(1000);
  return { alice, bob, carol, dave };
}

describe("a sound card that runs over and dry", () => {
  it.each([
    ["once", 1, 0],
    ["ten times, each half a second", 10, 500],
  ])("%s: it is told, and the call goes on", async (_, times, everyMs) => {
    const { lab, card } = await lay(21);
    const { alice, bob, carol, dave } = await talking(lab);
    for (let n = 0; n < times; n++) {
      card.xrun();
      await lab.world.advance(everyMs);
    }
    await lab.world.advance(300);
    await talk(lab, alice, bob);
    await talk(lab, carol, dave);
    await lab.world.advance(10_000);
    const first = { device: CARD, recording: 1, playing: 1 };
    const rest = times === 1 ? [] : [{ recording: times - 1, playing: times - 1 }];
    expect(logged(lab)).toMatchObject([first, ...rest]);
    const [status] = lab.box.status();
    expect(status?.xruns?.count).toBe(2 * times);
    expect([status?.hardware, hardwareOf(lab, 1)]).toEqual(["ready", []]);
    expect(lab.box.status()[1]?.xruns).toBeUndefined();
    await lab.stop();
  });

  it("without end: its line is safe and told of, others talk on, and it comes back", async () => {
    const { lab, card } = await lay(22);
    const { alice, bob, carol, dave } = await talking(lab);
    card.isHopeless = true;
    card.xrun();
    const speech = lab.speech("while it fails", 4000);
    await carol.says(speech);
    await dave.heard(speech);
    expect(hardwareOf(lab, 1)[0]).toBe("fault");
    expect(lab.board.lines[0]?.chip.isRinging).toBe(false);
    const fault = lab.events.find((event) => event.kind === "line" && event.event.kind === "fault");
    expect(fault).toMatchObject({ line: 1, event: { fault: { kind: "io", what: CARD } } });
    await bob.hears("busy");
    bob.hang();
    alice.hang();
    card.isHopeless = false;
    const back = lab.speech("while it comes back", 2000);
    await dave.says(back);
    await carol.heard(back);
    carol.hang();
    dave.hang();
    await lab.world.advance(70_000);
    expect(lab.box.status().map(({ hardware }) => hardware)).toEqual(Array(4).fill("ready"));
    expect([2, 3, 4].flatMap((line) => hardwareOf(lab, line))).toEqual([]);
    await callsAndIsHeard(lab);
    await lab.stop();
  });

  it("at each dial tone anew: the waits grow, and the log is not flooded", async () => {
    const { lab, card } = await lay(23);
    const [alice] = lab.phones;
    card.isHopeless = true;
    alice.lift();
    await lab.world.advance(120_000);
    const faults = lab.events.flatMap((event) =>
      event.kind === "line" && event.line === 1 && event.event.kind === "fault"
        ? [event.event.atMs]
        : [],
    );
    const waits = faults.slice(1).map((atMs, n) => Math.round((atMs - (faults[n] ?? 0)) / 1000));
    expect(waits.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
    expect(logged(lab).length).toBeLessThanOrEqual(2 * faults.length);
    card.isHopeless = false;
    await lab.world.advance(70_000);
    alice.hang();
    await lab.world.advance(2000);
    await callsAndIsHeard(lab);
    await lab.stop();
  });
});
