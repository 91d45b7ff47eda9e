import { describe, expect, it } from "vitest";
import { DIGIT_PLAYER_LIMIT, DigitPlayer } from "./digit-player.ts";

const FRAME = 80;

/** What is heard of some frames, the voice being a constant 9: sounds and their lengths, ms. */
function heard(player: DigitPlayer, frames: number): string {
  const all: number[] = [];
  const frame = new Int16Array(FRAME);
  for (let n = 0; n < frames; n++) {
    frame.fill(9);
    player.render(frame);
    all.push(...frame);
  }
  const kinds: { kind: string; samples: number }[] = [];
  for (let at = 0; at < all.length; at++) {
    // A tone's own zeros and nines are short.
    const near = all.slice(Math.max(0, at - 8), at + 9);
    const of = (value: number) => near.every((sample) => sample === value);
    const kind = of(9) ? "voice" : of(0) ? "pause" : "tone";
    const last = kinds.at(-1);
    if (last?.kind === kind) last.samples++;
    else kinds.push({ kind, samples: 1 });
  }
  // Each edge is seen eight samples inside what is no tone.
  return kinds
    .map(({ kind, samples }, at) => {
      const edges = (at === 0 ? 0 : 1) + (at === kinds.length - 1 ? 0 : 1);
      const inside = kind === "tone" ? samples - 8 * edges : samples + 8 * edges;
      return `${kind} ${Math.round(inside / 8)}`;
    })
    .join(", ");
}

describe("DigitPlayer", () => {
  it("leaves frames alone while it has nothing to play", () => {
    const frame = new Int16Array(FRAME).fill(9);
    expect(new DigitPlayer().render(frame)).toBe(false);
    expect(frame.every((sample) => sample === 9)).toBe(true);
  });

  it.each([
    { times: { minToneMs: 40, minPauseMs: 40 }, ms: 100, all: "tone 100, pause 40, tone 100" },
    { times: { minToneMs: 40, minPauseMs: 40 }, ms: 20, all: "tone 40, pause 40, tone 40" },
    { times: { minToneMs: 70, minPauseMs: 95 }, ms: 69, all: "tone 70, pause 95, tone 70" },
    { times: { minToneMs: 0, minPauseMs: 30 }, ms: 33, all: "tone 33, pause 30, tone 33" },
  ])("plays two digits of $ms ms as $all", ({ times, ms, all }) => {
    const player = new DigitPlayer(times);
    player.play("1", ms);
    player.play("2", ms);
    expect(heard(player, 40).split(", voice")[0]).toBe(all);
  });

  it.each([
    { second: 8 * 147, all: "voice 13, tone 64, pause 70, tone 53, voice 200" },
    // What would be too near waits for its pause.
    { second: 8 * 100, all: "voice 13, tone 64, pause 40, tone 53, voice 230" },
    // Far apart, the voice is heard between them.
    { second: 8 * 300, all: "voice 13, tone 64, voice 223, tone 53, voice 47" },
  ])("begins digits where it is told to, in the middle of a frame: $all", ({ second, all }) => {
    const player = new DigitPlayer();
    player.begin("1", 8 * 13);
    player.end(64);
    player.begin("5", second);
    player.end(53);
    expect(heard(player, 40)).toBe(all);
  });

  it("goes on with an open digit until it ends", () => {
    const player = new DigitPlayer();
    player.begin("7");
    const frame = new Int16Array(FRAME);
    for (let n = 0; n < 50; n++) expect(player.render(frame)).toBe(true);
    player.end(505);
    expect(player.render(frame)).toBe(true);
    expect(player.render(frame)).toBe(false);
  });

  it("clear() forgets what sounds and what waits", () => {
    const player = new DigitPlayer();
    player.play("7", 100);
    player.play("8", 100);
    player.render(new Int16Array(FRAME));
    player.clear();
    expect(player.render(new Int16Array(FRAME))).toBe(false);
    player.end(100);
  });

  it("refuses one digit too many", () => {
    const player = new DigitPlayer();
    for (let n = 0; n < DIGIT_PLAYER_LIMIT; n++) expect(player.play("1", 50)).toBe(true);
    expect(player.play("1", 50)).toBe(false);
  });
});
