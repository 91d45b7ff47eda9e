import { describe, expect, it } from "vitest";
import type { Koffi } from "./koffi-binding.ts";
import { setThreadPriority } from "./thread-priority.ts";

/** A kernel that answers so, and notes what it was asked. */
function kernel(answer: number, error = 1) {
  const asked: unknown[][] = [];
  const koffi: Koffi = {
    load: () => ({
      func: () =>
        Object.assign(
          (...args: unknown[]) => {
            asked.push(args);
            return answer;
          },
          { async() {} },
        ),
    }),
    errno: () => error,
    alloc: () => undefined,
    address: () => 0n,
    view: () => new ArrayBuffer(0),
  };
  return { asked, load: () => Promise.resolve(koffi) };
}

describe("setThreadPriority()", () => {
  it("asks for SCHED_FIFO of the calling thread, and not of what it starts", async () => {
    const { asked, load } = kernel(0);
    await setThreadPriority(10, load);
    const threeSeconds = BigUint64Array.of(3_000_000n, 2n ** 64n - 1n);
    expect(asked).toEqual([
      [0, 15, threeSeconds, null],
      [0, 0x4000_0001, Int32Array.of(10)],
    ]);
  });

  it("says what to do where the kernel refuses", async () => {
    const { load } = kernel(-1);
    await expect(setThreadPriority(10, load)).rejects.toThrow(/CAP_SYS_NICE.*EPERM/);
  });
});
