import { describe, expect, it } from "vitest";
import { createSimBoard } from "../../board/sim-board.ts";
import { World } from "../../world/world.ts";

async function chain(count: number) {
  const world = new World({ seed: 1 });
  const board = createSimBoard(world, {
    lines: Array.from({ length: count }, () => ({ chip: "si3210", spiChain: "chain" }) as const),
  });
  const device = await board.spi.open("chain", {
    mode: 3,
    clockHz: 1e6,
    deselectsBetweenBytes: true,
  });
  const send = (...sent: number[]): number => {
    const received = new Uint8Array(sent.length);
    device.transfer(Uint8Array.from(sent), received);
    return received.at(-1) ?? 0;
  };
  return { board, send, chips: board.lines.map(({ si321x }) => si321x) };
}

describe("daisyChain()", () => {
  it("reaches all parts at once until they are told that they are in a chain", async () => {
    const { send, chips } = await chain(3);
    send(71, 5);
    expect(chips.map((chip) => chip?.registers.get(71))).toEqual([5, 5, 5]);
  });

  it("gives part k the access whose bit k is set", async () => {
    const { send, chips } = await chain(3);
    send(0, 0x80);
    for (const part of [0, 1, 2]) send(1 << part, 71, part + 1);
    expect(chips.map((chip) => chip?.registers.get(71))).toEqual([1, 2, 3]);
    expect([0, 1, 2].map((part) => send(1 << part, 0x80 | 71, 0))).toEqual([1, 2, 3]);
    send(0xff, 71, 7);
    expect(chips.map((chip) => chip?.registers.get(71))).toEqual([7, 7, 7]);
  });

  it("lets nobody drive the wire where nobody was meant", async () => {
    const { send } = await chain(2);
    send(0, 0x80);
    expect(send(0x00, 0x80 | 71, 0)).toBe(0xff);
    expect(send(0x04, 0x80 | 11, 0)).toBe(0xff);
  });

  it("falls out of step with a part that was reset, as the real one does", async () => {
    const { send, chips } = await chain(2);
    send(0, 0x80);
    chips[1]?.reset();
    // The second part takes the first two of three bytes for an access.
    expect(send(0x02, 0x80 | 11, 0)).not.toBe(0x33);
  });
});
