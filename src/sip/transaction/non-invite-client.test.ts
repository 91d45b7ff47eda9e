import { describe, expect, it } from "vitest";
import { runTimers } from "../testing/run-machine.ts";
import {
  type NonInviteClientInput,
  type NonInviteClientState,
  nonInviteClientDeadlineMs,
  nonInviteClientStart,
  nonInviteClientStep,
} from "./non-invite-client.ts";
import { DEFAULT_TIMERS } from "./timers.ts";

const udp = { ...DEFAULT_TIMERS, reliable: false };
const memory = { ...DEFAULT_TIMERS, reliable: true };
const trying = nonInviteClientStart(udp, 0).state;
const response = (status: number): NonInviteClientInput => ({ kind: "response", status });
const proceeding = nonInviteClientStep(udp, trying, response(100), 600).state;
const completed: NonInviteClientState = { kind: "completed", endAtMs: 5000 };

const machineOf = (config: typeof udp) => ({
  deadlineMs: nonInviteClientDeadlineMs,
  step: (state: NonInviteClientState, nowMs: number) =>
    nonInviteClientStep(config, state, { kind: "timeout" }, nowMs),
});

describe("nonInviteClientStep()", () => {
  it("doubles timer E up to T2 until timer F", () => {
    const { log } = runTimers(trying, machineOf(udp));
    const times = log.map((line) => Number(line.split(" ")[0]));
    expect(times).toEqual([
      500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500, 32_000,
    ]);
    expect(log.at(-1)).toBe("32000 report-timeout (terminated)");
  });

  it("sends each T2 once a provisional response came", () => {
    const { log } = runTimers(proceeding, machineOf(udp));
    // The interval that was running when the response came is the last short one.
    expect(log.slice(0, 3)).toEqual([
      "500 send-request (proceeding)",
      "4500 send-request (proceeding)",
      "8500 send-request (proceeding)",
    ]);
    expect(log.at(-1)).toBe("32000 report-timeout (terminated)");
  });

  it("sends nothing twice on a reliable transport", () => {
    const { state } = nonInviteClientStart(memory, 0);
    expect(runTimers(state, machineOf(memory)).log).toEqual(["32000 report-timeout (terminated)"]);
  });

  it.each<[NonInviteClientState, NonInviteClientInput, string, readonly string[]]>([
    [trying, response(100), "proceeding", ["pass-response"]],
    [trying, response(200), "completed", ["pass-response"]],
    [trying, response(699), "completed", ["pass-response"]],
    [trying, { kind: "send-failed" }, "terminated", ["report-send-failed"]],
    [trying, { kind: "abandon" }, "terminated", []],
    [proceeding, response(183), "proceeding", ["pass-response"]],
    [proceeding, response(404), "completed", ["pass-response"]],
    [proceeding, { kind: "send-failed" }, "terminated", ["report-send-failed"]],
    [completed, response(200), "completed", []],
    [completed, { kind: "send-failed" }, "completed", []],
    [completed, { kind: "abandon" }, "terminated", []],
    [{ kind: "terminated" }, response(200), "terminated", []],
  ])("takes $0.kind with $1 on", (state, input, kind, actions) => {
    const step = nonInviteClientStep(udp, state, input, 0);
    expect([step.state.kind, step.actions]).toEqual([kind, actions]);
  });

  it("waits timer K for copies of the answer, not at all on a reliable transport", () => {
    expect(nonInviteClientStep(udp, trying, response(200), 100).state).toEqual({
      kind: "completed",
      endAtMs: 5100,
    });
    expect(nonInviteClientStep(memory, trying, response(200), 100).state.kind).toBe("terminated");
    const early = nonInviteClientStep(udp, completed, { kind: "timeout" }, 4999).state;
    expect(early.kind).toBe("completed");
    const due = nonInviteClientStep(udp, completed, { kind: "timeout" }, 5000).state;
    expect(due.kind).toBe("terminated");
  });
});
