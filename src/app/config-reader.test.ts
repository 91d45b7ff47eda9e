import { describe, expect, it } from "vitest";
import { ConfigReader } from "./config-reader.ts";

const PROBLEM = { path: ["lines", 0, "country"], text: "is unknown" };
const GOOD = { text: 'lines:\n  - number: "7"\n', fileName: "a.yaml", problems: [PROBLEM] };
const READ = {
  ok: true,
  value: {
    config: { lines: [{ number: "7" }] },
    told: ["a.yaml:2:5: lines[0].country is unknown"],
  },
};

/** A thread of this text, as a script of its own. */
function script(text: string): URL {
  const head = 'import { parentPort } from "node:worker_threads";';
  return new URL(`data:text/javascript,${encodeURIComponent(head + text)}`);
}

const ANSWERS = script(
  'parentPort.once("message", (m) => parentPort.postMessage({ ok: false, error: [m.text] }));',
);

describe("ConfigReader", () => {
  it("reads here where there is no script of the thread, and places later problems", async () => {
    const reader = new ConfigReader();
    reader.prepare();
    expect(await reader.read(GOOD)).toEqual(READ);
    expect(await reader.read({ ...GOOD, text: "lines: [{ nummer: 7 }]", problems: [] })).toEqual({
      ok: false,
      error: [
        "a.yaml:1:9: lines[0].number is missing",
        'a.yaml:1:11: lines[0].nummer is not a setting; did you mean "number"?',
      ],
    });
  });

  it.each([true, false])("gives what the thread tells, each its own (prepared: %s)", async (is) => {
    const reader = new ConfigReader(ANSWERS);
    if (is) reader.prepare();
    const tell = (text: string) => reader.read({ ...GOOD, text });
    const told = await Promise.all([tell("one"), tell("two")]);
    expect(told).toEqual(["one", "two"].map((text) => ({ ok: false, error: [text] })));
  });

  it.each([
    ["throws", 'throw new Error("no memory");'],
    ["ends", "process.exit(0);"],
    ["ends when it is asked", 'parentPort.once("message", () => process.exit(1));'],
  ])("reads here where the thread %s", async (_, text) => {
    const reader = new ConfigReader(script(text));
    expect(await reader.read(GOOD)).toEqual(READ);
  });

  it("reads here where a thread that was prepared has ended meanwhile", async () => {
    const reader = new ConfigReader(script("process.exit(0);"));
    reader.prepare();
    // So long that the thread is over: another of its kind begins and ends.
    await new ConfigReader(script("process.exit(0);")).read(GOOD);
    expect(await reader.read(GOOD)).toEqual(READ);
  });
});
