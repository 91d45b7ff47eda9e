import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { DtlsAssociation, DtlsEngine } from "../../base/dtls-engine.ts";
import type { SrtpSuite } from "../../base/srtp-suites.ts";
import { type Koffi, loadKoffi } from "./koffi-binding.ts";
import { loadOpensslDtls } from "./openssl-dtls.ts";
import { findOpenssl } from "./openssl-library.ts";

let engines: { readonly ours: DtlsEngine; readonly theirs: DtlsEngine };
beforeAll(async () => {
  engines = { ours: await loadOpensslDtls(), theirs: await loadOpensslDtls() };
});

const LIBRARIES = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
const hasSystemLibrary = LIBRARIES.some((folder) => existsSync(`${folder}/libssl.so.3`));
const SUITES = ["AES_CM_128_HMAC_SHA1_80", "AEAD_AES_128_GCM"] as const;

type Suites = readonly SrtpSuite[];

interface Wire {
  readonly to: "client" | "server";
  readonly bytes: Uint8Array;
}

/** Two associations, and the datagrams between them, as somebody carries them. */
class Pair {
  readonly client: DtlsAssociation;
  readonly server: DtlsAssociation;
  readonly wire: Wire[] = [];

  constructor(clientSuites: Suites = SUITES, serverSuites: Suites = SUITES) {
    this.client = engines.ours.associate("client", clientSuites);
    this.server = engines.theirs.associate("server", serverSuites);
    this.put("server", this.client.start());
  }

  put(to: Wire["to"], datagrams: readonly Uint8Array[]): void {
    for (const bytes of datagrams) this.wire.push({ to, bytes });
  }

  deliver({ to, bytes }: Wire): void {
    if (to === "server") this.put("client", this.server.take(bytes));
    else this.put("server", this.client.take(bytes));
  }

  run(): this {
    for (let next = this.wire.shift(); next !== undefined; next = this.wire.shift()) {
      this.deliver(next);
    }
    return this;
  }

  get kinds(): readonly string[] {
    return [this.client.state.kind, this.server.state.kind];
  }

  close(): void {
    this.client.close();
    this.server.close();
  }
}

const DONE = ["established", "established"];

describe("loadOpensslDtls()", () => {
  it("gives both sides the same keys and the certificate of the other, in four datagrams", () => {
    const pair = new Pair();
    const bytes: number[] = [];
    for (let next = pair.wire.shift(); next !== undefined; next = pair.wire.shift()) {
      bytes.push(next.bytes.length);
      pair.deliver(next);
    }
    expect(bytes).toHaveLength(4);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(1200);
    const [client, server] = [pair.client.state, pair.server.state];
    if (client.kind !== "established" || server.kind !== "established") throw new Error("no keys");
    expect(client.keys).toEqual(server.keys);
    expect(client.keys.client).toHaveLength(16 + 14);
    expect(client.keys.client).not.toEqual(client.keys.server);
    expect(client.certificate).toEqual(engines.theirs.certificate);
    expect(server.certificate).toEqual(engines.ours.certificate);
    expect(new X509Certificate(server.certificate).subject).toBe("CN=tipring");
    expect([pair.client.waitMs(), pair.server.waitMs()]).toEqual([undefined, undefined]);
    pair.close();
  });

  it.each([
    ["AES_CM_128_HMAC_SHA1_80", 30],
    ["AES_CM_128_HMAC_SHA1_32", 30],
    ["AEAD_AES_128_GCM", 28],
    ["AEAD_AES_256_GCM", 44],
  ] as const)("agrees on %s, with %i bytes of key and salt", (suite, length) => {
    const pair = new Pair([suite, suite], ["AES_256_CM_HMAC_SHA1_80", suite]).run();
    const { state } = pair.client;
    if (state.kind !== "established") throw new Error(state.kind);
    expect(state.keys.suite).toBe(suite);
    expect([state.keys.client.length, state.keys.server.length]).toEqual([length, length]);
    pair.close();
  });

  it("fails where they have no suite in common, and says so", () => {
    const pair = new Pair(["AEAD_AES_256_GCM"]).run();
    expect(pair.client.state).toEqual({
      kind: "failed",
      reason: "no suite of SRTP that both can use",
    });
    pair.close();
  });

  it("tells the other of its end", () => {
    const pair = new Pair().run();
    pair.put("server", pair.client.close());
    pair.run();
    expect(pair.kinds).toEqual(["closed", "closed"]);
    expect(pair.client.take(Uint8Array.of(22))).toEqual([]);
    pair.close();
  });

  it("says again what got no answer, and nothing where it is asked too early", () => {
    const pair = new Pair();
    const [hello] = pair.wire.splice(0);
    expect(hello).toBeDefined();
    expect(pair.client.waitMs()).toBeGreaterThanOrEqual(400);
    expect(pair.client.timeout()).toEqual([]);
    expect(pair.client.state.kind).toBe("handshaking");
    pair.close();
  });
});

describe("an association on a bad network", () => {
  it("is there in any order, with anything twice", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }), (picks) => {
        const pair = new Pair();
        for (const pick of picks) {
          if (pair.wire.length === 0) break;
          const at = pick % pair.wire.length;
          const datagram = pair.wire[at];
          // One time in three it stays on the wire, and comes once more.
          if (pick % 3 !== 0) pair.wire.splice(at, 1);
          if (datagram !== undefined) pair.deliver(datagram);
        }
        pair.run();
        expect(pair.kinds).toEqual(DONE);
        pair.close();
      }),
      { numRuns: 60 },
    );
  });

  it("takes any bytes, before and after, without a word", () => {
    const record = fc
      .tuple(fc.integer({ min: 19, max: 64 }), fc.uint8Array({ maxLength: 300 }))
      .map(([type, body]) =>
        Uint8Array.from([type, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, body.length & 255, ...body]),
      );
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 1600 }), record);
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 6 }), fc.boolean(), (datagrams, isLate) => {
        const pair = new Pair();
        if (isLate) pair.run();
        for (const datagram of datagrams) {
          pair.put("client", pair.server.take(datagram));
          pair.put("server", pair.client.take(datagram));
        }
        pair.run();
        for (const { state } of [pair.client, pair.server]) {
          expect(["handshaking", "established", "failed", "closed"]).toContain(state.kind);
        }
        pair.close();
      }),
      { numRuns: 200 },
    );
  });

  it("takes genuine datagrams that were bent on the way", () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(700), fc.nat(255), (which, at, value) => {
        const pair = new Pair();
        for (let n = 0; pair.wire.length > 0; n++) {
          const next = pair.wire.shift();
          if (next === undefined) break;
          const bytes = next.bytes.slice();
          if (n === which) bytes[at % bytes.length] = value;
          pair.deliver({ ...next, bytes });
        }
        const { client, server } = pair;
        if (client.state.kind === "established" && server.state.kind === "established") {
          expect(client.state.keys).toEqual(server.state.keys);
        }
        pair.close();
      }),
      { numRuns: 200 },
    );
  });
});

describe("findOpenssl()", () => {
  it("takes the system's where the runtime lends none", async () => {
    const koffi = await loadKoffi("a test");
    const asked: (string | null)[] = [];
    const without: Koffi = {
      ...koffi,
      load(name) {
        asked.push(name);
        if (name === null) return { func: () => expect.fail("nothing here") };
        return { func: (text) => Object.assign(() => text, { async: () => {} }) };
      },
    };
    findOpenssl(without);
    expect(asked).toEqual([null, "libssl.so.3", "libcrypto.so.3"]);
  });

  it.skipIf(!hasSystemLibrary)(
    "has the system's beside the runtime's own: both agree",
    async () => {
      const koffi = await loadKoffi("a test");
      const load: Koffi["load"] = (name, options) => {
        if (name === null) throw new Error("it lends none");
        return koffi.load(name, options);
      };
      const system = await loadOpensslDtls(async () => ({ ...koffi, load }));
      const client = engines.ours.associate("client", SUITES);
      const server = system.associate("server", SUITES);
      let toServer = client.start();
      for (let turn = 0; turn < 3; turn++) {
        toServer = toServer.flatMap((one) => server.take(one)).flatMap((one) => client.take(one));
      }
      if (client.state.kind !== "established") throw new Error(client.state.kind);
      expect(server.state).toMatchObject({ kind: "established", keys: client.state.keys });
      client.close();
      server.close();
    },
  );

  it("says what to install where neither is there", async () => {
    const koffi = await loadKoffi("a test");
    const load = (): never => {
      throw new Error("no such library");
    };
    expect(() => findOpenssl({ ...koffi, load })).toThrow(/install libssl3/);
  });

  it("says what to install where koffi is not", async () => {
    await expect(loadOpensslDtls(async () => ({}))).rejects.toThrow(/npm install koffi/);
  });
});
