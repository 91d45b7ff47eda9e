import { describe, expect, it } from "vitest";
import { VirtualNetwork } from "../../test/hw-sim/world/network.ts";
import { World } from "../../test/hw-sim/world/world.ts";
import { HandClock } from "../hal/drivers/testing/hand-clock.ts";
import type { RealtimePorts } from "../hal/ports/board.ts";
import type { Udp } from "../hal/ports/net.ts";
import { Warming } from "./warming.ts";

const RTP = { host: "127.0.0.1", portMin: 16_384, portMax: 16_400 };
const PLAN = { lines: 3, calls: [4, 2] };
const STEP_MS = 2;

/** A board whose rehearsals are counted, and warming up upon it; each step takes `stepMs`. */
function setUp(stepMs = STEP_MS, portMax = RTP.portMax) {
  const clock = new HandClock(0);
  const seen = { casts: 0, open: 0, workedMs: 0, stepsAtMs: [] as number[] };
  let pieceMs = 0;
  let endedMs = -1;
  const absent = (): never => {
    throw new Error("no line is touched");
  };
  const ports: RealtimePorts = {
    clock,
    udp: { bind: absent },
    random: new World({ seed: 1 }).random("warming"),
    gpio: { openInput: absent, openOutput: absent },
    pcm: { open: absent },
  };
  const rehearse = () => {
    const world = new World({ seed: ++seen.casts });
    const network = new VirtualNetwork(world).host("192.0.2.1");
    const udp: Udp = {
      async bind(binding) {
        const socket = await network.udp.bind(binding);
        seen.open++;
        const close = (): void => {
          seen.open--;
          socket.close();
        };
        return { local: socket.local, send: (bytes, to) => socket.send(bytes, to), close };
      },
    };
    const advance = (ms: number): void => {
      seen.workedMs += stepMs;
      // All steps of a piece, by the moment at which it began.
      if (clock.nowMs() !== endedMs) pieceMs = clock.nowMs();
      seen.stepsAtMs.push(pieceMs);
      clock.stall(stepMs);
      endedMs = clock.nowMs();
      world.runUntil(world.clock.nowMs() + ms);
    };
    return { clock: world.clock, udp, advance };
  };
  const board = { ports, rehearse };
  const rtp = { ...RTP, portMax };
  const warming = new Warming(board, rtp, PLAN, () => (seen.workedMs += stepMs / 10));
  return { clock, seen, warming };
}

describe("Warming", () => {
  it("runs one cast of calls after the other, and leaves no socket and no timer", async () => {
    const { clock, seen, warming } = setUp();
    warming.start();
    expect(warming.isOver).toBe(false);
    await clock.advance(100);
    expect(seen.casts).toBe(2);
    // Of the second cast alone: two pairs of sessions with two sockets each.
    expect(seen.open).toBe(8);
    await clock.advance(3000);
    expect(warming.isOver).toBe(true);
    expect(seen.open).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  it.each([0, 5, 25, 60, 500])("stop() %i ms after its start leaves nothing open", async (ms) => {
    const { clock, seen, warming } = setUp();
    warming.start();
    await clock.advance(ms);
    warming.stop();
    warming.stop();
    const steps = seen.stepsAtMs.length;
    await clock.advance(1000);
    expect(seen.open).toBe(0);
    expect(clock.waiting).toBe(0);
    expect(seen.stepsAtMs.length).toBe(steps);
  });

  it.each([0.5, 2, 16, 50])("rests longer than it works with steps of %f ms", async (stepMs) => {
    const { clock, seen, warming } = setUp(stepMs);
    warming.start();
    await clock.advance(20_000);
    const pieces = [...new Set(seen.stepsAtMs)];
    expect(pieces.every((atMs) => atMs % 10 === 0)).toBe(true);
    // What is run once all has been run is a fixed number of steps a piece.
    const before = [...new Set(seen.stepsAtMs.slice(0, PLAN.calls[0]))];
    for (const [at, atMs] of before.entries()) {
      const next = pieces[at + 1] ?? 0;
      const worked = seen.stepsAtMs.filter((one) => one === atMs).length * stepMs;
      expect(next - atMs).toBeGreaterThan(2 * worked);
    }
  });

  it("does without calls where there are not enough ports", async () => {
    const { clock, seen, warming } = setUp(STEP_MS, RTP.portMin + 3);
    warming.start();
    await clock.advance(5000);
    expect(warming.isOver).toBe(true);
    expect(seen.open).toBe(0);
  });
});
