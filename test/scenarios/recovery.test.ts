import { describe, expect, it } from "vitest";
import { type Bench, bench } from "../hw-sim/index.ts";
import { callsAndIsHeard } from "./support/talk.ts";

/** What was told of line 1's hardware, in order. */
function hardwareOf(lab: Bench): readonly string[] {
  return lab.events.flatMap((event) => {
    if (event.kind === "line-ready" || event.kind === "line-failed") {
      return event.line === 1 ? [event.kind] : [];
    }
    const tells = event.kind === "line" && event.line === 1;
    if (!tells || (event.event.kind !== "fault" && event.event.kind !== "recovered")) return [];
    return [event.event.kind];
  });
}

describe("a line whose hardware fails", () => {
  it("works again once its sound card is back; the other never stopped", async () => {
    const lab = await bench({ seed: 3 });
    const [alice, bob] = lab.phones;
    lab.board.pcm.unplug("line1");
    await lab.world.advance(3000);
    expect(hardwareOf(lab)).toEqual(["line-ready", "fault"]);
    bob.lift();
    await bob.hears("dial-tone");
    bob.hang();
    alice.lift();
    await lab.world.advance(2000);
    expect(alice.phone.hears).toBeUndefined();
    alice.hang();
    lab.board.pcm.refuse("line1", undefined);
    await lab.world.advance(10_000);
    expect(hardwareOf(lab)).toEqual(["line-ready", "fault", "recovered"]);
    expect(lab.box.status()[0]?.hardware).toBe("ready");
    await callsAndIsHeard(lab);
    await lab.stop();
  });

  it("comes up later where it could not be opened at the start", async () => {
    const lab = await bench({
      prepare: ({ board }) => board.pcm.refuse("line1", "busy"),
    });
    await lab.world.advance(100_000);
    expect(hardwareOf(lab)).toEqual(["line-failed"]);
    lab.board.pcm.refuse("line1", undefined);
    await lab.world.advance(60_000);
    expect(hardwareOf(lab)).toEqual(["line-failed", "recovered"]);
    await callsAndIsHeard(lab);
    await lab.stop();
  });

  it("reports a receiver that is off the hook when it comes back", async () => {
    const lab = await bench({ seed: 5 });
    const [alice] = lab.phones;
    lab.board.pcm.unplug("line1");
    await lab.world.advance(500);
    alice.lift();
    lab.board.pcm.refuse("line1", undefined);
    await alice.hears("dial-tone");
    alice.hang();
    await lab.stop();
  });
});
