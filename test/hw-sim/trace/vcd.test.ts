import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VcdRecorder } from "./vcd.ts";

/** A dump as a viewer reads it: what each signal is and how it went. Throws where it is no dump. */
function readVcd(text: string) {
  const names = new Map<string, { name: string; type: string; bits: number }>();
  const scopes: string[] = [];
  const changes: { atUs: number; name: string; value: string }[] = [];
  const [head = "", body = ""] = text.split("$enddefinitions $end\n");
  for (const line of head.trim().split("\n")) {
    const words = line.split(" ");
    if (words[0] === "$scope") scopes.push(words[2] ?? "");
    if (words[0] === "$upscope") scopes.pop();
    if (words[0] !== "$var") continue;
    const [, type = "", bits = "", id = "", name = "", end = ""] = words;
    if (end !== "$end" || names.has(id)) throw new Error(`a bad declaration: ${line}`);
    names.set(id, { name: [...scopes, name].join("."), type, bits: Number(bits) });
  }
  let atUs = 0;
  for (const line of body.trim().split("\n")) {
    if (line === "$dumpvars" || line === "$end") continue;
    if (line.startsWith("#")) {
      const next = Number(line.slice(1));
      if (!(next >= atUs)) throw new Error(`time runs backwards: ${line}`);
      atUs = next;
      continue;
    }
    const change = /^([01xz])(\S+)$|^(b[01xz]+|r-?[\d.e+-]+) (\S+)$/.exec(line);
    const id = change?.[2] ?? change?.[4] ?? "";
    const known = names.get(id);
    if (change === null || known === undefined) throw new Error(`a bad change: ${line}`);
    changes.push({ atUs, name: known.name, value: change[1] ?? change[3] ?? "" });
  }
  return { names, changes };
}

describe("VcdRecorder", () => {
  it("shows pins, loops, registers and handsets", () => {
    const recorder = new VcdRecorder();
    recorder.add({ atMs: 0, source: "pin line1-fr", kind: "output", level: 1 });
    recorder.add({
      ...{ atMs: 1.5, source: "line1 loop", kind: "loop" },
      ...{ closed: true, volts: -6.5, milliamps: 20 },
    });
    recorder.add({ atMs: 2, source: "line1 chip", kind: "write", register: 64, value: 4 });
    recorder.add({ atMs: 2, source: "pin line1-pd", kind: "output", level: "floating" });
    recorder.add({ atMs: 3, source: "phone phone 1", kind: "lift" });
    recorder.add({ atMs: 4, source: "network", kind: "datagram-sent", bytes: 5 });
    const { names, changes } = readVcd(recorder.print());
    expect([...names.values()]).toEqual([
      { name: "pins.line1-fr", type: "wire", bits: 1 },
      { name: "pins.line1-pd", type: "wire", bits: 1 },
      { name: "line1.closed", type: "wire", bits: 1 },
      { name: "line1.volts", type: "real", bits: 64 },
      { name: "line1.milliamps", type: "real", bits: 64 },
      { name: "line1.R64", type: "reg", bits: 8 },
      { name: "phones.phone_1", type: "wire", bits: 1 },
    ]);
    expect(changes.slice(names.size)).toEqual([
      { atUs: 0, name: "pins.line1-fr", value: "1" },
      { atUs: 1500, name: "line1.closed", value: "1" },
      { atUs: 1500, name: "line1.volts", value: "r-6.5" },
      { atUs: 1500, name: "line1.milliamps", value: "r20" },
      { atUs: 2000, name: "line1.R64", value: "b100" },
      { atUs: 2000, name: "pins.line1-pd", value: "z" },
      { atUs: 3000, name: "phones.phone_1", value: "1" },
    ]);
  });

  it("gives each of many signals a name of its own, and times that never run backwards", () => {
    const event = fc.record({
      atMs: fc.double({ min: 0, max: 1000, noNaN: true }),
      pin: fc.nat(300),
      level: fc.constantFrom(0, 1),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 400 }), (events) => {
        const recorder = new VcdRecorder();
        for (const { atMs, pin, level } of events) {
          recorder.add({ atMs, source: `pin p${pin}`, kind: "output", level });
        }
        const { names, changes } = readVcd(recorder.print());
        expect(names.size).toBe(new Set(events.map(({ pin }) => pin)).size);
        expect(changes.length).toBe(names.size + events.length);
      }),
      { numRuns: 30 },
    );
  });
});
