import { describe, expect, it } from "vitest";
import { runTimers } from "../testing/run-machine.ts";
import {
  type NonInviteServerInput,
  type NonInviteServerState,
  nonInviteServerDeadlineMs,
  nonInviteServerStart,
  nonInviteServerStep,
} from "./non-invite-server.ts";
import { DEFAULT_TIMERS } from "./timers.ts";

const udp = { ...DEFAULT_TIMERS, reliable: false };
const memory = { ...DEFAULT_TIMERS, reliable: true };
const trying = nonInviteServerStart(udp, 0);
const respond = (status: number): NonInviteServerInput => ({ kind: "respond", status });
const proceeding = nonInviteServerStep(udp, trying, respond(100), 0).state;
const completed = nonInviteServerStep(udp, trying, respond(200), 0).state;

const machineOf = (config: typeof udp) => ({
  deadlineMs: nonInviteServerDeadlineMs,
  step: (state: NonInviteServerState, nowMs: number) =>
    nonInviteServerStep(config, state, { kind: "timeout" }, nowMs),
});

describe("nonInviteServerStep()", () => {
  it.each<[NonInviteServerState, NonInviteServerInput, string, readonly string[]]>([
    [trying, { kind: "request" }, "trying", []],
    [trying, respond(100), "proceeding", ["send-response"]],
    [trying, respond(200), "completed", ["send-response"]],
    [trying, respond(699), "completed", ["send-response"]],
    [proceeding, { kind: "request" }, "proceeding", ["resend-response"]],
    [proceeding, respond(182), "proceeding", ["send-response"]],
    [proceeding, respond(404), "completed", ["send-response"]],
    [completed, { kind: "request" }, "completed", ["resend-response"]],
    [completed, respond(500), "completed", []],
    [{ kind: "terminated" }, { kind: "request" }, "terminated", []],
    [{ kind: "terminated" }, respond(200), "terminated", []],
  ])("takes $0.kind with $1 on", (state, input, kind, actions) => {
    const step = nonInviteServerStep(udp, state, input, 0);
    expect([step.state.kind, step.actions]).toEqual([kind, actions]);
  });

  it("keeps its answer for timer J, not at all on a reliable transport", () => {
    expect(runTimers(completed, machineOf(udp)).log).toEqual(["32000 (terminated)"]);
    expect(nonInviteServerStep(memory, trying, respond(200), 0).state.kind).toBe("terminated");
  });

  it("forgets what nobody answered when the client has given up", () => {
    expect(runTimers(trying, machineOf(udp)).log).toEqual(["32000 (terminated)"]);
    expect(runTimers(proceeding, machineOf(udp)).log).toEqual(["32000 (terminated)"]);
  });
});
