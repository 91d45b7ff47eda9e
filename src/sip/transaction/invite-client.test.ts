import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runTimers } from "../testing/run-machine.ts";
import {
  type InviteClientInput,
  type InviteClientState,
  inviteClientDeadlineMs,
  inviteClientStart,
  inviteClientStep,
} from "./invite-client.ts";
import { DEFAULT_TIMERS } from "./timers.ts";

const udp = { ...DEFAULT_TIMERS, reliable: false };
const memory = { ...DEFAULT_TIMERS, reliable: true };
const calling = inviteClientStart(udp, 0).state;
const proceeding: InviteClientState = { kind: "proceeding" };
const accepted: InviteClientState = { kind: "accepted", endAtMs: 32_000 };
const completed: InviteClientState = { kind: "completed", endAtMs: 32_000 };

const machineOf = (config: typeof udp) => ({
  deadlineMs: inviteClientDeadlineMs,
  step: (state: InviteClientState, nowMs: number) =>
    inviteClientStep(config, state, { kind: "timeout" }, nowMs),
});

describe("inviteClientStep()", () => {
  it("doubles timer A without a limit until timer B", () => {
    expect(runTimers(calling, machineOf(udp))).toEqual({
      log: [
        "500 send-request (calling)",
        "1500 send-request (calling)",
        "3500 send-request (calling)",
        "7500 send-request (calling)",
        "15500 send-request (calling)",
        "31500 send-request (calling)",
        "32000 report-timeout (terminated)",
      ],
      endState: "terminated",
    });
  });

  it("sends nothing twice on a reliable transport", () => {
    const { state, actions } = inviteClientStart(memory, 0);
    expect(actions).toEqual(["send-request"]);
    expect(runTimers(state, machineOf(memory)).log).toEqual(["32000 report-timeout (terminated)"]);
  });

  const response = (status: number): InviteClientInput => ({ kind: "response", status });
  it.each<[InviteClientState, InviteClientInput, string, readonly string[]]>([
    [calling, response(100), "proceeding", ["pass-response"]],
    [calling, response(199), "proceeding", ["pass-response"]],
    [calling, response(200), "accepted", ["pass-response"]],
    [calling, response(299), "accepted", ["pass-response"]],
    [calling, response(300), "completed", ["send-ack", "pass-response"]],
    [calling, response(699), "completed", ["send-ack", "pass-response"]],
    [calling, { kind: "send-failed" }, "terminated", ["report-send-failed"]],
    [calling, { kind: "abandon" }, "terminated", []],
    [proceeding, response(180), "proceeding", ["pass-response"]],
    [proceeding, response(200), "accepted", ["pass-response"]],
    [proceeding, response(487), "completed", ["send-ack", "pass-response"]],
    [proceeding, { kind: "send-failed" }, "proceeding", []],
    [proceeding, { kind: "timeout" }, "proceeding", []],
    [accepted, response(200), "accepted", ["pass-response"]],
    [accepted, response(180), "accepted", []],
    [accepted, response(486), "accepted", []],
    [completed, response(486), "completed", ["send-ack"]],
    [completed, response(180), "completed", []],
    [completed, response(200), "completed", []],
    [completed, { kind: "send-failed" }, "terminated", ["report-send-failed"]],
    [{ kind: "terminated" }, response(200), "terminated", []],
  ])("takes $0.kind with $1 on", (state, input, kind, actions) => {
    const step = inviteClientStep(udp, state, input, 1000);
    expect([step.state.kind, step.actions]).toEqual([kind, actions]);
  });

  it("waits timer D after a refusal, not at all on a reliable transport", () => {
    const input = response(486);
    expect(inviteClientStep(udp, calling, input, 100).state).toEqual({
      kind: "completed",
      endAtMs: 32_100,
    });
    expect(inviteClientStep(memory, calling, input, 100).state.kind).toBe("terminated");
  });

  it("waits timer M for further 2xx on every transport", () => {
    for (const config of [udp, memory]) {
      const { state } = inviteClientStep(config, calling, response(200), 100);
      expect(state).toEqual({ kind: "accepted", endAtMs: 32_100 });
      expect(inviteClientStep(config, state, { kind: "timeout" }, 32_099).state).toEqual(state);
      const over = inviteClientStep(config, state, { kind: "timeout" }, 32_100).state;
      expect(over.kind).toBe("terminated");
    }
  });

  it("makes up for late timeouts with one copy, not a burst", () => {
    const late = inviteClientStep(udp, calling, { kind: "timeout" }, 8000);
    expect(late.actions).toEqual(["send-request"]);
    expect(inviteClientDeadlineMs(late.state)).toBe(15_500);
  });

  it("ends whatever comes, once nothing comes any more", () => {
    const input = fc.oneof(
      fc.integer({ min: 100, max: 699 }).map(response),
      fc.constantFrom<InviteClientInput>({ kind: "timeout" }, { kind: "send-failed" }),
    );
    const steps = fc.array(fc.tuple(input, fc.nat(5000)), { maxLength: 20 });
    fc.assert(
      fc.property(fc.boolean(), steps, (reliable, inputs) => {
        const config = { ...DEFAULT_TIMERS, reliable };
        let { state } = inviteClientStart(config, 0);
        let nowMs = 0;
        for (const [next, waitMs] of inputs) {
          nowMs += waitMs;
          const step = inviteClientStep(config, state, next, nowMs);
          const over = state.kind === "terminated" || state.kind === "completed";
          if (over) expect(step.actions).not.toContain("pass-response");
          state = step.state;
        }
        const { endState } = runTimers(state, machineOf(config));
        // Only a far end that rings may take as long as it likes.
        expect(["terminated", "proceeding"]).toContain(endState);
      }),
      { numRuns: 200 },
    );
  });
});
