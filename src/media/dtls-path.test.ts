import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../base/bytes.ts";
import { ScriptedDtls } from "./dtls-engine.fixture.ts";
import {
  DTLS_ATTEMPTS_MAX,
  DTLS_BEGINS_MAX,
  DtlsPath,
  type PathOutput,
  STRANGER_IDLE_MS,
} from "./dtls-path.ts";

const SUITES = ["AES_CM_128_HMAC_SHA1_80"] as const;
const REMOTE = { host: "192.0.2.1", port: 4000 };
const at = (port: number) => ({ host: "198.51.100.7", port });

function pathAs(role: "active" | "passive", fault?: string) {
  const engine = new ScriptedDtls("ours", fault);
  const path = new DtlsPath({
    role,
    remote: REMOTE,
    associate: () => engine.associate(role === "active" ? "client" : "server", SUITES),
    isGenuine: (certificate) => latin1FromBytes(certificate) === "theirs",
  });
  return { engine, path };
}

const datagrams = (outputs: readonly PathOutput[]) =>
  outputs.flatMap((output) => (output.kind === "send" ? output.datagrams : []));
const first = (outputs: readonly PathOutput[]) => datagrams(outputs)[0] ?? new Uint8Array();
const kinds = (outputs: readonly PathOutput[]) => outputs.map(({ kind }) => kind);

/** A far end that begins the handshake from an address; what our side said last. */
function handshake(path: DtlsPath, from: typeof REMOTE, name: string, nowMs = 0) {
  const client = new ScriptedDtls(name).associate("client", SUITES);
  const hello = client.start()[0] ?? new Uint8Array();
  const [finished = new Uint8Array()] = client.take(first(path.take(hello, from, nowMs)));
  return { client, last: path.take(finished, from, nowMs) };
}

describe("DtlsPath, passive", () => {
  it("says nothing before the far end does, and answers where it was spoken to", () => {
    const { path, engine } = pathAs("passive");
    expect(path.start(0)).toEqual([]);
    expect(path.deadlineMs()).toBeUndefined();
    const { client, last } = handshake(path, REMOTE, "theirs");
    expect(kinds(last)).toEqual(["send", "keys"]);
    expect(last[0]).toMatchObject({ to: REMOTE });
    client.take(first(last));
    if (client.state.kind !== "established") throw new Error("no keys");
    const { client: theirKey, server: ourKey } = client.state.keys;
    expect(last[1]).toMatchObject({ keys: { send: ourKey, receive: theirKey } });
    expect([engine.open, path.deadlineMs()]).toEqual([1, undefined]);
  });

  it("is not begun by what is no ClientHello", () => {
    const { path, engine } = pathAs("passive");
    for (const bytes of [[], [22], [22, ...Array(12).fill(0), 2], [20, ...Array(12).fill(0), 1]]) {
      expect(path.take(Uint8Array.from(bytes), REMOTE, 0)).toEqual([]);
    }
    expect(engine.made).toBe(0);
  });

  it("takes the far end from wherever it proves itself, and hears nobody else then", () => {
    const { path, engine } = pathAs("passive");
    path.take(new ScriptedDtls("x").associate("client", SUITES).start()[0] ?? REFUSED, at(1), 0);
    expect(kinds(handshake(path, at(2), "theirs").last)).toEqual(["send", "keys"]);
    expect(engine.open).toBe(1);
    expect(handshake(path, at(3), "theirs").last).toEqual([]);
    expect(engine.made).toBe(2);
  });

  it.each([
    ["a stranger's is passed over", at(9), false, 1],
    ["whom signalling names is final", REMOTE, true, 0],
  ] as const)("another certificate than the signalled: %s", (_, from, isFinal, open) => {
    const { path, engine } = pathAs("passive");
    const { last } = handshake(path, from, "mallory");
    expect(last.at(-1)).toEqual({
      kind: "failed",
      reason: "the far end's certificate is not the one that was signalled",
      isFinal,
    });
    expect(kinds(last)).not.toContain("keys");
    expect([engine.open, path.waits]).toEqual([open, true]);
    expect(kinds(handshake(path, at(2), "theirs").last)).toContain("keys");
    expect([engine.open, path.waits]).toEqual([1, false]);
  });

  it("takes who came before his certificate was signalled, unless he has gone meanwhile", () => {
    const isGenuine = (certificate: Uint8Array) => latin1FromBytes(certificate) === "fork";
    for (const hasGone of [false, true]) {
      const { path, engine } = pathAs("passive");
      const { client, last } = handshake(path, at(2), "fork");
      client.take(first(last));
      if (hasGone) path.take(client.close()[0] ?? REFUSED, at(2), 5);
      const said = path.follow({ remote: at(2), isGenuine });
      expect(kinds(said)).toEqual(hasGone ? [] : ["keys"]);
      expect([engine.open, path.waits]).toEqual(hasGone ? [0, true] : [1, false]);
      if (hasGone || client.state.kind !== "established") continue;
      const { client: theirKey, server: ourKey } = client.state.keys;
      expect(said).toMatchObject([{ keys: { send: ourKey, receive: theirKey } }]);
    }
  });

  it("hears so many strangers at a time, and always whom signalling names", () => {
    const { path, engine } = pathAs("passive");
    const hello = (port: number, nowMs: number) => {
      const client = new ScriptedDtls(`p${port}`).associate("client", SUITES);
      return kinds(path.take(client.start()[0] ?? REFUSED, at(port), nowMs));
    };
    for (let n = 0; n < DTLS_ATTEMPTS_MAX; n++) expect(hello(n, n)).toEqual(["send"]);
    expect(hello(90, STRANGER_IDLE_MS - 1)).toEqual([]);
    expect(hello(91, STRANGER_IDLE_MS)).toEqual(["send"]);
    expect(engine.open).toBe(DTLS_ATTEMPTS_MAX);
    expect(kinds(handshake(path, REMOTE, "theirs", STRANGER_IDLE_MS).last)).toContain("keys");
    expect(engine.open).toBe(1);
  });

  it("begins so many in a while, whoever breaks them off, and as many with whom it knows", () => {
    const { path, engine } = pathAs("passive", "broken off");
    const flood = (from: (n: number) => typeof REMOTE, nowMs: number) => {
      const before = engine.made;
      const hello = new ScriptedDtls("x").associate("client", SUITES).start()[0] ?? REFUSED;
      for (let n = 0; n < 100; n++) path.take(hello, from(n), nowMs);
      return engine.made - before;
    };
    const begun = [
      ...[flood(at, 5), flood(at, STRANGER_IDLE_MS - 1), flood(() => REMOTE, STRANGER_IDLE_MS - 1)],
      ...[flood(at, STRANGER_IDLE_MS), flood(() => REMOTE, STRANGER_IDLE_MS)],
    ];
    expect(begun).toEqual([DTLS_BEGINS_MAX, 0, DTLS_BEGINS_MAX, DTLS_BEGINS_MAX, DTLS_BEGINS_MAX]);
    expect(engine.open).toBe(0);
  });

  it("begins anew once the far end has said goodbye", () => {
    const { path, engine } = pathAs("passive");
    const { client, last } = handshake(path, REMOTE, "theirs");
    client.take(first(last));
    expect(path.take(client.close()[0] ?? REFUSED, REMOTE, 5)).toEqual([]);
    expect([engine.open, path.isOver]).toEqual([0, false]);
    expect(kinds(handshake(path, REMOTE, "theirs", 9).last)).toContain("keys");
  });
});

describe("DtlsPath, active", () => {
  it("begins, says it again in its time, and has keys", () => {
    const { path, engine } = pathAs("active");
    const server = new ScriptedDtls("theirs").associate("server", SUITES);
    const hello = path.start(100);
    expect(hello).toMatchObject([{ kind: "send" }]);
    expect(hello[0]).not.toHaveProperty("to");
    expect(path.deadlineMs()).toBe(500);
    expect(path.timeout(499)).toEqual([]);
    expect(path.timeout(500)).toEqual(hello);
    expect(path.deadlineMs()).toBe(900);
    const finished = path.take(server.take(first(hello))[0] ?? REFUSED, REMOTE, 600);
    const last = path.take(server.take(first(finished))[0] ?? REFUSED, REMOTE, 700);
    expect(kinds(last)).toEqual(["keys"]);
    if (server.state.kind !== "established") throw new Error("no keys");
    const { client: ourKey, server: theirKey } = server.state.keys;
    expect(last).toMatchObject([{ keys: { send: ourKey, receive: theirKey } }]);
    expect([path.deadlineMs(), path.isOver]).toEqual([undefined, false]);
    expect(kinds(path.close())).toEqual(["send"]);
    expect([engine.open, path.close()]).toEqual([0, []]);
  });

  it("is over where the handshake breaks off, and says why", () => {
    const { path, engine } = pathAs("active", "no cipher");
    const server = new ScriptedDtls("theirs").associate("server", SUITES);
    const answer = server.take(first(path.start(0)))[0] ?? REFUSED;
    expect(path.take(answer, REMOTE, 1)).toEqual([
      { kind: "failed", reason: "no keys by DTLS: no cipher", isFinal: true },
    ]);
    expect([path.isOver, engine.open, path.deadlineMs()]).toEqual([true, 0, undefined]);
    expect(path.take(answer, REMOTE, 2)).toEqual([]);
  });
});

const REFUSED = new Uint8Array();
