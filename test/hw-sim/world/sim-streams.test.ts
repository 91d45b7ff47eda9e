import { describe, expect, it } from "vitest";
import { bytesFromLatin1, latin1FromBytes } from "../../../src/base/bytes.ts";
import type { Stream } from "../../../src/hal/ports/net.ts";
import type { LinkConditions } from "./link.ts";
import { VirtualNetwork } from "./network.ts";
import { World } from "./world.ts";

const [NEAR, FAR] = ["10.0.0.1", "10.0.0.2"];

class Notes {
  text = "";
  readonly atMs: number[] = [];
  readonly ends: string[] = [];
  readonly #world: World;
  constructor(world: World) {
    this.#world = world;
  }
  onData(bytes: Uint8Array): void {
    this.text += latin1FromBytes(bytes);
    this.atMs.push(this.#world.clock.nowMs());
  }
  onWritable(): void {}
  onClose(fault: { readonly kind: string } | undefined): void {
    this.ends.push(fault?.kind ?? "closed");
  }
}

async function joined(conditions: Partial<LinkConditions> = {}) {
  const world = new World({ seed: 3 });
  const network = new VirtualNetwork(world, conditions);
  const near = new Notes(world);
  const far = new Notes(world);
  const accepted: Stream[] = [];
  const listening = network.host(FAR).streams.listen({
    ...{ host: FAR, port: 5060, onFault: () => {} },
    onStream: (stream) => {
      accepted.push(stream);
      return far;
    },
  });
  await world.complete(listening, 1000);
  const request = { to: { host: FAR, port: 5060 }, timeoutMs: 4000 };
  const opening = network.host(NEAR).streams.connect(request, near);
  const stream = await world.complete(opening, 5000);
  await world.advance(200);
  return { world, network, near, far, stream, answers: accepted[0] ?? stream, request };
}

describe("SimStreams", () => {
  it("take the link's latency, twice to open and once for bytes", async () => {
    const { world, far, stream } = await joined({ latencyMs: 40 });
    const sentMs = world.clock.nowMs();
    stream.write(bytesFromLatin1("x"));
    await world.advance(39);
    expect(far.text).toBe("");
    await world.advance(1);
    expect(far.atMs).toEqual([sentMs + 40]);
  });

  it("lose nothing on a lossy link, and keep the order: what was lost comes later", async () => {
    const { world, far, stream } = await joined({ latencyMs: 5, lossRatio: 0.4 });
    const sent = Array.from({ length: 200 }, (_, at) => `${at} `).join("");
    for (const word of sent.split(/(?<= )/)) stream.write(bytesFromLatin1(word));
    await world.advance(120_000);
    expect(far.text).toBe(sent);
    expect(Math.max(...far.atMs)).toBeGreaterThan(1000);
  });

  it("send again to the network as it is by then, not as it was at the loss", async () => {
    const { world, network, far, stream } = await joined({ latencyMs: 5 });
    network.setConditions({ lossRatio: 1 });
    const sentMs = world.clock.nowMs();
    stream.write(bytesFromLatin1("late"));
    await world.advance(1500);
    expect(far.text).toBe("");
    network.setConditions({ lossRatio: 0 });
    await world.advance(40_000);
    // Sent, and again a second later, in vain both times; the third time is two seconds behind.
    expect(far.atMs).toEqual([sentMs + 3005]);
  });

  it("wait behind a cut and go on once it is healed", async () => {
    const { world, network, far, near, stream } = await joined();
    network.setPartition(NEAR, FAR, true);
    stream.write(bytesFromLatin1("held"));
    await world.advance(6000);
    expect(far.text).toBe("");
    network.setPartition(NEAR, FAR, false);
    await world.advance(6000);
    expect([far.text, near.ends]).toEqual(["held", []]);
  });

  it("break where a cut lasts", async () => {
    const { world, network, near, stream } = await joined();
    network.setPartition(NEAR, FAR, true);
    stream.write(bytesFromLatin1("held"));
    await world.advance(120_000);
    expect(near.ends).toEqual(["unreachable"]);
  });

  it("cannot be opened across a cut, and say so when the time is over", async () => {
    const { world, network, near, request } = await joined();
    network.setPartition(NEAR, FAR, true);
    const fromMs = world.clock.nowMs();
    const opening = network.host(NEAR).streams.connect(request, near);
    await expect(world.complete(opening, 10_000)).rejects.toThrow("unreachable");
    expect(world.clock.nowMs() - fromMs).toBe(4000);
  });

  it("break at a reset, on the side that was reset", async () => {
    const { world, network, near, far } = await joined();
    network.resetStreams(NEAR, "10.0.0.9");
    expect(near.ends).toEqual([]);
    network.resetStreams(NEAR, FAR);
    network.resetStreams(FAR);
    await world.advance(1);
    expect([near.ends, far.ends]).toEqual([["gone"], ["gone"]]);
  });
});
