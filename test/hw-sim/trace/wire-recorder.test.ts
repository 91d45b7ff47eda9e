import { describe, expect, it } from "vitest";
import { parseWav } from "../audio/wav.ts";
import { WIRE_LIMIT_SAMPLES, WireRecorder } from "./wire-recorder.ts";

function channels(recorder: WireRecorder): readonly number[][] {
  const wav = parseWav(recorder.wav());
  return wav.ok ? wav.value.channels.map((channel) => [...channel]) : [];
}

describe("WireRecorder", () => {
  it("puts each frame where it belongs, both ways, with silence between", () => {
    const recorder = new WireRecorder();
    recorder.take(2, Int16Array.of(1, 2), Int16Array.of(-1, -2));
    recorder.take(6, Int16Array.of(3), Int16Array.of(-3));
    expect(channels(recorder)).toEqual([
      [0, 0, 1, 2, 0, 0, 3],
      [0, 0, -1, -2, 0, 0, -3],
    ]);
  });

  it("is empty where the line was never heard", () => {
    expect(channels(new WireRecorder())).toEqual([[], []]);
  });

  it("grows up to its limit, and takes nothing past it", () => {
    const recorder = new WireRecorder();
    recorder.take(400_000, Int16Array.of(7), Int16Array.of(8));
    expect(channels(recorder)[0]?.length).toBe(400_001);
    recorder.take(WIRE_LIMIT_SAMPLES, Int16Array.of(9), Int16Array.of(9));
    expect(channels(recorder)[0]?.length).toBe(400_001);
  });
});
