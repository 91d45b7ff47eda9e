import { describe, expect, it } from "vitest";
import { type Bench, bench } from "../hw-sim/index.ts";
import { callsAndIsHeard } from "./support/talk.ts";

/** Line 1 has the card that fails, line 2 an Ag1171 of its own, which must not notice. */
const withCard = (seed: number, chip: "serial-card" | "si3210" | "ag1171"): Promise<Bench> =>
  bench({ seed, line: [{ chip }, { chip: "ag1171" }] });

/** What was told of a line's hardware, in order. */
function hardwareOf(lab: Bench, line: number): readonly string[] {
  return lab.events.flatMap((event) => {
    if (event.kind !== "line" || event.line !== line) return [];
    return event.event.kind === "fault" || event.event.kind === "recovered"
      ? [event.event.kind]
      : [];
  });
}

function faultOf(lab: Bench): string {
  for (const event of lab.events) {
    if (event.kind === "line" && event.event.kind === "fault") return event.event.fault.what;
  }
  return "no fault";
}

/** Alice calls Bob, and they talk. */
async function talk(lab: Bench): Promise<void> {
  const [alice, bob] = lab.phones;
  await alice.calls("102");
  await bob.rings();
  bob.lift();
  await lab.world.advance(1000);
}

interface Failure {
  readonly name: string;
  readonly chip: "serial-card" | "si3210" | "ag1171";
  readonly fail: (lab: Bench) => void;
  /** Nothing, where it heals by itself. */
  readonly mend: (lab: Bench) => void;
  readonly fault: RegExp;
}

const nothing = (): void => {};

const FAILURES: readonly Failure[] = [
  {
    name: "the serial cable is pulled",
    chip: "serial-card",
    fail: ({ board }) => board.serial.unplug("card1"),
    mend: ({ board }) => board.serial.plugIn("card1"),
    fault: /card1/,
  },
  {
    name: "the serial port fails",
    chip: "serial-card",
    fail: ({ board }) => board.serial.fail("card1", "io"),
    mend: nothing,
    fault: /card1/,
  },
  {
    name: "the card's controller is reset",
    chip: "serial-card",
    fail: ({ board }) => board.lines[0]?.card?.card.reset(),
    mend: nothing,
    fault: /it was reset/,
  },
  {
    name: "the card's controller hangs",
    chip: "serial-card",
    fail: ({ board }) => board.lines[0]?.card?.card.hang(),
    mend: ({ board }) => board.lines[0]?.card?.card.reset(),
    fault: /silent|no answer/,
  },
  {
    name: "the card reports over-current",
    chip: "serial-card",
    fail: ({ board }) => board.lines[0]?.card?.card.raiseFault(0, 1),
    mend: ({ board }) => board.lines[0]?.card?.card.clearFault(0),
    fault: /over-current/,
  },
  {
    name: "the card reports that it is too hot",
    chip: "serial-card",
    fail: ({ board }) => board.lines[0]?.card?.card.raiseFault(0, 2),
    mend: ({ board }) => board.lines[0]?.card?.card.clearFault(0),
    fault: /too hot/,
  },
  {
    name: "the ProSLIC's wire sticks low",
    chip: "si3210",
    fail: ({ board }) => board.spi.stick("line1-spi", 0),
    mend: ({ board }) => board.spi.stick("line1-spi", undefined),
    fault: /does not answer any more/,
  },
  {
    name: "the ProSLIC's wire sticks high",
    chip: "si3210",
    fail: ({ board }) => board.spi.stick("line1-spi", 1),
    mend: ({ board }) => board.spi.stick("line1-spi", undefined),
    fault: /does not answer any more/,
  },
  {
    name: "the SPI controller is gone",
    chip: "si3210",
    fail: ({ board }) => board.spi.setFault("line1-spi", "gone"),
    mend: ({ board }) => board.spi.setFault("line1-spi", undefined),
    fault: /line1-spi/,
  },
  {
    name: "a transistor of the ProSLIC is too hot",
    chip: "si3210",
    fail: ({ board }) => board.lines[0]?.si321x?.overheat(6),
    mend: nothing,
    fault: /too much power in Q6/,
  },
  {
    name: "a pin is gone",
    chip: "ag1171",
    fail: ({ board }) => board.gpio.setFault("line1-shk", "gone"),
    mend: ({ board }) => board.gpio.setFault("line1-shk", undefined),
    fault: /line1-shk/,
  },
  {
    name: "the sound card is pulled",
    chip: "ag1171",
    fail: ({ board }) => board.pcm.unplug("line1"),
    mend: ({ board }) => board.pcm.refuse("line1", undefined),
    fault: /line1/,
  },
];

describe.each(FAILURES)("$name", ({ chip, fail, mend, fault }) => {
  it("that line is told of and comes back; others in a call do not notice", async () => {
    const lab = await bench({
      seed: 3,
      phones: ["touch-tone", "touch-tone", "touch-tone"],
      line: [{ chip }, { chip: "ag1171" }, { chip: "ag1171" }],
    });
    const [, bob, carol] = [...lab.phones];
    if (carol === undefined) throw new Error("there are three");
    await bob.calls("103");
    await carol.rings();
    carol.lift();
    await lab.world.advance(500);
    fail(lab);
    // The failure, and the first tries to open the line again.
    const speech = lab.speech("while it fails", 4000);
    await bob.says(speech);
    await carol.heard(speech);
    expect(faultOf(lab)).toMatch(fault);
    mend(lab);
    const back = lab.speech("while it comes back", 2000);
    await carol.says(back);
    await bob.heard(back);
    bob.hang();
    carol.hang();
    await lab.world.advance(70_000);
    expect([...hardwareOf(lab, 2), ...hardwareOf(lab, 3)]).toEqual([]);
    expect(hardwareOf(lab, 1).at(-1)).toBe("recovered");
    expect(lab.box.status()[0]?.hardware).toBe("ready");
    await callsAndIsHeard(lab);
    await lab.stop();
  });

  it("while its bell rings: the bell is silent 2 s later, and it works again", async () => {
    const lab = await withCard(5, chip);
    const [alice, bob] = lab.phones;
    await bob.calls("101");
    await alice.rings();
    fail(lab);
    await lab.world.advance(2000);
    expect(lab.board.lines[0]?.chip.isRinging).toBe(false);
    mend(lab);
    await lab.world.advance(10_000);
    expect(hardwareOf(lab, 2)).toEqual([]);
    bob.hang();
    await lab.world.advance(70_000);
    expect(lab.board.lines[0]?.chip.isRinging).toBe(false);
    await callsAndIsHeard(lab);
    await lab.stop();
  });
});

describe("a line that fails with its receiver lifted", () => {
  it("is known to be on the hook, where it was hung up before it came back", async () => {
    const lab = await withCard(6, "ag1171");
    const [alice] = lab.phones;
    alice.lift();
    await alice.hears("dial-tone");
    lab.board.pcm.unplug("line1");
    await lab.world.advance(500);
    alice.hang();
    await lab.world.advance(500);
    expect(lab.box.status()[0]).toMatchObject({ hardware: "failed" });
    lab.board.pcm.refuse("line1", undefined);
    await lab.world.advance(70_000);
    expect(lab.box.status()[0]).toMatchObject({ hardware: "ready", hook: "on-hook" });
    await callsAndIsHeard(lab);
    await lab.stop();
  });
});

describe("a ProSLIC that loses its settings", () => {
  it("and does not answer any more is not fed either, and comes back", async () => {
    const lab = await withCard(8, "si3210");
    lab.board.lines[0]?.si321x?.reset();
    lab.board.spi.stick("line1-spi", 0);
    await lab.world.advance(4000);
    expect(faultOf(lab)).toMatch(/line1-spi/);
    lab.board.spi.stick("line1-spi", undefined);
    await lab.world.advance(70_000);
    await callsAndIsHeard(lab);
    await lab.stop();
  });

  it("in a call gets them again, and the call goes on", async () => {
    const lab = await withCard(8, "si3210");
    const [alice, bob] = lab.phones;
    await talk(lab);
    lab.board.lines[0]?.si321x?.reset();
    await lab.world.advance(1500);
    const speech = lab.speech("after the reset", 1500);
    await alice.says(speech);
    await bob.heard(speech);
    const back = lab.speech("and back", 1500);
    await bob.says(back);
    await alice.heard(back);
    expect(hardwareOf(lab, 1)).toEqual([]);
    bob.hang();
    await alice.hears("busy");
    alice.hang();
    await lab.stop();
    expect(lab.records.map(({ result }) => result)).toEqual(["answered", "answered"]);
  });
});

describe("a serial card whose cable is pulled as its telephone answers", () => {
  it.each([0, 8, 40])("%i ms after: no ringing stays at the ear", async (ms) => {
    const lab = await withCard(13, "serial-card");
    const [alice, bob] = lab.phones;
    bob.lift();
    await bob.hears("dial-tone");
    await bob.dials("101");
    await alice.rings();
    await lab.world.advance(700);
    const chip = lab.board.lines[0]?.chip;
    expect(chip?.isRinging).toBe(true);
    alice.lift();
    await lab.world.advance(ms);
    lab.board.serial.unplug("card1");
    // Two half waves until current flows without a break, and the module's way out of ringing.
    await lab.world.advance(100 - ms);
    expect(chip?.isRinging).toBe(false);
    await lab.world.advance(5000);
    expect([chip?.isRinging, chip?.violations]).toEqual([false, []]);
    await lab.stop();
  });
});

describe("a ProSLIC that is reset a moment before its ringing is to end", () => {
  it.each([2, 20, 100, 200])("%i ms: gets its settings before it is told so", async (beforeMs) => {
    const lab = await withCard(9, "si3210");
    const [alice, bob] = lab.phones;
    bob.lift();
    await bob.hears("dial-tone");
    await bob.dials("101");
    await alice.rings();
    await lab.world.advance(1000);
    // Hanging up is believed after a second.
    bob.hang();
    await lab.world.advance(1000 - beforeMs);
    lab.board.lines[0]?.si321x?.reset();
    await lab.world.advance(5000);
    expect(lab.board.lines[0]?.chip.isRinging).toBe(false);
    await callsAndIsHeard(lab);
    expect(hardwareOf(lab, 1)).toEqual([]);
    await lab.stop();
  });
});

describe("a ProSLIC that is reset just before its sound card is gone", () => {
  it("is left open, not fed without settings, and comes back", async () => {
    const lab = await withCard(10, "si3210");
    lab.board.lines[0]?.si321x?.reset();
    lab.board.pcm.unplug("line1");
    await lab.world.advance(200);
    lab.board.pcm.refuse("line1", undefined);
    await lab.world.advance(70_000);
    expect(hardwareOf(lab, 1)).toEqual(["fault", "recovered"]);
    await callsAndIsHeard(lab);
    await lab.stop();
  });
});

describe("a bad serial cable", () => {
  it("that loses and spoils bytes leaves hook and bell as they are", async () => {
    const lab = await withCard(11, "serial-card");
    const [alice, bob] = lab.phones;
    lab.board.serial.setConditions("card1", { lostByteRatio: 0.0003, flippedBitRatio: 0.00005 });
    for (let call = 0; call < 3; call++) {
      alice.forget();
      bob.forget();
      await bob.calls("101");
      await alice.rings();
      alice.lift();
      await lab.world.advance(1500);
      alice.hang();
      await bob.hears("busy");
      bob.hang();
      await lab.world.advance(2000);
    }
    expect(hardwareOf(lab, 1)).toEqual([]);
    await lab.stop();
  });

  it("with garbage on it is heard through", async () => {
    const lab = await withCard(12, "serial-card");
    for (let burst = 0; burst < 20; burst++) {
      const bytes = Uint8Array.from({ length: 300 }, (_, at) => (at * 31 + burst * 7) & 0xff);
      lab.board.serial.injectGarbage("card1", bytes);
      await lab.world.advance(50);
    }
    await callsAndIsHeard(lab);
    expect(hardwareOf(lab, 1)).toEqual([]);
    await lab.stop();
  });
});

describe("a noisy SPI bus", () => {
  it("makes no bell ring for longer than two health checks, and is over when it is", async () => {
    const lab = await withCard(13, "si3210");
    lab.board.spi.setBitErrors("line1-spi", 0.0005);
    let rangForMs = 0;
    let longestMs = 0;
    for (let step = 0; step < 1200; step++) {
      await lab.world.advance(50);
      rangForMs = lab.board.lines[0]?.chip.isRinging === true ? rangForMs + 50 : 0;
      longestMs = Math.max(longestMs, rangForMs);
    }
    expect(longestMs).toBeLessThanOrEqual(500);
    lab.board.spi.setBitErrors("line1-spi", 0);
    await lab.world.advance(130_000);
    expect(lab.box.status()[0]?.hardware).toBe("ready");
    await callsAndIsHeard(lab);
    expect(hardwareOf(lab, 2)).toEqual([]);
  });
});

describe("a daisy chain of ProSLICs", () => {
  it("works line by line", async () => {
    const lab = await bench({ seed: 6, line: { chip: "si3210", spiChain: "chain" } });
    await callsAndIsHeard(lab);
    await lab.stop();
  });
});
