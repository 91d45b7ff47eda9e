import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SocketAddress } from "../../src/base/address.ts";
import { bytesFromLatin1 } from "../../src/base/bytes.ts";
import { PortError } from "../../src/base/port-fault.ts";
import type {
  Stream,
  StreamListener,
  TlsClientOptions,
  TlsServerOptions,
} from "../../src/hal/ports/net.ts";
import { Heard, HOST, hasOpenssl, nodeRig, type StreamRig, simRig } from "./stream-rigs.ts";

const WORLDS: readonly (readonly [string, () => StreamRig])[] = [
  ["the simulated network", simRig],
  ...(hasOpenssl() ? [["the sockets of this machine", nodeRig] as const] : []),
];

describe.each(WORLDS)("streams of %s", (_name, makeRig) => {
  let rig: StreamRig;
  const listeners: StreamListener[] = [];
  const streams: Stream[] = [];

  beforeEach(() => {
    rig = makeRig();
  });

  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
    for (const listener of listeners.splice(0)) listener.close();
    rig.remove();
  });

  async function listen(tls?: TlsServerOptions) {
    const accepted: { stream: Stream; heard: Heard }[] = [];
    const faults: string[] = [];
    const listener = await rig.complete(
      rig.streams.listen({
        host: HOST,
        port: 0,
        ...(tls === undefined ? {} : { tls }),
        onStream: (stream) => {
          const heard = new Heard();
          accepted.push({ stream, heard });
          streams.push(stream);
          return heard;
        },
        onFault: (fault) => faults.push(fault.kind),
      }),
    );
    listeners.push(listener);
    return { to: listener.local, listener, accepted, faults };
  }

  async function connect(to: SocketAddress, tls?: TlsClientOptions, timeoutMs = 3000) {
    const heard = new Heard();
    const request = { to, timeoutMs, ...(tls === undefined ? {} : { tls }) };
    const stream = await rig.complete(rig.streams.connect(request, heard));
    streams.push(stream);
    return { stream, heard };
  }

  async function faultOf(promise: Promise<unknown>): Promise<string> {
    try {
      await rig.complete(promise);
      return "none";
    } catch (error) {
      return error instanceof PortError ? error.fault.kind : String(error);
    }
  }

  async function pair(tls?: { client: TlsClientOptions; server: TlsServerOptions }) {
    const { to, accepted } = await listen(tls?.server);
    const near = await connect(to, tls?.client);
    await rig.until(() => accepted.length === 1);
    const far = accepted[0];
    if (far === undefined) throw new Error("nobody was accepted");
    return { near, far };
  }

  it("carry bytes both ways, in order, and each knows the other's address", async () => {
    const { near, far } = await pair();
    near.stream.write(bytesFromLatin1("one "));
    near.stream.write(bytesFromLatin1("two"));
    await rig.until(() => far.heard.data.length >= 7);
    far.stream.write(bytesFromLatin1("three"));
    await rig.until(() => near.heard.data.length >= 5);
    expect([far.heard.data, near.heard.data]).toEqual(["one two", "three"]);
    expect(far.stream.remote).toEqual(near.stream.local);
    expect(near.stream.remote).toEqual(far.stream.local);
    expect(near.stream.peer).toBe(undefined);
  });

  it("copy what is written", async () => {
    const { near, far } = await pair();
    const bytes = bytesFromLatin1("kept");
    near.stream.write(bytes);
    bytes.fill(0);
    await rig.until(() => far.heard.data.length >= 4);
    expect(far.heard.data).toBe("kept");
  });

  it("tell the other side of a close behind all bytes, and the closer nothing more", async () => {
    const { near, far } = await pair();
    near.stream.write(bytesFromLatin1("last"));
    near.stream.close();
    near.stream.close();
    near.stream.write(bytesFromLatin1("too late"));
    await rig.until(() => far.heard.events.length > 0);
    expect([far.heard.data, far.heard.events]).toEqual(["last", ["closed"]]);
    expect(near.heard.events).toEqual([]);
  });

  it("say when to hold back and when there is room again, and lose nothing", async () => {
    const { near, far } = await pair();
    const chunk = bytesFromLatin1("x".repeat(60_000));
    let sent = 0;
    let isFull = false;
    while (!isFull && sent < 1000) {
      isFull = !near.stream.write(chunk);
      sent++;
    }
    expect(isFull).toBe(true);
    await rig.until(() => near.heard.events.includes("writable"));
    await rig.until(() => far.heard.bytes === sent * chunk.length);
  });

  it("cannot be opened where nobody listens", async () => {
    const { to, listener } = await listen();
    listener.close();
    const request = { to, timeoutMs: 3000 };
    expect(await faultOf(rig.streams.connect(request, new Heard()))).toBe("unreachable");
  });

  it.each([
    ["an address of another machine", "203.0.113.77", 0, "not-found"],
    ["a port that is taken", HOST, undefined, "in-use"],
  ])("are not waited for at %s", async (_what, host, port, kind) => {
    const { to } = await listen();
    const binding = { host, port: port ?? to.port, onStream: () => new Heard(), onFault: () => {} };
    expect(await faultOf(rig.streams.listen(binding))).toBe(kind);
  });

  it("stay open where their listener closes", async () => {
    const { to, listener, accepted } = await listen();
    const near = await connect(to);
    await rig.until(() => accepted.length === 1);
    listener.close();
    near.stream.write(bytesFromLatin1("still"));
    await rig.until(() => accepted[0]?.heard.data === "still");
    expect(near.heard.events).toEqual([]);
  });

  it("with TLS show the certificate's names, and whether its authority is believed", async () => {
    const { identity, authority } = rig;
    const client = { serverName: "pbx.example.net", authorities: authority };
    const { near, far } = await pair({ client, server: { identity } });
    near.stream.write(bytesFromLatin1("secret"));
    await rig.until(() => far.heard.data === "secret");
    const { peer } = near.stream;
    expect(peer?.distrust).toBe(undefined);
    expect(peer?.names).toContainEqual({ kind: "dns", value: "pbx.example.net" });
    expect(peer?.names).toContainEqual({ kind: "uri", value: "sip:example.net" });
    expect(peer?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(peer?.protocol).toMatch(/^TLSv1\.[23]$/);
  });

  it.each([
    ["another authority", () => rig.otherAuthority],
    ["the public ones", () => undefined],
  ])(
    "with TLS open under %s too, and say that the certificate is not believed",
    async (_what, of) => {
      const authorities = of();
      const client = {
        serverName: "pbx.example.net",
        ...(authorities === undefined ? {} : { authorities }),
      };
      const { near } = await pair({ client, server: { identity: rig.identity } });
      expect(near.stream.peer?.distrust).toMatch(/^[A-Z_]+$/);
    },
  );

  it("with TLS show a client's certificate to a server that asks", async () => {
    const { identity, authority } = rig;
    const client = { serverName: "pbx.example.net", authorities: authority, identity };
    const server = { identity, clientAuthorities: authority };
    const { far } = await pair({ client, server });
    expect(far.stream.peer?.distrust).toBe(undefined);
    expect(far.stream.peer?.names).toContainEqual({ kind: "dns", value: "pbx.example.net" });
  });

  it("with TLS take a client without a certificate, and say so", async () => {
    const { identity, authority } = rig;
    const client = { serverName: "pbx.example.net", authorities: authority };
    const { far } = await pair({ client, server: { identity, clientAuthorities: authority } });
    expect(far.stream.peer?.names).toEqual([]);
    expect(far.stream.peer?.distrust).toBe("no certificate was shown");
  });

  it("without TLS are closed by a listener that wants it", async () => {
    const { to, accepted } = await listen({ identity: rig.identity });
    const { stream, heard } = await connect(to);
    stream.write(bytesFromLatin1("OPTIONS sip:a SIP/2.0\r\n\r\n"));
    await rig.until(() => heard.events.length > 0);
    expect(accepted).toEqual([]);
  });

  it("with TLS are not listened for with what is no certificate", async () => {
    const identity = { certificate: "no certificate", key: "no key" };
    const binding = { host: HOST, port: 0, onStream: () => new Heard(), onFault: () => {} };
    expect(await faultOf(rig.streams.listen({ ...binding, tls: { identity } }))).toBe("io");
  });
});
