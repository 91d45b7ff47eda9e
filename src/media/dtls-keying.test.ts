import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../base/bytes.ts";
import type { MediaFlow } from "../base/media-messages.ts";
import { ScriptedDtls } from "./dtls-engine.fixture.ts";
import { DTLS_LIMIT_MS, type DtlsInput, DtlsKeying, type DtlsOutput } from "./dtls-keying.ts";

const SUITES = ["AEAD_AES_128_GCM"] as const;
const OURS = { host: "192.0.2.1", port: 4000 };
const THEIRS = { host: "192.0.2.2", port: 5000 };
const next = ({ host, port }: typeof OURS) => ({ host, port: port + 1 });

function flowTo(
  remote: typeof OURS,
  role: "active" | "passive",
  fingerprint: string,
  more: Partial<MediaFlow> = {},
): MediaFlow {
  return {
    remote,
    remoteRtcp: next(remote),
    codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 20 },
    send: true,
    receive: true,
    dtls: { role, fingerprints: [fingerprint] },
    ...more,
  };
}

/** One side: what it put out, and its datagrams on their way. */
class Side {
  readonly engine: ScriptedDtls;
  readonly keying: DtlsKeying;
  readonly said: DtlsOutput[] = [];
  readonly way: Extract<DtlsOutput, { kind: "send" }>[] = [];

  constructor(name: string, fault?: string) {
    this.engine = new ScriptedDtls(name, fault);
    this.keying = new DtlsKeying({
      engine: this.engine,
      suites: SUITES,
      fingerprintOf: latin1FromBytes,
    });
  }

  feed(input: DtlsInput, nowMs: number): readonly DtlsOutput[] {
    const outputs = this.keying.handle(input, nowMs);
    this.said.push(...outputs);
    for (const output of outputs) if (output.kind === "send") this.way.push(output);
    return outputs;
  }

  /** What it has to say but datagrams. */
  get told(): readonly DtlsOutput[] {
    return this.said.filter(({ kind }) => kind === "keys" || kind === "insecure");
  }

  get keys() {
    const told = this.said.findLast(
      (output): output is Extract<DtlsOutput, { kind: "keys" | "flow" }> =>
        output.kind === "keys" || output.kind === "flow",
    );
    const { srtp, srtcp } = (told?.kind === "keys" ? told.keys : told?.flow) ?? {};
    return { srtp, srtcp };
  }
}

/** Carries datagrams and time between two sides until nothing more is due before `untilMs`. */
function run(a: Side, b: Side, untilMs: number, isLost: (n: number) => boolean = () => false) {
  let count = 0;
  let nowMs = 0;
  for (let turns = 0; turns < 1000; turns++) {
    for (const [from, to, source] of [
      [a, b, OURS],
      [b, a, THEIRS],
    ] as const) {
      for (const { channel, datagrams } of from.way.splice(0)) {
        for (const bytes of datagrams) {
          if (isLost(count++)) continue;
          const at = channel === "rtp" ? source : next(source);
          to.feed({ kind: "datagram", channel, bytes, from: at }, nowMs);
        }
      }
    }
    if (a.way.length + b.way.length > 0) continue;
    const dueMs = Math.min(
      a.keying.deadlineMs() ?? Number.POSITIVE_INFINITY,
      b.keying.deadlineMs() ?? Number.POSITIVE_INFINITY,
    );
    if (dueMs > untilMs) return;
    nowMs = Math.max(nowMs, dueMs);
    a.feed({ kind: "timeout" }, nowMs);
    b.feed({ kind: "timeout" }, nowMs);
  }
  throw new Error("they never come to an end");
}

function agreeing(more: Partial<MediaFlow> = {}) {
  const [a, b] = [new Side("a"), new Side("b")];
  a.feed({ kind: "flow", flow: flowTo(THEIRS, "active", "b", more) }, 0);
  b.feed({ kind: "flow", flow: flowTo(OURS, "passive", "a", more) }, 0);
  return { a, b };
}

describe("DtlsKeying", () => {
  it("locks the flow, and gives each port keys that the other side has too", () => {
    const { a, b } = agreeing();
    expect(a.said[0]).toEqual({ kind: "flow", flow: flowTo(THEIRS, "active", "b") });
    run(a, b, 10_000);
    expect(a.told.map(({ kind }) => kind)).toEqual(["keys", "keys"]);
    expect(a.keys.srtp?.send).toEqual(b.keys.srtp?.receive);
    expect(a.keys.srtp?.receive).toEqual(b.keys.srtp?.send);
    expect(a.keys.srtcp?.send).toEqual(b.keys.srtcp?.receive);
    expect(a.keys.srtp?.send).not.toEqual(a.keys.srtcp?.send);
    expect([a.keying.deadlineMs(), b.keying.deadlineMs()]).toEqual([undefined, undefined]);
  });

  it("needs one association where RTCP goes the way of RTP", () => {
    const { a, b } = agreeing({ rtcpMux: true });
    run(a, b, 10_000);
    expect([a.engine.made, b.engine.made]).toEqual([1, 1]);
    expect(a.keys.srtcp).toBeUndefined();
  });

  it("keeps what comes before offer and answer are done", () => {
    const [a, b] = [new Side("a"), new Side("b")];
    a.feed({ kind: "flow", flow: flowTo(THEIRS, "active", "b") }, 0);
    run(a, b, 300);
    expect(b.said).toEqual([]);
    b.feed({ kind: "flow", flow: flowTo(OURS, "passive", "a") }, 300);
    run(a, b, 399);
    expect(b.keys.srtp).toBeDefined();
  });

  it.each([
    ["the same again", {}, 2, true],
    ["on hold", { send: false }, 2, true],
    ["on hold by no address", { remote: { host: "0.0.0.0", port: 5000 } }, 2, true],
    ["another fingerprint", { dtls: { role: "active", fingerprints: ["c"] } }, 4, false],
    ["another who begins", { dtls: { role: "passive", fingerprints: ["b"] } }, 2, false],
    ["another address: with the old keys meanwhile", { remote: at(7000) }, 3, true],
    ["RTCP goes the way of RTP from now on", { rtcpMux: true }, 2, true],
  ] as const)("%s", (_, change, made, keeps) => {
    const { a, b } = agreeing();
    run(a, b, 10_000);
    const { srtp } = a.keys;
    const flow = { ...flowTo(THEIRS, "active", "b"), ...change } as MediaFlow;
    const outputs = a.feed({ kind: "flow", flow }, 20_000);
    const told = outputs.find((output) => output.kind === "flow");
    expect(told?.flow.srtp).toEqual(keeps ? srtp : undefined);
    expect(a.engine.made).toBe(made);
    expect(a.keying.deadlineMs() === undefined).toBe(keeps && made === 2);
  });

  it("goes on with the old keys where nobody is at the other address", () => {
    const { a, b } = agreeing();
    run(a, b, 10_000);
    a.feed({ kind: "flow", flow: { ...flowTo(THEIRS, "active", "b"), remote: at(7000) } }, 20_000);
    for (let nowMs = 20_000; nowMs < 60_000; nowMs += 400) a.feed({ kind: "timeout" }, nowMs);
    expect(a.told.filter(({ kind }) => kind === "insecure")).toEqual([]);
  });

  it("says goodbye at the end, and where the call is to be plain from now on", () => {
    for (const end of [{ kind: "close" } as const, { kind: "flow", flow: plain() } as const]) {
      const { a, b } = agreeing();
      run(a, b, 10_000);
      const outputs = a.feed(end, 20_000);
      expect(outputs.filter(({ kind }) => kind === "send")).toHaveLength(2);
      expect([a.engine.open, a.keying.deadlineMs()]).toEqual([0, undefined]);
    }
  });

  it("tells that somebody else is there, at once", () => {
    const [a, b] = [new Side("a"), new Side("mallory")];
    a.feed({ kind: "flow", flow: flowTo(THEIRS, "active", "b") }, 0);
    b.feed({ kind: "flow", flow: flowTo(OURS, "passive", "a") }, 0);
    run(a, b, 10);
    expect(a.told).toEqual([
      {
        kind: "insecure",
        reason: "the far end's certificate is not the one that was signalled",
      },
    ]);
    expect(a.keys.srtp).toBeUndefined();
    expect(a.keying.deadlineMs()).toBe(DTLS_LIMIT_MS);
  });

  it("tells that nobody is there, again while it lasts, and tries when it is told to flow", () => {
    const a = new Side("a");
    a.feed({ kind: "flow", flow: flowTo(THEIRS, "passive", "b") }, 0);
    expect(a.keying.deadlineMs()).toBe(DTLS_LIMIT_MS);
    a.feed({ kind: "timeout" }, DTLS_LIMIT_MS - 1);
    expect(a.told).toEqual([]);
    a.feed({ kind: "timeout" }, DTLS_LIMIT_MS);
    a.feed({ kind: "timeout" }, 2 * DTLS_LIMIT_MS - 1);
    const told = { kind: "insecure", reason: "no keys by DTLS within 15 s" };
    expect(a.told).toEqual([told]);
    a.feed({ kind: "timeout" }, 2 * DTLS_LIMIT_MS);
    expect(a.told).toEqual([told, told]);
    a.feed({ kind: "flow", flow: flowTo(THEIRS, "passive", "b") }, 40_000);
    expect(a.keying.deadlineMs()).toBe(40_000 + DTLS_LIMIT_MS);
  });

  it("takes a fork whose handshake was done before its answer came, in another's place", () => {
    const [a, b] = [new Side("a"), new Side("b")];
    const elsewhere = { ...flowTo(at(7000), "passive", "c"), rtcpMux: true };
    a.feed({ kind: "flow", flow: elsewhere }, 0);
    b.feed({ kind: "flow", flow: flowTo(OURS, "active", "a", { rtcpMux: true }) }, 0);
    run(a, b, 300);
    expect([a.told, a.keys.srtp]).toEqual([[], undefined]);
    expect(b.keys.srtp).toBeDefined();
    a.feed({ kind: "flow", flow: flowTo(THEIRS, "passive", "b", { rtcpMux: true }) }, 400);
    expect(a.keys.srtp?.send).toEqual(b.keys.srtp?.receive);
    expect([a.engine.made, a.engine.open, a.keying.deadlineMs()]).toEqual([1, 1, undefined]);
  });

  it.each(["active", "passive"] as const)("held at no address, and %s, waits for one", (role) => {
    const [a, b] = [new Side("a"), new Side("b")];
    const held = { host: "0.0.0.0", port: 5000 };
    a.feed({ kind: "flow", flow: flowTo(held, role, "b") }, 0);
    for (let nowMs = 0; nowMs < 3 * DTLS_LIMIT_MS; nowMs += 400) {
      a.feed({ kind: "timeout" }, nowMs);
    }
    expect([a.told, a.way]).toEqual([[], []]);
    a.feed({ kind: "flow", flow: flowTo(THEIRS, role, "b") }, 50_000);
    expect(a.keying.deadlineMs()).toBe(role === "active" ? 50_400 : 50_000 + DTLS_LIMIT_MS);
    b.feed({ kind: "flow", flow: flowTo(OURS, role === "active" ? "passive" : "active", "a") }, 0);
    run(a, b, 60_000);
    expect(a.told.map(({ kind }) => kind)).toEqual(["keys", "keys"]);
  });

  it("whatever is lost: the same keys at both ends, or word that there are none", () => {
    const lost = fc.array(fc.boolean(), { maxLength: 60 });
    fc.assert(
      fc.property(lost, fc.boolean(), fc.constantFrom("b", "c"), (losses, rtcpMux, signalled) => {
        const [a, b] = [new Side("a"), new Side("b")];
        const more = { rtcpMux };
        a.feed({ kind: "flow", flow: flowTo(THEIRS, "active", signalled, more) }, 0);
        b.feed({ kind: "flow", flow: flowTo(OURS, "passive", "a", more) }, 0);
        run(a, b, 2 * DTLS_LIMIT_MS, (n) => losses[n] === true);
        const isInsecure = a.told.some(({ kind }) => kind === "insecure");
        expect(isInsecure).toBe(a.keys.srtp === undefined);
        if (signalled === "c") expect(a.keys.srtp).toBeUndefined();
        if (a.keys.srtp === undefined || b.keys.srtp === undefined) return;
        expect(a.keys.srtp.send).toEqual(b.keys.srtp.receive);
        expect(a.keys.srtp.receive).toEqual(b.keys.srtp.send);
      }),
    );
  });

  it("never has keys of somebody else, and forgets all, whatever comes", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom("b", "c", "d").map((name) => {
        const client = new ScriptedDtls(name).associate("client", SUITES);
        return client.start()[0] ?? new Uint8Array();
      }),
    );
    const port = fc.integer({ min: 5000, max: 5003 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant("datagram" as const), bytes, port, ms: fc.nat(900) }),
      fc.record({
        kind: fc.constant("flow" as const),
        role: fc.constantFrom("active" as const, "passive" as const),
        name: fc.constantFrom("b", "c", undefined),
        port,
        ms: fc.nat(900),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const a = new Side("a");
        let nowMs = 0;
        for (const one of steps) {
          nowMs += one.ms;
          const there = { ...THEIRS, port: one.port };
          if (one.kind === "datagram") {
            a.feed({ kind: "datagram", channel: "rtp", bytes: one.bytes, from: there }, nowMs);
          } else {
            const flow = one.name === undefined ? plain() : flowTo(there, one.role, one.name, {});
            a.feed({ kind: "flow", flow }, nowMs);
          }
          a.feed({ kind: "timeout" }, nowMs);
          // None of these far ends ever ends a handshake.
          expect(a.keys.srtp).toBeUndefined();
        }
        a.feed({ kind: "close" }, nowMs);
        expect([a.engine.open, a.keying.deadlineMs()]).toEqual([0, undefined]);
      }),
    );
  });
});

function at(port: number) {
  return { host: THEIRS.host, port };
}

function plain(): MediaFlow {
  const { dtls: _, ...flow } = flowTo(THEIRS, "active", "b");
  return flow;
}
