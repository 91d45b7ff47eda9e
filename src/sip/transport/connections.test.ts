import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesFromLatin1, latin1FromBytes } from "../../base/bytes.ts";
import type { TlsPeer } from "../../base/tls.ts";
import type { SipAddress } from "../user-agent-types.ts";
import { CLOCK_SET_FROM_MS, STRICT_CERTIFICATES } from "./certificate.ts";
import {
  CONNECTION_LIMITS,
  Connections,
  type ConnectionsInput,
  type ConnectionsOutput,
} from "./connections.ts";

const TO = { transport: "tcp", host: "192.0.2.20", port: 5060 } as const;
const TLS = { ...TO, transport: "tls", port: 5061, serverName: "pbx.example" } as const;
const MESSAGE = "OPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r\n";
const GOOD: TlsPeer = {
  ...{ protocol: "TLSv1.3", fingerprint: "ab".repeat(32) },
  names: [{ kind: "dns", value: "pbx.example" }],
};

/** An output in words. */
function printOutput(output: ConnectionsOutput): string {
  switch (output.kind) {
    case "connect": {
      const { connection, to, serverName = "" } = output;
      return `connect ${connection} ${to.host}:${to.port} ${serverName}`.trim();
    }
    case "write":
      return `write ${output.connection} ${latin1FromBytes(output.bytes)}`;
    case "close":
      return `close ${output.connection}`;
    case "message":
      return `message ${output.from.flow} ${JSON.stringify(latin1FromBytes(output.bytes))}`;
    case "failed":
      return `failed ${output.to.transport} ${output.to.host}:${output.to.port}`;
    case "ready":
      return `ready ${output.to.host}:${output.to.port} from ${output.local.port}`;
    case "log":
      return `log ${output.event.text}`;
  }
}

/** Connections with a clock set by hand; what comes out is written in words. */
class Bay {
  readonly connections = new Connections(STRICT_CERTIFICATES);
  nowMs = 0;

  take(input: ConnectionsInput): readonly string[] {
    return this.connections.handle(input, this.nowMs).map(printOutput);
  }

  send(text: string, to: SipAddress = TO): readonly string[] {
    return this.take({ kind: "send", bytes: bytesFromLatin1(text), to });
  }

  data(connection: number, text: string): readonly string[] {
    return this.take({ kind: "data", connection, bytes: bytesFromLatin1(text) });
  }

  opened(connection: number, peer?: TlsPeer, wallMs = CLOCK_SET_FROM_MS): readonly string[] {
    const shown = peer === undefined ? {} : { peer };
    const local = { host: "192.0.2.10", port: 50_000 + connection };
    return this.take({ kind: "opened", connection, local, wallMs, ...shown });
  }

  accept(host = "192.0.2.30", port = 40_000): number {
    const connection = this.connections.nextId();
    this.take({ kind: "accepted", connection, transport: "tcp", remote: { host, port } });
    return connection;
  }
}

describe("Connections send()", () => {
  it("opens a connection once, holds back until it is open, and uses it again", () => {
    const bay = new Bay();
    expect(bay.send("one")).toEqual(["connect 1 192.0.2.20:5060"]);
    expect(bay.send("two")).toEqual([]);
    const ready = "ready 192.0.2.20:5060 from 50001";
    expect(bay.opened(1)).toEqual([ready, "write 1 one", "write 1 two"]);
    expect(bay.send("three")).toEqual(["write 1 three"]);
    expect(bay.connections.size).toBe(1);
  });

  it("asks an address for the name that it has proven before, once the connection broke", () => {
    const bay = new Bay();
    const { serverName: _, ...nameless } = TLS;
    bay.send("one", TLS);
    bay.opened(1, GOOD);
    expect(bay.send("two", nameless)).toEqual(["write 1 two"]);
    bay.take({ kind: "closed", connection: 1 });
    expect(bay.send("bye", nameless)).toEqual(["connect 2 192.0.2.20:5061 pbx.example"]);
    expect(bay.opened(2, GOOD)).toContain("write 2 bye");
    expect(bay.send("x", { ...nameless, port: 5071 })).toEqual([
      "connect 3 192.0.2.20:5071 192.0.2.20",
    ]);
  });

  it("asks it for itself where a name was asked for that it could not prove", () => {
    const bay = new Bay();
    const { serverName: _, ...nameless } = TLS;
    bay.send("one", TLS);
    bay.opened(1, { ...GOOD, names: [{ kind: "dns", value: "other.example" }] });
    expect(bay.send("two", nameless)).toEqual(["connect 2 192.0.2.20:5061 192.0.2.20"]);
  });

  it.each([
    ["another port", { ...TO, port: 5070 }],
    ["another host", { ...TO, host: "192.0.2.21" }],
    ["TLS", { ...TLS, port: 5060 }],
  ])("opens another one to %s", (_what, to) => {
    const bay = new Bay();
    bay.send("one");
    expect(bay.send("two", to)[0]).toMatch(/^connect 2 /);
  });

  it("waits while the far end is slow, and goes on once there is room", () => {
    const bay = new Bay();
    bay.send("one");
    bay.opened(1);
    bay.take({ kind: "full", connection: 1 });
    expect(bay.send("two")).toEqual([]);
    expect(bay.take({ kind: "writable", connection: 1 })).toEqual(["write 1 two"]);
  });

  it("gives a far end up that takes nothing", () => {
    const bay = new Bay();
    bay.send("one");
    bay.opened(1);
    bay.take({ kind: "full", connection: 1 });
    bay.send("x".repeat(CONNECTION_LIMITS.waitingBytes));
    expect(bay.send("y")).toEqual(["close 1", "failed tcp 192.0.2.20:5060"]);
    expect(bay.send("z")).toEqual(["connect 2 192.0.2.20:5060"]);
  });

  it("takes the flow while it is open, and the address once it is not", () => {
    const bay = new Bay();
    const flow = bay.accept();
    const to = { ...TO, host: "192.0.2.30", port: 5062, flow };
    expect(bay.send("answer", to)).toEqual([`write ${flow} answer`]);
    bay.take({ kind: "closed", connection: flow });
    expect(bay.send("late", to)).toEqual(["connect 2 192.0.2.30:5062"]);
  });

  it("fails where the flow is closed and no port is known", () => {
    const bay = new Bay();
    expect(bay.send("x", { ...TO, port: 0, flow: 9 })).toEqual(["failed tcp 192.0.2.20:0"]);
  });

  it("does not take a connection of somebody at that host for the port that he says is his", () => {
    const bay = new Bay();
    bay.accept("192.0.2.30", 40_000);
    expect(bay.send("x", { ...TO, host: "192.0.2.30" })).toEqual(["connect 2 192.0.2.30:5060"]);
  });

  it("opens no more than there may be", () => {
    const bay = new Bay();
    for (let port = 1; port <= CONNECTION_LIMITS.connections; port++)
      bay.send("x", { ...TO, port });
    expect(bay.send("x", { ...TO, port: 9999 })).toEqual(["failed tcp 192.0.2.20:9999"]);
  });
});

describe("Connections with TLS", () => {
  it("send nothing before the certificate was judged", () => {
    const bay = new Bay();
    expect(bay.send("one", TLS)).toEqual(["connect 1 192.0.2.20:5061 pbx.example"]);
    expect(bay.opened(1, GOOD)).toContain("write 1 one");
  });

  it.each([
    ["another name", { ...GOOD, names: [] }],
    ["no authority", { ...GOOD, distrust: "SELF_SIGNED_CERT_IN_CHAIN" }],
    ["nothing", undefined],
  ])("end where the far end shows %s, without a byte of SIP", (_what, peer) => {
    const bay = new Bay();
    bay.send("secret", TLS);
    const outputs = bay.opened(1, peer);
    expect(outputs.slice(1)).toEqual(["close 1", "failed tls 192.0.2.20:5061"]);
    expect(outputs.join()).not.toContain("secret");
  });

  it("wait for the clock: refused in 1970, taken once it is set", () => {
    const bay = new Bay();
    const early = { ...GOOD, distrust: "CERT_NOT_YET_VALID", isDateFault: true };
    bay.send("one", TLS);
    expect(bay.opened(1, early, 0)[0]).toContain("clock");
    bay.send("two", TLS);
    expect(bay.opened(2, GOOD)).toContain("write 2 two");
  });

  it("are not shared between two names at one address", () => {
    const bay = new Bay();
    bay.send("one", TLS);
    bay.opened(1, GOOD);
    expect(bay.send("two", { ...TLS, serverName: "other.example" })[0]).toMatch(/^connect 2/);
  });
});

describe("Connections data()", () => {
  it("hands on whole messages with the connection that they came on, and pings", () => {
    const bay = new Bay();
    const flow = bay.accept();
    expect(bay.data(flow, MESSAGE.slice(0, 9))).toEqual([]);
    const rest = `${MESSAGE.slice(9)}\r\n\r\n`;
    expect(bay.data(flow, rest)).toEqual([
      `message ${flow} ${JSON.stringify(MESSAGE)}`,
      `message ${flow} "\\r\\n\\r\\n"`,
    ]);
  });

  it("cuts a connection that makes no sense", () => {
    const bay = new Bay();
    const flow = bay.accept();
    const outputs = bay.data(flow, "X\r\nl: x\r\n\r\n");
    expect(outputs.slice(2)).toEqual([`close ${flow}`, "failed tcp 192.0.2.30:40000"]);
  });

  it("drops what comes of a connection that is over", () => {
    const bay = new Bay();
    const flow = bay.accept();
    bay.take({ kind: "closed", connection: flow });
    expect(bay.data(flow, MESSAGE)).toEqual([]);
    expect(bay.take({ kind: "closed", connection: flow })).toEqual([]);
  });
});

describe("Connections and their limits", () => {
  it.each([
    ["says nothing", false, CONNECTION_LIMITS.firstMessageMs],
    ["spoke once", true, CONNECTION_LIMITS.idleMs],
  ])("close one whose far end %s, in time", (_what, speaks, afterMs) => {
    const bay = new Bay();
    const flow = bay.accept();
    if (speaks) bay.data(flow, MESSAGE);
    else bay.data(flow, MESSAGE.slice(1, 9));
    expect(bay.connections.deadlineMs()).toBe(afterMs);
    bay.nowMs = afterMs - 1;
    expect(bay.take({ kind: "timeout" })).toEqual([]);
    bay.nowMs = afterMs;
    expect(bay.take({ kind: "timeout" })[0]).toBe(`close ${flow}`);
    expect(bay.connections.deadlineMs()).toBe(undefined);
  });

  it("refuse one far end too many connections, and only that one", () => {
    const bay = new Bay();
    for (let n = 0; n < CONNECTION_LIMITS.fromOneHost; n++) bay.accept("192.0.2.30", 40_000 + n);
    const { size } = bay.connections;
    bay.accept("192.0.2.30", 50_000);
    expect(bay.connections.size).toBe(size);
    bay.accept("192.0.2.31", 50_000);
    expect(bay.connections.size).toBe(size + 1);
  });

  it("make room for a new one by closing the one that was silent for longest", () => {
    const bay = new Bay();
    for (let n = 0; n < CONNECTION_LIMITS.connections; n++) {
      bay.nowMs = n === 7 ? 0 : n + 1;
      bay.accept(`192.0.${n >> 6}.${n & 63}`, 40_000);
    }
    const connection = bay.connections.nextId();
    const remote = { host: "203.0.113.1", port: 1 };
    const outputs = bay.take({ kind: "accepted", connection, transport: "tcp", remote });
    expect(outputs[0]).toBe("close 8");
    expect(bay.connections.size).toBe(CONNECTION_LIMITS.connections);
  });

  it("count an IPv6 network as one far end, however many addresses it has", () => {
    const bay = new Bay();
    for (let n = 0; n < CONNECTION_LIMITS.fromOneHost; n++) bay.accept(`2001:db8::${n + 1}`, 1);
    const { size } = bay.connections;
    bay.accept("2001:db8::ffff", 1);
    expect(bay.connections.size).toBe(size);
    bay.accept("2001:db8:0:1::1", 1);
    expect(bay.connections.size).toBe(size + 1);
    bay.take({ kind: "closed", connection: 1 });
    bay.accept("2001:db8::ffff", 2);
    expect(bay.connections.size).toBe(size + 1);
  });

  it("close for a new one none that has spoken while there is one that has not", () => {
    const bay = new Bay();
    for (let n = 0; n < CONNECTION_LIMITS.connections; n++) {
      bay.nowMs = n;
      const flow = bay.accept(`192.0.${n >> 6}.${n & 63}`, 40_000);
      if (n < 500) bay.data(flow, MESSAGE);
    }
    const remote = { host: "203.0.113.1", port: 1 };
    for (const spared of [501, 502]) {
      const connection = bay.connections.nextId();
      const outputs = bay.take({ kind: "accepted", connection, transport: "tcp", remote });
      expect(outputs[0]).toBe(`close ${spared}`);
    }
  });

  it("neither throw nor leave anything behind, whatever comes in whatever order", () => {
    const id = fc.integer({ min: 1, max: 6 });
    const bytes = fc
      .constantFrom(MESSAGE, "\r\n\r\n", "X\r\nl: x\r\n\r\n", "x")
      .map(bytesFromLatin1);
    const input: fc.Arbitrary<ConnectionsInput> = fc.oneof(
      fc.record({ kind: fc.constant("send" as const), bytes, to: fc.constantFrom(TO, TLS) }),
      fc.record({
        kind: fc.constant("opened" as const),
        connection: id,
        peer: fc.constant(GOOD),
        local: fc.constant({ host: "192.0.2.10", port: 1 }),
        wallMs: fc.constant(0),
      }),
      fc.record({ kind: fc.constant("data" as const), connection: id, bytes }),
      fc.record({
        kind: fc.constantFrom("full" as const, "writable" as const, "closed" as const),
        connection: id,
      }),
      fc.constant({ kind: "timeout" as const }),
    );
    fc.assert(
      fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
        const bay = new Bay();
        for (const [at, one] of inputs.entries()) {
          bay.nowMs = at * 1000;
          if (at % 5 === 0) bay.accept("192.0.2.30", at + 1);
          bay.take(one);
        }
        for (let connection = 1; connection <= 100; connection++)
          bay.take({ kind: "closed", connection });
        expect(bay.connections.size).toBe(0);
        expect(bay.connections.deadlineMs()).toBe(undefined);
      }),
    );
  });
});
