import { describe, expect, it } from "vitest";
import { VirtualNetwork } from "../../../test/hw-sim/world/network.ts";
import { World } from "../../../test/hw-sim/world/world.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import type { Udp } from "../../hal/ports/net.ts";
import { CallRehearsal } from "./rehearsal.ts";

const RTP = { host: "192.0.2.1", portMin: 16_384, portMax: 16_400 };

/** A rehearsal in a world of its own: what was sent, and how many sockets are open. */
function setUp(frames: number, portMax = RTP.portMax) {
  const world = new World({ seed: 1 });
  const network = new VirtualNetwork(world).host(RTP.host);
  const seen = { sent: 0, open: 0, received: 0 };
  const udp: Udp = {
    async bind(binding) {
      const { onDatagram } = binding;
      const socket = await network.udp.bind({
        ...binding,
        onDatagram(bytes, from) {
          seen.received++;
          onDatagram(bytes, from);
        },
      });
      seen.open++;
      return {
        local: socket.local,
        send(bytes, to) {
          seen.sent++;
          socket.send(bytes, to);
        },
        close() {
          seen.open--;
          socket.close();
        },
      };
    },
  };
  const absent = (): never => {
    throw new Error("a rehearsal has no line");
  };
  const ports: RealtimePorts = {
    clock: { nowMs: absent, wallMs: absent, at: absent },
    udp: { bind: absent },
    random: world.random("rehearsal"),
    gpio: { openInput: absent, openOutput: absent },
    pcm: { open: absent },
  };
  const rehearsal = {
    clock: world.clock,
    udp,
    advance: (ms: number) => world.runUntil(world.clock.nowMs() + ms),
  };
  return { seen, calls: new CallRehearsal(rehearsal, ports, { ...RTP, portMax }, frames) };
}

/** Sockets are opened by promises. */
async function settle(): Promise<void> {
  for (let n = 0; n < 50; n++) await Promise.resolve();
}

describe("CallRehearsal", () => {
  it("lets calls talk for so many frames, and leaves no socket", async () => {
    const { seen, calls } = setUp(50);
    await settle();
    expect(calls.begin()).toBe(true);
    let frames = 1;
    while (calls.step()) frames++;
    expect(frames).toBe(50);
    // Four sessions that send a packet in two frames, and hear as many.
    expect(seen.sent).toBeGreaterThanOrEqual(4 * 22);
    expect(seen.received).toBeGreaterThanOrEqual(4 * 22);
    calls.close();
    expect(seen.open).toBe(0);
  });

  it("does not begin where there are not enough ports", async () => {
    const { calls, seen } = setUp(50, RTP.portMin + 3);
    await settle();
    expect(calls.begin()).toBe(false);
    calls.close();
    expect(seen.open).toBe(0);
  });
});
