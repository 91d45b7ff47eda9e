import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  REGISTRATION_IDLE,
  type RegistrationInput,
  type RegistrationState,
  registrationDeadlineMs,
  registrationStep,
} from "./registration.ts";

const config = { expiresS: 600, spreadSeed: "sip:101@example.com" };
const step = (state: RegistrationState, input: RegistrationInput, nowMs = 0) =>
  registrationStep(config, state, input, nowMs);
const registering = step(REGISTRATION_IDLE, { kind: "start" }).state;
const registered = step(registering, { kind: "accepted", leaseS: 600 }).state;
const refused = (status: number, more: object = {}) =>
  ({ kind: "refused", status, ...more }) as const;

/** Waits that follow one failure after another. */
function waits(input: RegistrationInput, count: number): readonly number[] {
  let state = registering;
  let nowMs = 0;
  const found: number[] = [];
  for (let at = 0; at < count; at++) {
    state = step(state, input, nowMs).state;
    const deadlineMs = registrationDeadlineMs(state) ?? Number.NaN;
    found.push(deadlineMs - nowMs);
    nowMs = deadlineMs;
    state = step(state, { kind: "timeout" }, nowMs).state;
  }
  return found;
}

describe("registrationStep()", () => {
  it("registers, and renews while a fifth of the lease is left at least", () => {
    expect(step(REGISTRATION_IDLE, { kind: "start" }).actions).toEqual([
      { kind: "send", expiresS: 600 },
    ]);
    const accepted = step(registering, { kind: "accepted", leaseS: 100 }, 1000);
    expect(accepted.actions).toEqual([{ kind: "tell-registered", expiresS: 100 }]);
    const refreshAtMs = registrationDeadlineMs(accepted.state) ?? 0;
    expect(refreshAtMs).toBeGreaterThanOrEqual(76_000);
    expect(refreshAtMs).toBeLessThan(86_000);
    const early = step(accepted.state, { kind: "timeout" }, refreshAtMs - 1);
    expect(early.actions).toEqual([]);
    const renewal = step(accepted.state, { kind: "timeout" }, refreshAtMs);
    expect(renewal.actions).toEqual([{ kind: "send", expiresS: 600 }]);
  });

  it("spreads renewals of different accounts", () => {
    const at = (spreadSeed: string) => {
      const input = { kind: "accepted", leaseS: 1000 } as const;
      const { state } = registrationStep({ expiresS: 1, spreadSeed }, registering, input, 0);
      return registrationDeadlineMs(state) ?? 0;
    };
    const times = Array.from({ length: 100 }, (_, index) => at(`sip:${index}@example.com`));
    expect(new Set(times).size).toBeGreaterThan(90);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(80_000);
    expect(at("same")).toBe(at("same"));
  });

  it.each([
    ["nobody answers", { kind: "unanswered" }, [5, 10, 20, 40, 80, 120, 120]],
    ["the server fails", refused(503), [5, 10, 20, 40, 80, 120, 120]],
    ["a proxy finds nobody", refused(408), [5, 10, 20]],
    ["the password is wrong", refused(401), [300, 300]],
    ["the user is forbidden", refused(403), [300, 300]],
    ["it is told to wait", refused(503, { retryAfterS: 30 }), [30, 30]],
    ["it is told to wait too shortly", refused(503, { retryAfterS: 0 }), [5, 5]],
    ["it is told to wait for ever", refused(503, { retryAfterS: 4e9 }), [3600]],
    ["a lease is too brief by less", refused(423, { minExpiresS: 600 }), [300]],
  ] as const)("waits where %s", (_what, input, seconds) => {
    expect(waits(input, seconds.length)).toEqual(seconds.map((at) => at * 1000));
  });

  it("asks for the lease that the server wants, at once, but not for ever", () => {
    let state = registering;
    const asked: number[] = [];
    for (let least = 3600; least < 3610; least++) {
      const next = step(state, refused(423, { minExpiresS: least }));
      for (const action of next.actions) if (action.kind === "send") asked.push(action.expiresS);
      state = next.state;
    }
    expect(asked).toEqual([3600, 3601, 3602]);
    expect(state.kind).toBe("waiting");
  });

  it("asks for an hour, once, where a lease is too brief and it is not said how", () => {
    const again = step(registering, refused(423));
    expect(again.actions).toEqual([{ kind: "send", expiresS: 3601 }]);
    const told = step(again.state, refused(423, { minExpiresS: 3612 }));
    expect(told.actions).toEqual([{ kind: "send", expiresS: 3612 }]);
    const failed = step(again.state, refused(423));
    expect(failed.actions).toEqual([{ kind: "tell-failed", retryMs: 300_000 }]);
  });

  it("starts its back-off afresh after a success", () => {
    const failed = step(registering, { kind: "unanswered" }).state;
    const again = step(failed, { kind: "timeout" }, 5000).state;
    const lost = step(
      step(again, { kind: "accepted", leaseS: 60 }, 5000).state,
      { kind: "timeout" },
      60_000,
    );
    const { actions } = step(lost.state, { kind: "unanswered" }, 92_000);
    expect(actions).toEqual([{ kind: "tell-failed", retryMs: 5000 }]);
  });

  it.each<[string, RegistrationState, number, string, readonly string[]]>([
    ["idle", REGISTRATION_IDLE, 0, "gone", ["tell-unregistered"]],
    ["registering", registering, 0, "unregistering", ["send"]],
    ["registered", registered, 0, "unregistering", ["send"]],
    ["waiting", step(registering, { kind: "unanswered" }).state, 0, "gone", ["tell-unregistered"]],
  ])("stops from %s", (_what, state, nowMs, kind, actions) => {
    const stopped = step(state, { kind: "stop" }, nowMs);
    expect(stopped.state.kind).toBe(kind);
    expect(stopped.actions.map((action) => action.kind)).toEqual(actions);
  });

  it("takes its binding away while an older lease may hold, not after", () => {
    const renewing = step(registered, { kind: "timeout" }, 550_000).state;
    const waiting = step(renewing, { kind: "unanswered" }, 582_000).state;
    expect(step(waiting, { kind: "stop" }, 599_999).state.kind).toBe("unregistering");
    expect(step(waiting, { kind: "stop" }, 600_000).state.kind).toBe("gone");
  });

  it("keeps the lease in sane bounds", () => {
    for (const [leaseS, boundedS] of [
      [0, 10],
      [9, 10],
      [10, 10],
      [604_800, 604_800],
      [1e9, 604_800],
    ] as const) {
      const { actions } = step(registering, { kind: "accepted", leaseS });
      expect(actions).toEqual([{ kind: "tell-registered", expiresS: boundedS }]);
    }
  });

  it("always has a timer or a request under way until it is gone", () => {
    const input = fc.oneof(
      fc.record({ kind: fc.constant("accepted" as const), leaseS: fc.nat(4000) }),
      fc.record({
        kind: fc.constant("refused" as const),
        status: fc.integer({ min: 300, max: 699 }),
        minExpiresS: fc.option(fc.nat(9000), { nil: undefined }),
        retryAfterS: fc.option(fc.nat(9000), { nil: undefined }),
      }),
      fc.constantFrom({ kind: "unanswered" } as const, { kind: "timeout" } as const),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(input, fc.nat(700_000)), { maxLength: 30 }), (inputs) => {
        let state = registering;
        let nowMs = 0;
        for (const [next, waitMs] of inputs) {
          nowMs += waitMs;
          state = step(state, next, nowMs).state;
          const deadlineMs = registrationDeadlineMs(state);
          expect(deadlineMs === undefined).toBe(state.kind === "registering");
        }
        expect(["registering", "registered", "waiting"]).toContain(state.kind);
      }),
      { numRuns: 200 },
    );
  });
});
