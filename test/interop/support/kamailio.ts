import { createSocket } from "node:dgram";
import { fileURLToPath } from "node:url";
import { freePorts } from "./free-ports.ts";
import { requireProgram } from "./programs.ts";
import type { RunningProgram } from "./running-program.ts";
import type { Stage } from "./stage.ts";

/** What is special about a Kamailio. */
export interface KamailioOptions {
  /** The hash that it challenges with. @see RFC 8760 */
  readonly algorithm?: "MD5" | "SHA-256";
  /** It proves that it knows the password too, and announces the nonces that it wants next. */
  readonly authInfo?: boolean;
  /** The longest lease it grants. Default 3600. */
  readonly leaseMaxS?: number;
  /** Listens for TCP too, on the same port. */
  readonly tcp?: boolean;
  /** Listens for TLS too, on a port of its own, with this to show. */
  readonly tls?: KamailioTls;
  /** Sends media through an rtpengine that is told so at this address, `host:port`. */
  readonly rtpengine?: string;
  /** Reaches contacts where they came from, and pings them with OPTIONS every two seconds. */
  readonly nat?: boolean;
}

/** Files of a TLS server, PEM. */
export interface KamailioTls {
  readonly certificate: string;
  readonly key: string;
  /** Where given clients have to show a certificate under it. */
  readonly clientAuthority?: string;
}

const CONFIG = fileURLToPath(new URL("../kamailio/kamailio.cfg", import.meta.url));
const LEASE_MAX_S = 3600;
const READY_WITHIN_MS = 15_000;
const ASK_EVERY_MS = 100;

/** What {@link Kamailio} takes for the password of a user: every number may register. */
export function passwordOf(user: string): string {
  return `secret-${user}`;
}

/** A registrar and proxy on loopback that challenges REGISTER and INVITE and stays in the path. */
export class Kamailio {
  /** `host:port`. */
  readonly address: string;
  /** The port of TLS; free where there is none. */
  readonly tlsPort: number;
  readonly #stage: Stage;
  readonly #options: KamailioOptions;
  readonly #port: number;
  #program: RunningProgram | undefined;

  constructor(stage: Stage, port: number, options: KamailioOptions) {
    this.address = `127.0.0.1:${port}`;
    this.#stage = stage;
    this.#port = port;
    this.tlsPort = port + 1;
    this.#options = options;
  }

  /** Starts it, with no registrations. Resolves when it answers. */
  async start(): Promise<void> {
    const { folder } = this.#stage;
    const {
      leaseMaxS = LEASE_MAX_S,
      algorithm,
      authInfo = false,
      tcp = false,
      tls,
      nat = false,
      rtpengine,
    } = this.#options;
    const tlsAt = `tls:127.0.0.1:${this.tlsPort}`;
    this.#program = this.#stage.start({
      title: "Kamailio",
      path: requireProgram("kamailio"),
      args: [
        ...["-f", CONFIG, "-l", `udp:${this.address}`, "-DD", "-E", "-w", folder, "-Y", folder],
        ...["-A", `LEASE_MAX_S=${leaseMaxS}`],
        ...(algorithm === "SHA-256" ? ["-A", "WITH_SHA_256"] : []),
        ...(authInfo ? ["-A", "WITH_AUTH_INFO"] : []),
        ...(tcp || tls !== undefined || nat ? ["-A", "WITH_STREAMS"] : []),
        ...(tcp ? ["-l", `tcp:${this.address}`] : []),
        ...(tls === undefined
          ? []
          : ["-l", tlsAt, "-A", "WITH_TLS", "-A", `TLS_CONFIG="${this.#tlsConfig(tls)}"`]),
        ...(nat ? ["-A", "WITH_NAT"] : []),
        ...(rtpengine === undefined
          ? []
          : ["-A", "WITH_RTPENGINE", "-A", `RTPENGINE_SOCK="udp:${rtpengine}"`]),
      ],
    });
    await answersOptions(this.#port, this.#program);
  }

  #tlsConfig({ certificate, key, clientAuthority }: KamailioTls): string {
    const lines = [
      "[server:default]",
      "method = TLSv1.2+",
      `certificate = ${certificate}`,
      `private_key = ${key}`,
      ...(clientAuthority === undefined
        ? ["verify_certificate = no", "require_certificate = no"]
        : [
            "verify_certificate = yes",
            "require_certificate = yes",
            `ca_list = ${clientAuthority}`,
          ]),
      "[client:default]",
      "verify_certificate = no",
      "require_certificate = no",
      "",
    ];
    return this.#stage.write(`tls-${this.#port}.cfg`, lines.join("\n"));
  }

  /** Stops it: its port is closed then, and its registrations are forgotten. */
  async stop(): Promise<void> {
    await this.#program?.stop();
  }
}

/** Starts a Kamailio on a port that is free. */
export async function startKamailio(
  stage: Stage,
  options: KamailioOptions = {},
): Promise<Kamailio> {
  const kamailio = new Kamailio(stage, await freePorts(2), options);
  await kamailio.start();
  return kamailio;
}

/** Asks with OPTIONS until there is an answer. Throws where the program ends or none comes. */
async function answersOptions(port: number, program: RunningProgram): Promise<void> {
  const socket = createSocket("udp4");
  let attempt = 0;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const ask = (): void => {
        attempt++;
        if (!program.isRunning) reject(new Error("Kamailio ended at its start"));
        else if (attempt * ASK_EVERY_MS > READY_WITHIN_MS) {
          reject(new Error(`Kamailio has not answered within ${READY_WITHIN_MS} ms`));
        } else socket.send(optionsRequest(port, socket.address().port, attempt), port, "127.0.0.1");
      };
      // Nobody listens yet: the next attempt may find somebody.
      socket.on("error", () => {});
      socket.once("message", () => resolve());
      socket.bind(0, "127.0.0.1", () => {
        ask();
        timer = setInterval(ask, ASK_EVERY_MS);
      });
    });
  } finally {
    clearInterval(timer);
    socket.close();
  }
}

function optionsRequest(port: number, ownPort: number, attempt: number): string {
  return [
    `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${ownPort};branch=z9hG4bKready${attempt}`,
    `From: <sip:ready@127.0.0.1:${ownPort}>;tag=ready`,
    `To: <sip:127.0.0.1:${port}>`,
    `Call-ID: ready-${ownPort}-${attempt}`,
    `CSeq: ${attempt} OPTIONS`,
    "Max-Forwards: 70",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}
