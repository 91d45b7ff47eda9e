import { describe, expect, it } from "vitest";
import type { Koffi } from "./koffi-binding.ts";
import { favourHelpers, setThreadPriority } from "./thread-priority.ts";

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

describe("favourHelpers()", () => {
  const main = process.pid;
  it.each([
    { name: "all but who asks and the main thread", all: [main, 7, 8, 9], refused: 0, to: [7, 9] },
    { name: "none where the kernel refuses", all: [main, 8, 9], refused: 9, to: [] },
    { name: "those behind one that has ended", all: [main, 7, 8, 9], refused: 7, to: [9] },
    { name: "nobody where there is nobody else", all: [main, 8], refused: 0, to: [] },
  ])("favours $name", ({ all, refused, to }) => {
    const favoured: number[] = [];
    const count = favourHelpers({
      all: () => all,
      own: () => 8,
      favour(thread) {
        if (thread === refused) throw new Error("EACCES: permission denied");
        favoured.push(thread);
      },
    });
    expect(favoured).toEqual(to);
    expect(count).toBe(to.length);
  });

  it("favours none where there is nothing to read them from", () => {
    const absent = (): never => {
      throw new Error("ENOENT: no such file or directory, readlink '/proc/thread-self'");
    };
    expect(favourHelpers({ all: absent, own: absent, favour: absent })).toBe(0);
  });
});
