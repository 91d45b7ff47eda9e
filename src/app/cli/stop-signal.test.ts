import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { stopSignal } from "./stop-signal.ts";

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
