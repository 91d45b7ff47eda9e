import { describe, expect, it } from "vitest";
import { LineWatch, type LineWatchEvent } from "./line-watch.ts";

type Step = readonly [atMs: number, volts: number, milliamps: number, closed: boolean];

function watch(steps: readonly Step[], untilMs: number) {
  const line = new LineWatch();
  const told: string[] = [];
  const tell = (events: readonly LineWatchEvent[], atMs: number): void => {
    for (const event of events) {
      told.push(`${event.kind}${event.kind === "polarity" ? ` ${event.reversed}` : ""} ${atMs}`);
    }
  };
  const runTo = (atMs: number): void => {
    for (let due = line.deadlineMs(); due !== undefined && due < atMs; due = line.deadlineMs()) {
      tell(line.timeout(due), due);
    }
  };
  for (const [atMs, volts, milliamps, closed] of steps) {
    runTo(atMs);
    tell(line.change({ volts, milliamps, closed }, atMs), atMs);
  }
  runTo(untilMs);
  return told;
}

const idle = [0, -48, 0, false] as const satisfies Step;
const talking = [1000, -9, 30, true] as const satisfies Step;

describe("LineWatch.change()", () => {
  const rows: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
    ["an idle line", [idle], []],
    ["a call", [idle, talking, [9000, -48, 0, false]], []],
    [
      "an open switching interval",
      [idle, talking, [2000, 0, 0, true], [2500, -9, 30, true]],
      ["line-dead 2020", "line-back 2500"],
    ],
    ["a break of 19 ms", [idle, talking, [2000, 0, 0, true], [2019, -9, 30, true]], []],
    ["a weak current", [idle, talking, [2000, -9, 6, true]], []],
    ["a too weak current", [idle, talking, [2000, -9, 4, true]], ["line-dead 2020"]],
    ["battery gone on-hook", [idle, [500, 0, 0, false]], ["line-dead 520"]],
    ["a plug in a dead socket", [[0, 0, 0, false]], ["line-dead 20"]],
    ["dial pulses", [idle, talking, [2000, -48, 0, false], [2061, -9, 30, true]], []],
    [
      "a reversal and back",
      [idle, talking, [2000, 0, 0, true], [2002, 9, 30, true], [5000, -9, 30, true]],
      ["polarity true 2102", "polarity false 5100"],
    ],
    ["a reversal of 90 ms", [idle, talking, [2000, 9, 30, true], [2090, -9, 30, true]], []],
    [
      "ringing",
      [
        idle,
        ...Array.from({ length: 40 }, (_, at): Step => [25 * at, at % 2 ? -72 : 72, 0, false]),
      ],
      [],
    ],
    ["a socket wired the other way round", [[0, 48, 0, false]], []],
  ];
  for (const [what, steps, expected] of rows) {
    it(`tells ${expected.join(", ") || "nothing"} of ${what}`, () => {
      expect(watch(steps, 20_000)).toEqual(expected);
    });
  }
});
