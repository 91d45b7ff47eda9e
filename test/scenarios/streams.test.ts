import { describe, expect, it } from "vitest";
import type { UserConfig } from "../../src/app/config/user-config.ts";
import { bytesFromLatin1, latin1FromBytes } from "../../src/base/bytes.ts";
import type { Stream, TlsServerOptions } from "../../src/hal/ports/net.ts";
import { type Bench, type BenchPlace, bench } from "../hw-sim/bench/bench.ts";
import { headerValue, startLine } from "../hw-sim/peers/sip-text.ts";
import { simAuthority, simIdentity, simServerIdentity } from "../hw-sim/world/sim-certificate.ts";

const SERVER = "10.0.0.9";
const TLS_NAME = "pbx.example.net";

/** A registrar in literal text that waits for streams and grants whatever is asked. */
class StreamRegistrar {
  readonly heard: string[] = [];
  readonly connections: Stream[] = [];

  async open({ network }: BenchPlace, port: number, tls?: TlsServerOptions): Promise<void> {
    await network.host(SERVER).streams.listen({
      ...{ host: SERVER, port, onFault: () => {} },
      ...(tls === undefined ? {} : { tls }),
      onStream: (stream) => {
        this.connections.push(stream);
        let waiting = "";
        return {
          onData: (bytes) => {
            waiting += latin1FromBytes(bytes);
            for (
              let end = waiting.indexOf("\r\n\r\n");
              end !== -1;
              end = waiting.indexOf("\r\n\r\n")
            ) {
              this.#take(waiting.slice(0, end + 4), stream);
              waiting = waiting.slice(end + 4);
            }
          },
          onWritable: () => {},
          onClose: () => {},
        };
      },
    });
  }

  /** REGISTER requests of one user so far. */
  registersOf(user: string): number {
    return this.heard.filter(
      (text) => text.startsWith("REGISTER ") && text.includes(`<sip:${user}@`),
    ).length;
  }

  #take(text: string, stream: Stream): void {
    if (text === "\r\n\r\n") return;
    this.heard.push(text);
    if (!startLine(text).startsWith("REGISTER ")) return;
    const copied = ["Via", "From", "Call-ID", "CSeq", "Contact"].map(
      (name) => `${name}: ${headerValue(text, name) ?? ""}`,
    );
    const to = `To: ${headerValue(text, "To") ?? ""};tag=r`;
    const answer = ["SIP/2.0 200 OK", ...copied, to, "Expires: 3600", "Content-Length: 0", "", ""];
    stream.write(bytesFromLatin1(answer.join("\r\n")));
  }
}

async function laid(
  sip: NonNullable<UserConfig["sip"]>,
  options: {
    readonly registrar?: string;
    readonly tls?: TlsServerOptions;
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): Promise<{ lab: Bench; server: StreamRegistrar }> {
  const server = new StreamRegistrar();
  const lab = await bench({
    config: { registrar: options.registrar ?? `${SERVER}:5060`, sip },
    ...(options.files === undefined ? {} : { files: options.files }),
    startUnregistered: true,
    prepare: async (place) => {
      place.names.set(TLS_NAME, [SERVER]);
      await place.world.complete(
        server.open(place, options.tls === undefined ? 5060 : 5061, options.tls),
        1000,
      );
    },
  });
  await lab.world.advance(2000);
  return { lab, server };
}

const registrations = (lab: Bench): readonly string[] =>
  lab.box.status().map((line) => line.registration);

describe("lines at a registrar over TCP", () => {
  it("share one connection", async () => {
    const { lab, server } = await laid({ transport: "tcp" });
    expect(registrations(lab)).toEqual(["registered", "registered"]);
    expect(server.connections).toHaveLength(1);
    await lab.stop();
  });

  it("register again, soon and each once, where the connection is reset", async () => {
    const { lab, server } = await laid({ transport: "tcp" });
    const before = ["101", "102"].map((user) => server.registersOf(user));
    lab.network.resetStreams("10.0.0.1");
    await lab.world.advance(3000);
    expect(["101", "102"].map((user) => server.registersOf(user))).toEqual(
      before.map((count) => count + 1),
    );
    expect(registrations(lab)).toEqual(["registered", "registered"]);
    await lab.stop();
  });

  it("hear a registrar that is out of reach for a while, once it is back", async () => {
    const { lab } = await laid({ transport: "tcp" });
    lab.network.setPartition("10.0.0.1", SERVER, true);
    lab.network.resetStreams("10.0.0.1");
    await lab.world.advance(60_000);
    expect(registrations(lab)).toEqual(["failed", "failed"]);
    lab.network.setPartition("10.0.0.1", SERVER, false);
    await lab.world.advance(125_000);
    expect(registrations(lab)).toEqual(["registered", "registered"]);
    await lab.stop();
  });
});

describe("lines at a registrar over TLS", () => {
  const ca = { files: { "ca.pem": simAuthority("lab") }, registrar: TLS_NAME };
  const sip = { transport: "tls", tls: { ca: "ca.pem" } } as const;
  const dns = (value: string) => [{ kind: "dns" as const, value }];

  it("register where the certificate is for the name that is configured", async () => {
    const identity = simIdentity({ names: dns(TLS_NAME), authority: "lab" });
    const { lab } = await laid(sip, { ...ca, tls: { identity } });
    expect(registrations(lab)).toEqual(["registered", "registered"]);
    await lab.stop();
  });

  it.each([
    ["another name", simIdentity({ names: dns("evil.example"), authority: "lab" })],
    ["another authority", simServerIdentity(TLS_NAME)],
    [
      "a date that is over",
      simIdentity({ names: dns(TLS_NAME), authority: "lab", fault: "CERT_HAS_EXPIRED" }),
    ],
  ])("send nothing to a server with %s", async (_what, identity) => {
    const { lab, server } = await laid(sip, { ...ca, tls: { identity } });
    expect(registrations(lab)).toEqual(["failed", "failed"]);
    expect(server.heard).toEqual([]);
    expect(server.connections.length).toBeGreaterThan(0);
    expect(lab.logs.some(({ text }) => text.includes("its certificate is not"))).toBe(true);
    await lab.stop();
  });
});
