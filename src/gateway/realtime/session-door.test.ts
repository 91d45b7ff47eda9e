import { describe, expect, it } from "vitest";
import type { MediaInput, MediaOutput } from "../../media/index.ts";
import { CoreRunner } from "../core-runner.ts";
import { RunQueue } from "../run-queue.ts";
import { SessionDoor } from "./session-door.ts";

const FROM = { host: "192.0.2.1", port: 4000 };
const CLOCK = { nowMs: () => 0, wallMs: () => 0, at: () => ({ cancel() {} }) };

function setUp() {
  const queue = new RunQueue();
  const door = new SessionDoor(queue);
  const taken: MediaInput[] = [];
  const core = {
    handle(input: MediaInput) {
      taken.push(input);
      return [];
    },
    deadlineMs: () => undefined,
  };
  const runner = new CoreRunner<MediaInput, MediaOutput>(core, CLOCK, queue, () => {});
  return { queue, door, taken, runner };
}

describe("SessionDoor", () => {
  it("gives nobody what comes before there is a session", () => {
    const { door, taken, runner } = setUp();
    door.onRtp(Uint8Array.of(1), FROM);
    door.runner = runner;
    expect(taken).toEqual([]);
  });

  it("hands over what comes, by its channel, without copying it", () => {
    const { door, taken, runner } = setUp();
    door.runner = runner;
    const bytes = Uint8Array.of(1, 2);
    door.onRtp(bytes, FROM, 12.5);
    door.onRtcp(bytes, FROM);
    expect(taken).toEqual([
      { kind: "rtp", bytes, from: FROM, cameMs: 12.5 },
      { kind: "rtcp", bytes, from: FROM, cameMs: undefined },
    ]);
    expect(taken.map((input) => "bytes" in input && input.bytes === bytes)).toEqual([true, true]);
  });

  it("keeps borrowed bytes where something runs already", () => {
    const { queue, door, taken, runner } = setUp();
    door.runner = runner;
    const bytes = Uint8Array.of(1, 2);
    queue.post(() => {
      door.onRtp(bytes, FROM, 7);
      bytes.fill(0);
    });
    expect(taken).toEqual([{ kind: "rtp", bytes: Uint8Array.of(1, 2), from: FROM, cameMs: 7 }]);
  });
});
