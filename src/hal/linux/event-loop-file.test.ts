import { MessageChannel } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { findEventLoopFile } from "./event-loop-file.ts";
import { loadSocketKernel } from "./socket-kernel.ts";

const kernel = await loadSocketKernel();

/** Lets the event loop do what others (the test runner) gave it; whether it then has nothing. */
async function becomesQuiet(file: number): Promise<boolean> {
  for (let turn = 0; turn < 1000; turn++) {
    if (!kernel.sleepOn(file, 0)) return true;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return false;
}

describe("findEventLoopFile()", () => {
  it("finds what this thread's event loop waits by: readable while it has something", async () => {
    const file = await findEventLoopFile(kernel);
    expect(file).toBeDefined();
    if (file === undefined) return;
    expect(await becomesQuiet(file)).toBe(true);
    const { port1, port2 } = new MessageChannel();
    const came = new Promise((resolve) => void port2.once("message", resolve));
    // Let the port begin to listen before anything is sent.
    await new Promise((resolve) => setImmediate(resolve));
    port1.postMessage("something");
    expect(kernel.sleepOn(file, 1000)).toBe(true);
    await came;
    expect(await becomesQuiet(file)).toBe(true);
    port1.close();
  });

  it("takes the one that watches the socket, among others", async () => {
    let opened = -1;
    const watching = {
      ...kernel,
      open: (family: 4 | 6) => {
        opened = kernel.open(family);
        return opened;
      },
    };
    const about = new Map([
      [3, () => "pos:\t0\ntfd:        5 events:       19\n"],
      // A number that only begins with that of the socket.
      [4, () => `pos:\t0\ntfd:        ${opened}0 events:       19\n`],
      [5, () => `pos:\t0\ntfd:        9 events: 1\ntfd: ${opened} events:       19\n`],
    ]);
    const describeFile = (file: number): string => about.get(file)?.() ?? "";
    const files = { waiting: () => [...about.keys()], describe: describeFile };
    expect(await findEventLoopFile(watching, files)).toBe(5);
    expect(await findEventLoopFile(watching, { ...files, waiting: () => [3, 4] })).toBeUndefined();
  });

  it("finds none where the system does not tell, or there are no sockets", async () => {
    const fails = (): never => {
      throw new Error("ENOENT");
    };
    const files = { waiting: fails, describe: () => "" };
    expect(await findEventLoopFile(kernel, files)).toBeUndefined();
    expect(await findEventLoopFile({ ...kernel, open: fails })).toBeUndefined();
    let closed = 0;
    const close = (file: number): void => {
      closed++;
      kernel.close(file);
    };
    expect(await findEventLoopFile({ ...kernel, bind: fails, close })).toBeUndefined();
    expect(closed).toBe(1);
  });
});
