import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { latin1FromBytes } from "../../src/base/bytes.ts";
import { createStreams } from "../../src/hal/node/index.ts";
import type { StreamEvents, Streams, TlsIdentity } from "../../src/hal/ports/net.ts";
import { VirtualNetwork } from "../hw-sim/world/network.ts";
import { simAuthority, simIdentity } from "../hw-sim/world/sim-certificate.ts";
import { World } from "../hw-sim/world/world.ts";

/** One world's streams: two programs on one machine. */
export interface StreamRig {
  readonly streams: Streams;
  /** For `pbx.example.net` and `sip:example.net`, signed by an authority of its own. */
  readonly identity: TlsIdentity;
  /** That authority. */
  readonly authority: string;
  /** Another authority, which signed nothing. */
  readonly otherAuthority: string;
  /** Lets the world go on until the condition holds. */
  until(met: () => boolean): Promise<void>;
  /** A promise of a port, while the world goes on. */
  complete<T>(promise: Promise<T>): Promise<T>;
  remove(): void;
}

/** The address that both rigs have. */
export const HOST = "127.0.0.1";
const LIMIT_MS = 5000;

/** The simulated network, one host. */
export function simRig(): StreamRig {
  const world = new World({ seed: 1 });
  const { streams } = new VirtualNetwork(world).host("10.0.0.1");
  return {
    streams,
    identity: simIdentity({
      names: [
        { kind: "dns", value: "pbx.example.net" },
        { kind: "uri", value: "sip:example.net" },
      ],
      authority: "lab",
    }),
    authority: simAuthority("lab"),
    otherAuthority: simAuthority("other"),
    until: async (met) => {
      if (!(await world.waitUntil(met, LIMIT_MS))) throw new Error("it never came to that");
    },
    complete: (promise) => world.complete(promise, LIMIT_MS),
    remove: () => {},
  };
}

/** The sockets of this machine, with certificates made by OpenSSL. */
export function nodeRig(): StreamRig {
  const folder = mkdtempSync(join(tmpdir(), "tipring-streams-"));
  const certificates = makeCertificates(folder);
  return {
    streams: createStreams(),
    ...certificates,
    until: async (met) => {
      const endMs = performance.now() + LIMIT_MS;
      while (!met()) {
        if (performance.now() > endMs) throw new Error("it never came to that");
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    complete: (promise) => promise,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Whether this machine has the program that makes certificates. */
export function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** An authority and a server's certificate under it, and an authority that signed nothing. */
export function makeCertificates(
  folder: string,
  altNames = "DNS:pbx.example.net,URI:sip:example.net",
): Pick<StreamRig, "identity" | "authority" | "otherAuthority"> {
  const run = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  };
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  for (const name of ["ca", "other"]) {
    const subject = ["-subj", `/CN=Tipring test ${name}`];
    run(
      "req",
      "-x509",
      ...curve,
      "-days",
      "30",
      ...subject,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.pem`,
    );
  }
  run("req", ...curve, "-subj", "/CN=Tipring test", "-keyout", "server.key", "-out", "server.csr");
  writeFileSync(join(folder, "ext"), `subjectAltName=${altNames}\n`);
  const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30"];
  run("x509", "-req", "-in", "server.csr", ...by, "-extfile", "ext", "-out", "server.pem");
  return {
    identity: { certificate: read("server.pem"), key: read("server.key") },
    authority: read("ca.pem"),
    otherAuthority: read("other.pem"),
  };
}

/** Events of a stream as they come, in words; data joined. */
export class Heard implements StreamEvents {
  data = "";
  bytes = 0;
  readonly events: string[] = [];
  onData(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.data += latin1FromBytes(bytes);
    // What was handed in is borrowed: who kept it reads this.
    bytes.fill(0x58);
  }
  onWritable(): void {
    this.events.push("writable");
  }
  onClose(fault: { readonly kind: string } | undefined): void {
    this.events.push(fault === undefined ? "closed" : `broken: ${fault.kind}`);
  }
}
