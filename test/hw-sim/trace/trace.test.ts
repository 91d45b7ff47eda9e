import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { VirtualNetwork } from "../world/network.ts";
import { World } from "../world/world.ts";
import { checkOfBytes, traceNetwork } from "./datagram-trace.ts";
import { jsonLineFromEvent, Trace, textLineFromEvent } from "./trace.ts";

describe("jsonLineFromEvent()", () => {
  it.each([
    [
      { kind: "b", extra: [1, null], source: "a", atMs: 1.23456 },
      '{"atMs":1.235,"source":"a","kind":"b","extra":[1,null]}',
    ],
    [{ atMs: 0, source: "a", kind: "b", why: undefined }, '{"atMs":0,"source":"a","kind":"b"}'],
    [
      { atMs: 2, source: "a", kind: "b", text: "Zoë\n\u{1F4DE}" },
      '{"atMs":2,"source":"a","kind":"b","text":"Zo\\u00eb\\n\\ud83d\\udcde"}',
    ],
  ])("prints %j", (event, line) => {
    expect(jsonLineFromEvent(event)).toBe(line);
    expect(/^[\x20-\x7e]*$/.test(line)).toBe(true);
  });
});

describe("textLineFromEvent()", () => {
  it("prints time, place, kind and details for people", () => {
    const event = { atMs: 1234.5678, source: "line1 loop", kind: "ringing", volts: -72, to: "x" };
    expect(textLineFromEvent(event)).toBe("    1234.568 ms  line1 loop     ringing volts=-72 to=x");
  });
});

describe("Trace", () => {
  it("sha256() is that of the lines with their ends, also of those not kept", () => {
    const seen: string[] = [];
    const trace = new Trace({ keptMax: 2, onLine: (line) => seen.push(line) });
    for (const atMs of [1, 2, 3]) trace.add({ atMs, source: "test", kind: "tick" });
    const text = seen.map((line) => `${line}\n`).join("");
    expect(trace.sha256()).toBe(createHash("sha256").update(text).digest("hex"));
    expect(trace.count).toBe(3);
    expect(trace.lines).toEqual(seen.slice(0, 2));
    expect(trace.jsonLines()).toBe(`${seen[0]}\n${seen[1]}\n`);
  });

  it("sha256() differs when one event moves by a microsecond", () => {
    const hashes = [1, 1.001, 1.0001].map((atMs) => {
      const trace = new Trace();
      trace.add({ atMs, source: "test", kind: "tick" });
      return trace.sha256();
    });
    expect(hashes[1]).not.toBe(hashes[0]);
    expect(hashes[2]).toBe(hashes[0]);
  });
});

describe("traceNetwork()", () => {
  it.each(["check", "hex"] as const)(
    "writes datagrams with their %s until ended",
    async (detail) => {
      const world = new World({ seed: 1 });
      const network = new VirtualNetwork(world, { latencyMs: 2 });
      const trace = new Trace();
      const end = traceNetwork(network, trace, detail);
      const quiet = { onDatagram: () => {}, onFault: () => {} };
      const a = await network.host("10.0.0.1").udp.bind({ host: "10.0.0.1", port: 1, ...quiet });
      a.send(Uint8Array.of(0xab, 0xcd), { host: "10.0.0.2", port: 2 });
      end();
      a.send(Uint8Array.of(0xab), { host: "10.0.0.2", port: 2 });
      const shown =
        detail === "hex" ? '"hex":"abcd"' : `"check":"${checkOfBytes(Uint8Array.of(0xab, 0xcd))}"`;
      const line = (kind: string, tail: string): string =>
        `{"atMs":0,"source":"network","kind":"${kind}","from":"10.0.0.1:1","to":"10.0.0.2:2","bytes":2,${shown}${tail}}`;
      expect(trace.lines).toEqual([
        line("datagram-sent", ""),
        line("datagram-lost", ',"why":"no-such-host"'),
      ]);
    },
  );
});

describe("traceNetwork() of a long run", () => {
  it("writes each datagram as it was, among many addresses and over many buffers", async () => {
    const world = new World({ seed: 1 });
    const network = new VirtualNetwork(world, { latencyMs: 1 });
    const trace = new Trace();
    traceNetwork(network, trace, "hex");
    const quiet = { onDatagram: () => {}, onFault: () => {} };
    const a = await network.host("10.0.0.1").udp.bind({ host: "10.0.0.1", port: 1, ...quiet });
    const expected: string[] = [];
    for (let at = 0; at < 700; at++) {
      // Twenty addresses, nineteen of them of nobody, and more bytes than one buffer holds.
      const to = { host: "10.0.0.2", port: 1 + (at % 20) };
      if (at === 10) await network.host("10.0.0.2").udp.bind({ ...to, ...quiet });
      const payload = new Uint8Array(at % 3 === 0 ? 900 : 200).fill(at);
      a.send(payload, to);
      world.runFor(2);
      const hex = at.toString(16).padStart(4, "0").slice(-2).repeat(payload.length);
      const isHeard = at >= 10 && at % 20 === 10;
      expected.push(`datagram-sent ${to.port} ${hex}`);
      const kind = isHeard ? "datagram-delivered" : "datagram-lost";
      expected.push(`${kind} ${to.port} ${hex}`);
    }
    const seen = trace.lines.map((line) => {
      const [, kind, port, hex] =
        /"kind":"(.*?)".*"to":"10.0.0.2:(\d+)".*"hex":"(\w+)"/.exec(line) ?? [];
      return `${kind} ${port} ${hex}`;
    });
    expect(seen).toEqual(expected);
  });
});

describe("Trace and traceNetwork()", () => {
  it("give the same lines and hash however many are kept, and to whom tells each one", async () => {
    const runs = [{}, { keptMax: 3 }, { keptMax: 0 }, { onLine: () => {} }].map(async (options) => {
      const world = new World({ seed: 1 });
      const network = new VirtualNetwork(world, { latencyMs: 2.5, lossRatio: 0.3 });
      const kinds: string[] = [];
      const trace = new Trace({ ...options, onEvent: ({ kind }) => void kinds.push(kind) });
      traceNetwork(network, trace);
      const quiet = { onDatagram: () => {}, onFault: () => {} };
      const bound = network.host("10.0.0.1").udp.bind({ host: "10.0.0.1", port: 1, ...quiet });
      const socket = await bound;
      await network.host("10.0.0.2").udp.bind({ host: "10.0.0.2", port: 2, ...quiet });
      for (let at = 0; at < 20; at++) {
        socket.send(Uint8Array.of(at), { host: "10.0.0.2", port: 2 });
        trace.add({ atMs: world.clock.nowMs(), source: "test", kind: "tick" });
        world.runFor(1);
      }
      world.runFor(5);
      return { sha256: trace.sha256(), kinds, lines: trace.lines };
    });
    const [all, ...others] = await Promise.all(runs);
    expect(new Set(all?.kinds)).toEqual(
      new Set(["datagram-sent", "datagram-delivered", "datagram-lost", "tick"]),
    );
    for (const { sha256, kinds, lines } of others) {
      expect(sha256).toBe(all?.sha256);
      expect(kinds).toEqual(all?.kinds);
      expect(lines).toEqual(all?.lines.slice(0, lines.length));
    }
    expect(others.map(({ lines }) => lines.length)).toEqual([3, 0, all?.lines.length]);
  });
});

describe("checkOfBytes()", () => {
  // Test values of the function's authors. @see draft-eastlake-fnv
  it.each([
    ["", "811c9dc5"],
    ["a", "e40c292c"],
    ["foobar", "bf9cf968"],
  ])("of %j", (text, check) => {
    expect(checkOfBytes(Uint8Array.from(text, (unit) => unit.charCodeAt(0)))).toBe(check);
  });
});
