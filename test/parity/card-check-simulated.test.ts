import { describe, expect, it } from "vitest";
import { type CardCheckResult, checkCard } from "../../src/hal/drivers/index.ts";
import { createSimBoard } from "../hw-sim/board/sim-board.ts";
import type { SimLineOptions } from "../hw-sim/board/sim-line.ts";
import { World } from "../hw-sim/world/world.ts";

const text = ({ rules, title, outcome }: CardCheckResult): string =>
  `${rules} ${title}: ${outcome.kind} ${outcome.note ?? ""}`;

/** The check on the simulator's card, which was written from the protocol's document alone. */
async function check(line: Partial<SimLineOptions>, baud: number) {
  const world = new World({ seed: 1 });
  const options = { chip: "serial-card" as const, ohtBias: true, ...line };
  const board = createSimBoard(world, { lines: [options, options] });
  const checked = checkCard(
    { device: "card1", baud, line: 1, mayRing: true },
    { serial: board.serial, clock: world.clock },
    () => {},
  );
  return world.complete(checked, 120_000);
}

describe("checkCard() on the simulated card", () => {
  it.each([
    ["on USB", {}, 921_600],
    ["on a UART at 460800 baud", { cardBaud: 460_800 }, 460_800],
  ] as const)("%s: finds nothing wrong", async (_, line, baud) => {
    const results = await check(line, baud);
    expect(results.filter(({ outcome }) => outcome.kind === "failed").map(text)).toEqual([]);
    expect(results.filter(({ outcome }) => outcome.kind === "passed").length).toBeGreaterThan(14);
  });
});
