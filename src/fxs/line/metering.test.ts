import { describe, expect, it } from "vitest";
import { METERING_WAIT_LIMIT_MS, Metering } from "./metering.ts";

const CONFIG = {
  ...{ frequencyHz: 12_000, pulseMs: 120, pauseMs: 180, everyMs: 0 },
  ...{ byServer: false, unitPrice: 0 },
};

/** A meter whose pulses, and what follows them, are noted with their times. */
function meter() {
  const log: string[] = [];
  let nowMs = 0;
  const metering = new Metering(CONFIG, () => log.push(`${nowMs} pulse`));
  const runTo = (untilMs: number): void => {
    for (let at = metering.deadlineMs(); at !== undefined && at <= untilMs; ) {
      nowMs = Math.max(nowMs, at);
      metering.timeout(nowMs);
      at = metering.deadlineMs();
    }
    nowMs = untilMs;
  };
  const then = (): void => {
    metering.afterwards((atMs) => log.push(`${atMs} then`), nowMs);
  };
  return { metering, log, runTo, then };
}

describe("Metering.afterwards()", () => {
  it("follows at once where nothing is sent", () => {
    const { log, then } = meter();
    then();
    expect(log).toEqual(["0 then"]);
  });

  it("follows the last pulse and its pause", () => {
    const { metering, log, runTo, then } = meter();
    metering.add(3, 0);
    then();
    runTo(2000);
    expect(log).toEqual(["0 pulse", "300 pulse", "600 pulse", "900 then"]);
    expect(metering.deadlineMs()).toBeUndefined();
  });

  it("follows a pulse that goes on, and not one that is over", () => {
    const { metering, log, runTo, then } = meter();
    metering.add(1, 0);
    runTo(100);
    then();
    runTo(1000);
    then();
    expect(log).toEqual(["0 pulse", "300 then", "1000 then"]);
  });

  it("waits no longer than its limit, and sends the rest after it", () => {
    const { metering, log, runTo, then } = meter();
    metering.add(100, 0);
    then();
    runTo(METERING_WAIT_LIMIT_MS + 200);
    expect(log.at(-2)).toBe("5000 then");
    expect(log.at(-1)).toBe("5100 pulse");
  });

  it("is forgotten with the pulses", () => {
    const { metering, log, runTo, then } = meter();
    metering.add(3, 0);
    then();
    metering.stop();
    runTo(10_000);
    expect(log).toEqual(["0 pulse"]);
  });
});
