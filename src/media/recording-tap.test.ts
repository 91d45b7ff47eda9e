import { describe, expect, it } from "vitest";
import { SampleSource } from "./dsp/sample-source.ts";
import { SourceEndpoint } from "./endpoints.ts";
import { RecordingTap } from "./recording-tap.ts";

describe("RecordingTap", () => {
  it("tells near and far in turn, and changes neither", () => {
    const told: number[][] = [];
    const source = new SourceEndpoint(new SampleSource(Int16Array.of(7, 8, 9), false));
    const tap = new RecordingTap(source, 2, (stereo) => told.push([...stereo]));
    const far = new Int16Array(2);
    tap.push(Int16Array.of(1, 2), 0);
    tap.pull(far, 0);
    expect([...far]).toEqual([7, 8]);
    tap.push(Int16Array.of(3, 4), 10);
    tap.pull(far, 10);
    expect(told).toEqual([
      [1, 7, 2, 8],
      [3, 9, 4, 0],
    ]);
    const heard = new Int16Array(2);
    const endpoint = {
      push: (frame: Int16Array) => {
        heard.set(frame);
        return [];
      },
      pull: (frame: Int16Array) => {
        frame.set(heard);
        return [];
      },
    };
    const echo = new RecordingTap(endpoint, 2, () => {});
    echo.push(Int16Array.of(5, 6), 20);
    echo.pull(far, 20);
    expect([...far]).toEqual([5, 6]);
  });
});

describe("SampleSource", () => {
  it.each([
    {
      isLoop: false,
      heard: [
        [1, 2],
        [3, 0],
        [0, 0],
      ],
      more: [true, false, false],
    },
    {
      isLoop: true,
      heard: [
        [1, 2],
        [3, 1],
        [2, 3],
      ],
      more: [true, true, true],
    },
  ])("render() with loop $isLoop", ({ isLoop, heard, more }) => {
    const source = new SampleSource(Int16Array.of(1, 2, 3), isLoop);
    const out = new Int16Array(2);
    const got = heard.map(() => {
      const goesOn = source.render(out);
      return { frame: [...out], goesOn };
    });
    expect(got.map(({ frame }) => frame)).toEqual(heard);
    expect(got.map(({ goesOn }) => goesOn)).toEqual(more);
  });

  it("render() of nothing is silence", () => {
    const out = Int16Array.of(5, 5);
    new SampleSource(new Int16Array(0), true).render(out);
    expect([...out]).toEqual([0, 0]);
  });
});
