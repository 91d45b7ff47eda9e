import { describe, expect, it } from "vitest";
import { levelDbm, sineMix } from "../audio/levels.ts";
import { PAIR_MIXER } from "../audio/sound-kernel.ts";
import { PIECE_SAMPLES } from "../audio/sound-math.ts";
import { US_TONES } from "../audio/tone-tables.ts";
import { Receiver } from "./receiver.ts";

/** What a receiver leaves in the mixer after a piece of dial tone, and what it records of it. */
function hear(cutOff: "not" | "before" | "by what it hears") {
  const receiver = new Receiver({
    tones: US_TONES,
    observe() {},
    onPiece() {
      if (cutOff === "by what it hears") receiver.earMuted = true;
    },
    isOverheard: () => false,
  });
  receiver.start(0);
  receiver.startRecording(0, 0);
  receiver.earMuted = cutOff === "before";
  PAIR_MIXER.ownPiece.fill(0);
  receiver.sent(PAIR_MIXER.ownPiece, 0);
  PAIR_MIXER.heardPiece.set(sineMix([350, 440], -13, 10));
  receiver.hear(PAIR_MIXER.heardPiece, 0);
  const recorded = receiver.stopRecording(PIECE_SAMPLES)?.volts ?? [];
  return {
    mixed: Math.round(levelDbm(PAIR_MIXER.piece)),
    recorded: Math.round(levelDbm(recorded)),
  };
}

describe("Receiver", () => {
  it.each([
    ["not", false],
    ["before", true],
    ["by what it hears", true],
  ] as const)("keeps silence of its own where the ear is cut off: %s", (cutOff, isSilent) => {
    const { mixed, recorded } = hear(cutOff);
    // The mixer's memory is anybody's as soon as somebody hears of a tone.
    expect(mixed).toBeGreaterThan(-20);
    expect(recorded > -20).toBe(!isSilent);
  });
});
