import { describe, expect, it } from "vitest";
import { PCMU } from "./codec/g711.ts";
import { Playout } from "./playout.ts";

const FRAME = 80;
const PACKET = 160;
const codec = PCMU.createCodec();

/**
 * Plays packet times of 20 ms and counts what was made up: `P` a packet, `.` none was sent, `x` one
 * was lost, `E` an event was sent in its place, `e` an event that was lost.
 */
function concealed(script: string): number {
  const playout = new Playout(FRAME, 1, () => codec);
  const frame = new Int16Array(FRAME);
  let sequence = 0;
  for (const [at, what] of [...script].entries()) {
    const timestamp = at * PACKET;
    const payload = new Uint8Array(PACKET).fill(0xff);
    const common = { timestamp, payloadType: 0, payload, samples: PACKET };
    if (what === "P") playout.put({ sequence, ...common });
    if (what === "E") playout.passOver(sequence);
    if (what !== ".") sequence++;
    for (let n = 0; n < PACKET / FRAME; n++) playout.pull(frame);
  }
  return playout.framesConcealed;
}

const GO = "P".repeat(20);

describe("Playout.framesConcealed", () => {
  it.each([
    { script: GO + GO, frames: 0 },
    { script: `${GO}x${GO}`, frames: 2 },
    { script: `${GO}xx${GO}`, frames: 4 },
    // The far end had nothing to send: no number is missing.
    { script: `${GO}.${GO}`, frames: 0 },
    { script: `${GO}.......${GO}...P..${GO}`, frames: 0 },
    { script: `${GO}${".".repeat(20)}${GO}`, frames: 0 },
    // Where both are, the loss counts.
    { script: `${GO}..x..${GO}`, frames: 2 },
    { script: `${GO}.xx${GO}`, frames: 4 },
    // Events stand where sound would.
    { script: `${GO}EEEEE${GO}`, frames: 0 },
    { script: `${GO}EEeEE${GO}`, frames: 2 },
  ])("$script: $frames", ({ script, frames }) => {
    expect(concealed(script)).toBe(frames);
  });
});
