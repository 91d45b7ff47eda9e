import { describe, expect, it } from "vitest";
import { createRandomStream } from "../../test/hw-sim/world/random-stream.ts";
import { loadOpus } from "../hal/node/index.ts";
import { DEFAULT_OPUS } from "./codec/codecs.ts";
import { createOpusSpec } from "./codec/opus.ts";
import { voiceLike } from "./codec/voice-like.fixture.ts";
import { Playout } from "./playout.ts";

const FRAME = 80;
const PACKET = 160;
const CLOCK = 6;
const engine = loadOpus();

/** Half a minute of it, coded with copies and without. */
const PACKETS = 1500;
function coded(fec: boolean): readonly Uint8Array[] {
  const spec = createOpusSpec(engine, { ...DEFAULT_OPUS, bitrate: 24_000, fec });
  const sender = spec.createCodec();
  const out = new Uint8Array(spec.maxPayloadBytes(PACKET));
  const packets = Array.from({ length: PACKETS }, (_, n) =>
    out.slice(0, sender.encode(voiceLike(PACKET, n * PACKET), out)),
  );
  sender.close?.();
  return packets;
}
const PACKED = { copies: coded(true), none: coded(false) };

/** Opus over a network without jitter, some packets of which are lost. */
function listen(how: {
  readonly packets: readonly Uint8Array[];
  readonly lostShare: number;
  readonly lostUntil?: number;
}) {
  const receiver = createOpusSpec(engine, DEFAULT_OPUS).createCodec();
  const playout = new Playout(FRAME, CLOCK, () => receiver);
  const random = createRandomStream(5, "loss");
  const delaysMs: number[] = [];
  let [lost, concealedEarly] = [0, 0];
  for (const [n, payload] of how.packets.entries()) {
    const isLost = random.float() < how.lostShare && n < (how.lostUntil ?? PACKETS);
    if (n === 250) concealedEarly = playout.framesConcealed;
    if (isLost && n >= 250) lost++;
    if (!isLost) {
      playout.put({
        ...{ sequence: n, timestamp: n * PACKET * CLOCK, payloadType: 111, payload },
        samples: receiver.payloadSamples(payload),
        copySamples: receiver.copySamples?.(payload) ?? 0,
      });
    }
    for (let half = 0; half < 2; half++) {
      playout.pull(new Int16Array(FRAME));
      delaysMs.push(playout.delaySamples / 8);
    }
  }
  receiver.close?.();
  return { lost, concealed: playout.framesConcealed - concealedEarly, delaysMs };
}

describe("Playout and the copies that Opus packs into the packet after", () => {
  it("waits for them while packets are lost, and hardly makes up a frame", () => {
    const { lost, concealed, delaysMs } = listen({ packets: PACKED.copies, lostShare: 0.05 });
    expect(lost).toBeGreaterThan(40);
    // Two frames a packet: of two in a row the first has no copy, nor has what the encoder skipped.
    expect(concealed).toBeLessThan(0.25 * 2 * lost);
    expect(Math.max(...delaysMs.slice(500))).toBeLessThanOrEqual(40);
  });

  it("waits for nothing where there are no copies", () => {
    const { lost, concealed, delaysMs } = listen({ packets: PACKED.none, lostShare: 0.05 });
    expect(concealed).toBeGreaterThanOrEqual(2 * lost - 4);
    expect(Math.max(...delaysMs)).toBe(0);
  });

  it("waits for nothing any more once nothing is lost", () => {
    const { delaysMs } = listen({ packets: PACKED.copies, lostShare: 0.05, lostUntil: 750 });
    expect(Math.max(...delaysMs.slice(1000, 1500))).toBeGreaterThan(0);
    expect(Math.max(...delaysMs.slice(2500))).toBe(0);
  });
});
