import { describe, expect, it } from "vitest";
import type { RealtimeEvent } from "../gateway/realtime/messages.ts";
import { createWorkerHost } from "./worker-host.ts";

const CONFIG = { lines: [], rtp: { host: "127.0.0.1", portMin: 20_000, portMax: 20_010 } };

/** A host whose worker is this text: `on(kind, act)` is what it does with a message. */
function hostOf(text: string) {
  const head =
    'import { parentPort } from "node:worker_threads";' +
    "const post = (m) => parentPort.postMessage(m);" +
    'const on = (kind, act) => parentPort.on("message", (m) => { if (m.kind === kind) act(); });';
  const host = createWorkerHost(
    { module: "none", lineCount: 0, options: {} },
    new URL(`data:text/javascript,${encodeURIComponent(head + text)}`),
  );
  const events: RealtimeEvent[] = [];
  let onFatal = (): void => {};
  const fatal = new Promise<void>((resolve) => {
    onFatal = resolve;
  });
  const start = () =>
    host.start(CONFIG, (event) => {
      events.push(event);
      if (event.kind === "fatal") onFatal();
    });
  return { host, events, fatal, start };
}

const STARTS = 'on("start", () => post({ kind: "started" }));';

describe("createWorkerHost()", () => {
  it.each([0, 3])("tells once that its worker exited unasked with code %i", async (code) => {
    const { host, events, fatal, start } = hostOf(
      `${STARTS} on("command", () => process.exit(${code}));`,
    );
    await start();
    host.send({ kind: "safe" });
    await fatal;
    await host.stop();
    expect(events).toEqual([
      { kind: "fatal", reason: `the real-time worker exited with code ${code}` },
    ]);
  });

  it.each([
    ["exits", "process.exit(0)", /exited with code 0/],
    ["throws", 'throw new Error("no such board")', /no such board/],
    [
      "tells that it died",
      'post({ kind: "event", event: { kind: "fatal", reason: "a bug" } })',
      /a bug/,
    ],
    ["cannot start", 'post({ kind: "start-failed", reason: "no pins" })', /no pins/],
  ])("start() rejects where the worker %s", async (_, act, reason) => {
    const { host, start } = hostOf(
      `on("start", () => { ${act} });` +
        'on("stop", () => { post({ kind: "stopped" }); parentPort.close(); });',
    );
    await expect(start()).rejects.toThrow(reason);
    await host.stop();
  });

  it("start() rejects where the worker had started before it heard of the stop", async () => {
    const { host, start } = hostOf(
      `${STARTS} on("stop", () => { post({ kind: "stopped" }); parentPort.close(); });`,
    );
    const refused = expect(start()).rejects.toThrow("the real-time plane was stopped");
    await host.stop();
    await refused;
  });

  it("start() rejects once it was stopped, and no worker begins", async () => {
    const { host, start } = hostOf('throw new Error("it began");');
    await host.stop();
    await expect(start()).rejects.toThrow("the real-time plane was stopped");
  });

  it("stop() asked twice ends for both, and nothing is told afterwards", async () => {
    const { host, events, start } = hostOf(
      `${STARTS} on("stop", () => { post({ kind: "stopped" }); parentPort.close(); });`,
    );
    await start();
    await Promise.all([host.stop(), host.stop()]);
    await host.stop();
    expect(events).toEqual([]);
  });
});
