import { describe, expect, it } from "vitest";
import type { AudioEndpoint, AudioSource } from "../base/audio.ts";
import { LINE_ENDPOINTS_MAX, LineAudio } from "./line-audio.ts";
import type { MediaOutput } from "./media-session.ts";

const FRAME = 80;
const filled = (value: number) => new Int16Array(FRAME).fill(value);

/** A source of one value for so many frames. */
const constantSource = (value: number, frames = Number.POSITIVE_INFINITY): AudioSource => {
  let left = frames;
  return {
    render(out) {
      out.fill(left > 0 ? value : 0);
      left--;
      return left > 0;
    },
  };
};

/** Says one value and keeps what it hears. */
class Far implements AudioEndpoint<MediaOutput> {
  readonly heard: number[] = [];
  readonly says: number;

  constructor(says: number) {
    this.says = says;
  }

  push(frame: Int16Array, nowMs: number): readonly MediaOutput[] {
    this.heard.push(frame[0] ?? 0);
    return [
      { kind: "event", event: { kind: "silent", session: "far", silentMs: nowMs, isFirst: true } },
    ];
  }

  pull(frame: Int16Array): readonly MediaOutput[] {
    frame.fill(this.says);
    return [];
  }
}

const playoutOf = (line: LineAudio, captured = filled(0)) => {
  const playout = filled(-1);
  const outputs = [...line.hear(captured, 0, 10), ...line.speak(playout, 10)];
  expect(new Set(playout).size).toBe(1);
  return { value: playout[0], outputs };
};

describe("LineAudio", () => {
  it("plays silence while nothing is there", () => {
    const line = new LineAudio({ frameSamples: FRAME });
    expect(line.isIdle).toBe(true);
    expect(playoutOf(line)).toEqual({ value: 0, outputs: [] });
  });

  it("mixes endpoint, tone and played source, and clips", () => {
    const line = new LineAudio({ frameSamples: FRAME });
    line.join(new Far(1000));
    line.setTone(constantSource(200));
    line.play(constantSource(30), "x");
    expect(playoutOf(line).value).toBe(1230);
    line.setTone(constantSource(32_000));
    expect(playoutOf(line).value).toBe(32_767);
    line.setTone(undefined);
    line.stopPlaying();
    expect(playoutOf(line).value).toBe(1000);
    line.part();
    expect(playoutOf(line).value).toBe(0);
    expect(line.isIdle).toBe(true);
  });

  it("parts the two while muted; tones and the digit detector go on", () => {
    const heard: number[] = [];
    const detectDigits = (frame: Int16Array) => heard.push(frame[0] ?? 0) < 0;
    const line = new LineAudio({ frameSamples: FRAME, detectDigits });
    const far = new Far(1000);
    line.join(far);
    line.setTone(constantSource(200));
    line.mute(true);
    expect(playoutOf(line, filled(7)).value).toBe(200);
    line.mute(false);
    expect(playoutOf(line, filled(8)).value).toBe(1200);
    expect(far.heard).toEqual([0, 8]);
    expect(heard).toEqual([7, 8]);
  });

  it("hands up what the endpoint causes", () => {
    const line = new LineAudio({ frameSamples: FRAME });
    line.join(new Far(0));
    expect(playoutOf(line).outputs).toEqual([
      { kind: "event", event: { kind: "silent", session: "far", silentMs: 10, isFirst: true } },
    ]);
  });

  it("tells in the frame in which a played source ends, once", () => {
    const line = new LineAudio({ frameSamples: FRAME });
    line.play(constantSource(5, 2), "caller-id");
    expect(playoutOf(line)).toEqual({ value: 5, outputs: [] });
    expect(playoutOf(line)).toEqual({
      value: 5,
      outputs: [{ kind: "source-done", id: "caller-id" }],
    });
    expect(playoutOf(line)).toEqual({ value: 0, outputs: [] });
  });

  it("shows every captured frame to the digit detector, call or no call", () => {
    const seen: [number | undefined, number][] = [];
    const line = new LineAudio({
      frameSamples: FRAME,
      detectDigits: (frame, firstSample) => {
        seen.push([frame[0], firstSample]);
        return false;
      },
    });
    line.hear(filled(7), 160, 30);
    line.hear(filled(8), 240, 40);
    expect(seen).toEqual([
      [7, 160],
      [8, 240],
    ]);
  });

  it("withholds frames in which a digit sounds from the endpoint", () => {
    const far = new Far(0);
    const line = new LineAudio({ frameSamples: FRAME, detectDigits: (frame) => frame[0] === 9 });
    line.join(far);
    for (const value of [1, 9, 2]) playoutOf(line, filled(value));
    expect(far.heard).toEqual([1, 0, 2]);
  });

  it("looks for no digits in what a modem says, and withholds none of it", () => {
    const far = new Far(0);
    const seen: (number | undefined)[] = [];
    let modem = false;
    const line = new LineAudio({
      frameSamples: FRAME,
      detectDigits: ([first]) => {
        seen.push(first);
        // One that was keyed before goes on for a frame.
        return first === 9 || seen.at(-2) === 9;
      },
    });
    line.join(
      far,
      () => true,
      () => (modem ? "fax" : undefined),
    );
    for (const value of [1, 9]) playoutOf(line, filled(value));
    modem = true;
    for (const value of [9, 9]) playoutOf(line, filled(value));
    modem = false;
    playoutOf(line, filled(3));
    expect(far.heard).toEqual([1, 0, 9, 9, 3]);
    expect(seen).toEqual([1, 9, 0, 0, 3]);
  });

  it("gives the echo canceller what was played while the frame was captured", () => {
    const far = new Far(100);
    const seen: number[] = [];
    const line = new LineAudio({
      frameSamples: FRAME,
      cancelEcho: (near, played) => {
        seen.push(played[0] ?? 0);
        for (let at = 0; at < near.length; at++) near[at] = (near[at] ?? 0) - (played[at] ?? 0);
      },
    });
    line.join(far);
    const captured = filled(150);
    playoutOf(line, filled(50));
    playoutOf(line, captured);
    expect(seen).toEqual([0, 100]);
    expect(far.heard).toEqual([50, 50]);
    // The captured frame is borrowed: it stays as it was.
    expect(captured[0]).toBe(150);
  });

  it("conditions, shapes and cancels in this order; a modem is left as it is", () => {
    const seen: string[] = [];
    let modem = false;
    const line = new LineAudio({
      frameSamples: FRAME,
      conditionNear: (frame, captured) => {
        frame.set(captured);
        seen.push(`condition ${frame[0]}`);
      },
      cancelEcho: (near, _, by) => void seen.push(`cancel ${near[0]} ${by}`),
      shapeNear: (frame) => void frame.fill((frame[0] ?? 0) * 2),
      shapeFar: (frame) => void frame.fill((frame[0] ?? 0) * 3),
    });
    const far = new Far(100);
    line.join(
      far,
      () => true,
      () => (modem ? "fax" : undefined),
    );
    line.setTone(constantSource(7));
    expect(playoutOf(line, filled(5)).value).toBe(307);
    modem = true;
    expect(playoutOf(line, filled(5)).value).toBe(107);
    expect(far.heard).toEqual([10, 5]);
    expect(seen).toEqual(["condition 5", "cancel 5 undefined", "condition 5", "cancel 5 fax"]);
  });

  describe("joined to several far sides", () => {
    const conference = (...says: readonly number[]) => {
      const line = new LineAudio({ frameSamples: FRAME });
      const fars = says.map((value) => new Far(value));
      for (const far of fars) expect(line.join(far)).toBe(true);
      return { line, fars };
    };

    it("lets each hear the telephone and the others, never itself", () => {
      const { line, fars } = conference(1000, 200, 30);
      playoutOf(line, filled(4));
      // What the others say is heard by each in the next frame.
      expect(playoutOf(line, filled(5)).value).toBe(1230);
      expect(fars.map(({ heard }) => heard)).toEqual([
        [4, 235],
        [4, 1035],
        [4, 1205],
      ]);
    });

    it("gives all that they cause", () => {
      const { line } = conference(0, 0);
      expect(playoutOf(line).outputs).toHaveLength(2);
    });

    it("limits what is too loud, for the telephone and for each", () => {
      const { line, fars } = conference(30_000, 30_000, 100);
      playoutOf(line, filled(0));
      expect(playoutOf(line, filled(30_000)).value).toBe(32_767);
      expect(fars.map(({ heard }) => heard[1])).toEqual([32_767, 32_767, 32_767]);
    });

    it("is a call of two again when one parts", () => {
      const { line, fars } = conference(1000, 200);
      const [first, second] = fars;
      if (first !== undefined) line.part(first);
      expect(playoutOf(line, filled(5)).value).toBe(200);
      expect(first?.heard).toEqual([]);
      expect(second?.heard).toEqual([5]);
      expect(line.endpointCount).toBe(1);
    });

    it(`takes ${LINE_ENDPOINTS_MAX} and no more, each once`, () => {
      const { line, fars } = conference(...new Array<number>(LINE_ENDPOINTS_MAX).fill(1));
      const [first] = fars;
      expect(first !== undefined && line.join(first)).toBe(true);
      expect(line.endpointCount).toBe(LINE_ENDPOINTS_MAX);
      expect(line.join(new Far(1))).toBe(false);
      expect(playoutOf(line).value).toBe(LINE_ENDPOINTS_MAX);
    });

    it("withholds digits from those alone that take them as events", () => {
      const line = new LineAudio({ frameSamples: FRAME, detectDigits: () => true });
      const [events, inBand] = [new Far(0), new Far(0)];
      line.join(events, () => true);
      line.join(inBand, () => false);
      playoutOf(line, filled(9));
      expect([events.heard, inBand.heard]).toEqual([[0], [9]]);
    });
  });
});
