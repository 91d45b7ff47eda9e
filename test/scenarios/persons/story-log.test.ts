import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../../src/base/log-event.ts";
import { World } from "../../hw-sim/world/world.ts";
import { StoryLog } from "./story-log.ts";

const event = (text: string): LogEvent => ({ level: "info", area: "line 1", text });

describe("StoryLog", () => {
  it.each([
    ["a disk that has room", false],
    ["one that is full for a while", true],
  ])("finds every line on %s, or told to be lost", async (_, fills) => {
    const logs: LogEvent[] = [];
    const log = new StoryLog({ logs, world: new World({ seed: 1 }) });
    for (let n = 0; n < 30; n++) {
      if (fills && n % 10 === 3) log.setFull(true);
      if (n % 10 === 7) log.setFull(false);
      logs.push(event(`Line ${n}, with more than a few words in it: é.`));
      log.look();
    }
    expect(await log.faults()).toEqual([]);
  });

  it("tells of one that is not there", async () => {
    const logs: LogEvent[] = [event("one"), event("two")];
    const log = new StoryLog({ logs, world: new World({ seed: 1 }) });
    log.look();
    logs.splice(0, 1);
    const [fault] = await log.faults();
    expect(fault).toBe("1 lines of log: 2 kept, 0 told to be lost, 0 torn");
  });
});
