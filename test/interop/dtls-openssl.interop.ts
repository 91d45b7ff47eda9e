import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { DtlsAssociation, DtlsRole } from "../../src/base/dtls-engine.ts";
import { loadOpensslDtls } from "../../src/hal/linux/openssl-dtls.ts";
import { createOwnCertificate } from "../../src/hal/linux/own-certificate.ts";
import { freePorts } from "./support/free-ports.ts";
import { waitUntil } from "./support/patience.ts";
import { isPeerMissing, requireProgram } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";

const SUITE = "AES_CM_128_HMAC_SHA1_80";
const WITHIN_MS = 15_000;
/** Both keys of 16 bytes, both salts of 14, as it exports them. @see RFC 5764 §4.2 */
const MATERIAL_BYTES = 60;

function pem(name: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${name}-----`, ...lines, `-----END ${name}-----`, ""].join("\n");
}

/** The other side: `openssl s_server` or `s_client`, which exports the keying material itself. */
async function startOpenssl(stage: Stage, role: DtlsRole, port: number) {
  const own = createOwnCertificate("far");
  const text = pem("CERTIFICATE", own.certificate) + pem("EC PRIVATE KEY", own.privateKey);
  const file = stage.write(`${role}.pem`, text);
  const program = stage.start({
    title: `openssl ${role}`,
    path: "/bin/sh",
    args: [
      // At the end of its input it would end too.
      ...["-c", 'tail -f /dev/null | "$0" "$@"', requireProgram("openssl")],
      ...(role === "server"
        ? ["s_server", "-accept", `127.0.0.1:${port}`, "-Verify", "1"]
        : ["s_client", "-connect", `127.0.0.1:${port}`]),
      ...["-dtls1_2", "-cert", file, "-key", file, "-use_srtp", "SRTP_AES128_CM_SHA1_80"],
      ...["-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", `${MATERIAL_BYTES}`],
    ],
  });
  if (role === "server") await program.writes("ACCEPT", WITHIN_MS);
  return { program, certificate: own.certificate };
}

/** Carries datagrams for an association, in real time; of each way the first are lost. */
class Carrier {
  readonly #socket: Socket;
  readonly #association: DtlsAssociation;
  #peerPort: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #loses: { in: number; out: number };

  constructor(socket: Socket, association: DtlsAssociation, peerPort?: number, loses = 0) {
    this.#socket = socket;
    this.#association = association;
    this.#peerPort = peerPort;
    this.#loses = { in: loses, out: loses };
    socket.on("message", (bytes, { port }) => {
      this.#peerPort = port;
      if (this.#loses.in-- <= 0) this.#send(association.take(bytes));
    });
    this.#send(association.start());
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#socket.close();
    this.#association.close();
  }

  #send(datagrams: readonly Uint8Array[]): void {
    for (const bytes of datagrams) {
      if (this.#loses.out-- <= 0) this.#socket.send(bytes, this.#peerPort ?? 0, "127.0.0.1");
    }
    clearTimeout(this.#timer);
    const waitMs = this.#association.waitMs();
    if (waitMs === undefined) return;
    this.#timer = setTimeout(() => this.#send(this.#association.timeout()), waitMs);
  }
}

describe.skipIf(isPeerMissing("openssl"))("[interop.dtls-openssl] the program of OpenSSL", () => {
  it.each([
    ["client", 0],
    ["server", 0],
    ["client", 2],
    ["server", 2],
  ] as const)("we are the %s, of each way %i datagrams are lost: the same keys", (role, loses) =>
    onStage(async (stage) => {
      const engine = await loadOpensslDtls();
      const association = engine.associate(role, [SUITE]);
      const socket = createSocket("udp4");
      socket.bind(0, "127.0.0.1");
      await once(socket, "listening");
      const farPort = await freePorts();
      const theirs = await startOpenssl(
        stage,
        role === "client" ? "server" : "client",
        role === "client" ? farPort : socket.address().port,
      );
      const carrier = new Carrier(
        socket,
        association,
        role === "client" ? farPort : undefined,
        loses,
      );
      stage.atEnd(() => carrier.stop());
      await waitUntil(() => association.state.kind !== "handshaking", WITHIN_MS);
      const { state } = association;
      if (state.kind !== "established") throw new Error(JSON.stringify(state));
      await theirs.program.writes("Keying material: ", WITHIN_MS);
      const exported = /Keying material: ([0-9A-F]+)/.exec(theirs.program.log)?.[1];
      const { client, server } = state.keys;
      const parts = [client.slice(0, 16), server.slice(0, 16), client.slice(16), server.slice(16)];
      const ours = parts.map((part) => Buffer.from(part).toString("hex").toUpperCase()).join("");
      expect(ours).toBe(exported);
      expect(state.certificate).toEqual(theirs.certificate);
    })(),
  );
});
