import { describe, expect, it } from "vitest";
import { runTimers } from "../testing/run-machine.ts";
import {
  INVITE_SERVER_START,
  type InviteServerInput,
  type InviteServerState,
  inviteServerDeadlineMs,
  inviteServerStep,
} from "./invite-server.ts";
import { DEFAULT_TIMERS } from "./timers.ts";

const udp = { ...DEFAULT_TIMERS, reliable: false };
const memory = { ...DEFAULT_TIMERS, reliable: true };
const respond = (status: number): InviteServerInput => ({ kind: "respond", status });
const answered = (status: number, config = udp) =>
  inviteServerStep(config, INVITE_SERVER_START, respond(status), 0).state;
const confirmed: InviteServerState = { kind: "confirmed", endAtMs: 5000 };

const machineOf = (config: typeof udp) => ({
  deadlineMs: inviteServerDeadlineMs,
  step: (state: InviteServerState, nowMs: number) =>
    inviteServerStep(config, state, { kind: "timeout" }, nowMs),
});

describe("inviteServerStep()", () => {
  it("doubles timer G up to T2 until timer H", () => {
    const { log } = runTimers(answered(486), machineOf(udp));
    const times = log.map((line) => Number(line.split(" ")[0]));
    expect(times).toEqual([
      500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500, 32_000,
    ]);
    expect(log[0]).toBe("500 resend-response (completed)");
    expect(log.at(-1)).toBe("32000 report-timeout (terminated)");
  });

  it("sends no refusal twice on a reliable transport", () => {
    const { log } = runTimers(answered(486, memory), machineOf(memory));
    expect(log).toEqual(["32000 report-timeout (terminated)"]);
  });

  it("has no timer while it rings, and timer L after a 2xx on every transport", () => {
    expect(inviteServerDeadlineMs(INVITE_SERVER_START)).toBe(undefined);
    expect(runTimers(answered(200), machineOf(udp)).log).toEqual(["32000 (terminated)"]);
    expect(runTimers(answered(200, memory), machineOf(memory)).log).toEqual(["32000 (terminated)"]);
  });

  it.each<[InviteServerState, InviteServerInput, string, readonly string[]]>([
    [INVITE_SERVER_START, respond(180), "proceeding", ["send-response"]],
    [INVITE_SERVER_START, respond(200), "accepted", ["send-response"]],
    [INVITE_SERVER_START, respond(300), "completed", ["send-response"]],
    [INVITE_SERVER_START, { kind: "invite" }, "proceeding", ["resend-response"]],
    [INVITE_SERVER_START, { kind: "ack" }, "proceeding", []],
    [answered(200), { kind: "invite" }, "accepted", ["resend-response"]],
    [answered(200), { kind: "ack" }, "accepted", ["pass-ack"]],
    [answered(200), respond(200), "accepted", ["send-response"]],
    [answered(200), respond(180), "accepted", []],
    [answered(200), respond(500), "accepted", []],
    [answered(486), { kind: "invite" }, "completed", ["resend-response"]],
    [answered(486), { kind: "ack" }, "confirmed", []],
    [answered(486), respond(200), "completed", []],
    [confirmed, { kind: "ack" }, "confirmed", []],
    [confirmed, { kind: "invite" }, "confirmed", []],
    [confirmed, respond(200), "confirmed", []],
    [{ kind: "terminated" }, { kind: "ack" }, "terminated", []],
  ])("takes $0.kind with $1 on", (state, input, kind, actions) => {
    const step = inviteServerStep(udp, state, input, 0);
    expect([step.state.kind, step.actions]).toEqual([kind, actions]);
  });

  it("waits timer I for copies of the ACK, not at all on a reliable transport", () => {
    const ack = { kind: "ack" } as const;
    const state = inviteServerStep(udp, answered(486), ack, 100).state;
    expect(state).toEqual({ kind: "confirmed", endAtMs: 5100 });
    expect(runTimers(state, machineOf(udp)).log).toEqual(["5100 (terminated)"]);
    expect(inviteServerStep(memory, answered(486, memory), ack, 100).state.kind).toBe("terminated");
  });
});
