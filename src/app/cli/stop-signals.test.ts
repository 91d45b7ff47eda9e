import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { stopSignal, watchSignals } from "./stop-signals.ts";

describe("watchSignals()", () => {
  it("ends in good order at the first signal, at once at any more", () => {
    const source = new EventEmitter();
    const told: string[] = [];
    watchSignals(
      source,
      () => told.push("end"),
      () => told.push("hurry"),
    );
    for (const signal of ["SIGTERM", "SIGINT", "SIGTERM"]) source.emit(signal);
    expect(told).toEqual(["end", "hurry", "hurry"]);
  });

  it("leaves no listener behind, however often a box starts over", () => {
    const source = new EventEmitter();
    const told: string[] = [];
    for (let life = 1; life <= 20; life++) {
      const forget = watchSignals(
        source,
        () => told.push(`end ${life}`),
        () => told.push(`hurry ${life}`),
      );
      if (life === 20) source.emit("SIGHUP");
      forget();
    }
    expect(told).toEqual(["end 20"]);
    expect(source.eventNames()).toEqual([]);
  });
});

describe("stopSignal()", () => {
  it("stops at the first signal, whichever it is, and hurries at the second", () => {
    const source = new EventEmitter();
    let hurried = 0;
    const { signal } = stopSignal(source, () => hurried++);
    expect(signal.aborted).toBe(false);
    source.emit("SIGINT");
    expect([signal.aborted, hurried]).toEqual([true, 0]);
    source.emit("SIGTERM");
    expect(hurried).toBe(1);
  });

  it("leaves no listener behind", () => {
    const source = new EventEmitter();
    stopSignal(source).forget();
    expect(source.eventNames()).toEqual([]);
  });
});
