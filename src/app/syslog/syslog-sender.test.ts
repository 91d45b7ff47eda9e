import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../../base/bytes.ts";
import {
  ADDRESS_KEPT_MS,
  BACK_AFTER_MS,
  STABLE_MS,
  STALLED_MS,
  type SyslogInput,
  type SyslogOutput,
  SyslogSender,
  type SyslogTarget,
  WAITING_MAX_BYTES,
  WAITING_MAX_LINES,
} from "./syslog-sender.ts";

const TARGET: SyslogTarget = {
  ...{ transport: "tcp", name: "logs.example.net", chance: 0 },
  source: { facility: 3, hostName: "box", processId: "1", enterpriseId: 32_473, maxBytes: 1232 },
};

function line(text: string): SyslogInput {
  return { kind: "line", event: { level: "info", area: "sip", text }, time: undefined };
}

/** A sender with a server in its hands that does as it is told. */
function setUp(target: Partial<SyslogTarget> = {}) {
  const sender = new SyslogSender({ ...TARGET, ...target });
  const got: string[] = [];
  const told: string[] = [];
  const opened: string[] = [];
  const openedAtMs: number[] = [];
  const server = { addresses: ["10.0.0.1"], isUp: true, isFull: false };
  const clock = { nowMs: 0 };
  let way = 0;
  const handle = (input: SyslogInput): void => {
    const inputs = [input];
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      for (const output of sender.handle(next, clock.nowMs)) inputs.push(...answer(output));
    }
  };
  const answer = (output: SyslogOutput): SyslogInput[] => {
    switch (output.kind) {
      case "resolve":
        way = output.way;
        return [{ kind: "resolved", way, addresses: server.addresses }];
      case "open":
        opened.push(output.host);
        openedAtMs.push(clock.nowMs);
        if (server.isUp) return [{ kind: "opened", way: output.way }];
        return [{ kind: "failed", way: output.way, why: "refused" }];
      case "send":
        got.push(latin1FromBytes(output.bytes));
        return [{ kind: "sent", way: output.way, isFull: server.isFull }];
      case "close":
        return [];
      case "tell":
        told.push(`${output.level}: ${output.text}`);
        return [];
    }
  };
  /** Lets time go by, from deadline to deadline. */
  const wait = (ms: number): void => {
    const endMs = clock.nowMs + ms;
    for (let steps = 0; steps < 10_000; steps++) {
      const atMs = sender.deadlineMs();
      if (atMs === undefined || atMs > endMs) break;
      clock.nowMs = Math.max(clock.nowMs, atMs);
      handle({ kind: "timeout" });
    }
    clock.nowMs = endMs;
  };
  const fail = (why: string): void => handle({ kind: "failed", way, why });
  const log = (text: string): void => handle(line(text));
  const texts = (): string[] => got.map((one) => one.slice(one.indexOf("] ") + 2));
  return {
    sender,
    got,
    told,
    opened,
    openedAtMs,
    server,
    handle,
    wait,
    fail,
    log,
    texts,
    way: () => way,
  };
}

describe("SyslogSender", () => {
  it("looks for its server with the first line, and sends each then, counted in octets", () => {
    const { got, opened, log, sender } = setUp();
    expect(sender.deadlineMs()).toBeUndefined();
    log("one");
    log("two");
    expect(opened).toEqual(["10.0.0.1"]);
    expect(got).toEqual([
      '51 <30>1 - box tipring 1 sip [meta sequenceId="1"] one',
      '51 <30>1 - box tipring 1 sip [meta sequenceId="2"] two',
    ]);
  });

  it("sends a datagram a message, without a count", () => {
    const { got, log } = setUp({ transport: "udp" });
    log("one");
    expect(got).toEqual(['<30>1 - box tipring 1 sip [meta sequenceId="1"] one']);
  });

  it("keeps lines while the server is away, tells that once, and when it is back", () => {
    const { server, told, log, texts, wait } = setUp();
    server.isUp = false;
    log("one");
    wait(5000);
    log("two");
    expect(texts()).toEqual([]);
    const away = "cannot be reached: refused; lines wait, and it is tried again";
    expect(told).toEqual([`warn: the syslog server logs.example.net ${away}`]);
    server.isUp = true;
    wait(60_000);
    expect(texts()).toEqual(["one", "two"]);
    wait(BACK_AFTER_MS);
    expect(told.slice(1)).toEqual(["info: the syslog server logs.example.net is reached again"]);
  });

  it.each([
    [0, [0, 750, 2250, 5250, 11_250, 23_250, 47_250, 92_250, 137_250]],
    [0.5, [0, 875, 2625, 6125, 13_125, 27_125, 55_125, 107_625, 160_125]],
  ])("tries again after growing waits, spread by chance %d", (chance, atMs) => {
    const { sender, server, openedAtMs, log, wait } = setUp({ chance });
    server.isUp = false;
    log("one");
    wait(170_000);
    expect(openedAtMs).toEqual(atMs);
    expect(sender.isEmpty).toBe(false);
  });

  it("begins with the shortest wait after a way that was good", () => {
    const { sender, server, log, wait, fail } = setUp();
    server.isUp = false;
    log("one");
    wait(20_000);
    server.isUp = true;
    wait(60_000);
    wait(STABLE_MS);
    const before = sender.deadlineMs();
    expect(before).toBeUndefined();
    fail("it closed the connection");
    const nowMs = 80_000 + STABLE_MS;
    expect(sender.deadlineMs()).toBe(nowMs + 750);
  });

  it("goes on to the next address of the name where one fails", () => {
    const { server, opened, log, wait } = setUp();
    server.addresses = ["10.0.0.1", "2001:db8::2"];
    server.isUp = false;
    log("one");
    wait(3000);
    expect(opened).toEqual(["10.0.0.1", "2001:db8::2", "10.0.0.1"]);
  });

  it("takes a name without an address for a server that is away", () => {
    const { server, told, log, opened, wait, texts } = setUp();
    server.addresses = [];
    log("one");
    expect(opened).toEqual([]);
    expect(told[0]).toContain("cannot be reached: its name has no address");
    server.addresses = ["10.0.0.9"];
    wait(1000);
    expect(texts()).toEqual(["one"]);
  });

  it("loses what is beyond its limit of lines, and tells here and there how many", () => {
    const { server, told, log, texts, wait } = setUp();
    server.isUp = false;
    for (let at = 1; at <= WAITING_MAX_LINES + 3; at++) log(String(at));
    expect(told[1]).toBe(
      "warn: lines for the syslog server logs.example.net are lost from here on: 1000 wait already",
    );
    expect(told).toHaveLength(2);
    server.isUp = true;
    wait(20_000);
    expect(texts()).toHaveLength(WAITING_MAX_LINES);
    log("after");
    expect(texts().slice(-3)).toEqual(["1000", "3 lines of this log could not be sent", "after"]);
    expect(told.slice(2)).toEqual([
      "info: the syslog server logs.example.net is reached again; 3 lines lost",
    ]);
  });

  it("leaves a gap in the numbers where lines were lost", () => {
    const { server, got, log, wait } = setUp();
    server.isUp = false;
    for (let at = 1; at <= WAITING_MAX_LINES + 1; at++) log("x");
    server.isUp = true;
    wait(1000);
    log("after");
    expect(got.at(-3)).toContain('sequenceId="1000"');
    expect(got.at(-2)).toContain('sequenceId="1002"');
    expect(got.at(-1)).toContain('sequenceId="1003"');
  });

  it("keeps no more than its limit of bytes", () => {
    const { server, log, texts, wait } = setUp({
      source: { ...TARGET.source, maxBytes: 60_000 },
    });
    server.isUp = false;
    for (let at = 0; at < 20; at++) log("x".repeat(50_000));
    server.isUp = true;
    wait(1000);
    expect(texts()).toHaveLength(Math.ceil(WAITING_MAX_BYTES / 50_050));
  });

  it("waits for a stream that is full, and gives it up where that takes too long", () => {
    const { server, told, log, texts, wait, handle, way } = setUp();
    server.isFull = true;
    log("one");
    log("two");
    expect(texts()).toEqual(["one"]);
    handle({ kind: "writable", way: way() });
    expect(texts()).toEqual(["one", "two"]);
    log("three");
    wait(STALLED_MS - 1);
    expect(told).toEqual([]);
    server.isFull = false;
    wait(1);
    expect(told[0]).toContain("it has taken nothing for 60 s");
    wait(1000);
    expect(texts()).toEqual(["one", "two", "three"]);
  });

  it("tells of datagrams that could not be sent, and looks for the server anew", () => {
    const { handle, fail, log, texts, told, wait } = setUp({ transport: "udp" });
    log("one");
    handle({ kind: "lost" });
    fail("no way there");
    log("two");
    expect(texts()).toEqual(["one"]);
    wait(1000);
    expect(texts()).toEqual(["one", "1 line of this log could not be sent", "two"]);
    wait(BACK_AFTER_MS);
    expect(told.at(-1)).toContain("is reached again; 1 line lost");
  });

  it.each([
    ["udp", ADDRESS_KEPT_MS - 1, 1],
    ["udp", ADDRESS_KEPT_MS, 2],
    ["tcp", ADDRESS_KEPT_MS, 1],
  ] as const)("over %s after %i ms has asked for the address %i times", (transport, ms, times) => {
    const { opened, log, texts, wait } = setUp({ transport });
    log("one");
    wait(ms);
    log("two");
    expect(opened).toHaveLength(times);
    expect(texts()).toEqual(["one", "two"]);
  });

  it("does not listen to what is over", () => {
    const { handle, log, texts, told, fail, way } = setUp();
    log("one");
    const old = way();
    fail("it closed the connection");
    handle({ kind: "opened", way: old });
    handle({ kind: "failed", way: old, why: "again" });
    log("two");
    expect(texts()).toEqual(["one"]);
    expect(told).toHaveLength(1);
  });

  it("loses nothing in silence, and keeps within its limits, whatever happens", () => {
    const happening = fc.oneof(
      fc.record({ kind: fc.constant("log" as const), count: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 100_000 }) }),
      fc.record({ kind: fc.constantFrom("up" as const, "down" as const) }),
      fc.record({ kind: fc.constantFrom("full" as const, "free" as const) }),
    );
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const { server, sender, log, wait, fail, texts, handle, way } = setUp();
        let logged = 0;
        for (const one of happenings) {
          if (one.kind === "log") for (let at = 0; at < one.count; at++) log(`line ${++logged}`);
          else if (one.kind === "wait") wait(one.ms);
          else if (one.kind === "full") server.isFull = true;
          else if (one.kind === "free") {
            server.isFull = false;
            handle({ kind: "writable", way: way() });
          } else {
            server.isUp = one.kind === "up";
            if (!server.isUp) fail("it went away");
          }
        }
        server.isUp = true;
        server.isFull = false;
        handle({ kind: "writable", way: way() });
        wait(200_000);
        log("last");
        wait(200_000);
        expect(sender.isEmpty).toBe(true);
        const sent = texts().filter((text) => text.startsWith("line "));
        const lost = texts()
          .map((text) => /^(\d+) lines? of this log/.exec(text)?.[1])
          .reduce((sum, count) => sum + Number(count ?? 0), 0);
        expect(new Set(sent).size + lost).toBe(logged);
        expect(texts().at(-1)).toBe("last");
        const order = sent.map((text) => Number(text.slice(5)));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });
});
