import { createServer, isIP, type Server, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { printAddress, type SocketAddress } from "../../base/address.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { propertyOf } from "../../base/record.ts";
import type { TlsPeer } from "../../base/tls.ts";
import type {
  Stream,
  StreamBinding,
  StreamEvents,
  StreamListener,
  StreamRequest,
  Streams,
  TlsServerOptions,
} from "../ports/net.ts";
import { errorCode, type FaultAdvice, faultFromError } from "./system-fault.ts";
import { tlsPeerOf } from "./tls-peer.ts";

/** The least version that is spoken. @see RFC 8996 */
const MIN_VERSION = "TLSv1.2";

/** How long somebody who opens a stream to us may take for the TLS handshake, ms. */
const handshakeTimeoutMs = 10_000;

/** Streams that one listener has open at a time; one more is refused. */
const acceptedMax = 1000;

/** How long a closed stream may take to send what waits, ms. */
const closeWaitMs = 10_000;

/** Idle time after which the system looks whether the far end is still there, ms. */
const probeAfterMs = 60_000;

const CONNECT_ADVICE: FaultAdvice = {
  unreachable: "check the address, the port and the firewall, and that the server listens there",
  unsupported: "the far end speaks no TLS that is spoken here: check its port and its versions",
};

const LISTEN_ADVICE: FaultAdvice = {
  "in-use": "another program listens there: stop it or choose another port",
  permission: "ports below 1024 need the capability CAP_NET_BIND_SERVICE: choose a higher port",
  "not-found": "this machine does not have that address: choose one of its own, or 0.0.0.0",
  unsupported: "this machine has no such network protocol: use an IPv4 address",
};

/** What errors mean beside what they mean to every port. */
const CONNECT_KINDS = {
  ETIMEDOUT: "unreachable",
  ECONNRESET: "unreachable",
  EINVAL: "unreachable",
} as const;

/** TCP and TLS streams of this machine, IPv4 and IPv6. Addresses must be IP literals. */
export function createStreams(options: StreamsOptions = {}): Streams {
  return {
    connect: (request, events) => connect(request, events, options),
    listen: (binding) => listen(binding, options),
  };
}

/** What the runtime cannot do by itself. */
export interface StreamsOptions {
  /** Marks an open socket with a code point; false where it could not. */
  readonly mark?: (file: number, family: 4 | 6, dscp: number) => boolean;
}

/** Marks a socket where that was asked for and can be done: a wish, not a condition. */
function markSocket(socket: Socket, dscp: number | undefined, { mark }: StreamsOptions): void {
  if (dscp === undefined || mark === undefined) return;
  // The runtime keeps the file number to itself; without it the socket stays as it is.
  const file = propertyOf(propertyOf(socket, "_handle"), "fd");
  const family = socket.remoteFamily === "IPv6" ? 6 : 4;
  if (typeof file === "number" && file >= 0) mark(file, family, dscp);
}

function connect(
  request: StreamRequest,
  events: StreamEvents,
  options: StreamsOptions,
): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const { to, tls, timeoutMs } = request;
    const what = `${tls === undefined ? "connection" : "TLS connection"} to ${printAddress(to)}`;
    const refuse = (fault: PortFault): void => reject(new PortError(fault));
    if (isIP(to.host) === 0 || !(to.port >= 1 && to.port <= 65535)) {
      refuse({ kind: "unreachable", what, advice: "resolve the name to an IP address first" });
      return;
    }
    let socket: Socket;
    try {
      socket = tls === undefined ? openPlain(request) : openTls(request, tls);
    } catch (error) {
      // A certificate, a key or a list of authorities that cannot be read.
      refuse(faultFromError(error, what, { io: "check sip.tls: the files must be PEM" }));
      return;
    }
    const timer = setTimeout(() => {
      const advice = `nobody answered within ${timeoutMs} ms: check the address and the firewall`;
      end({ kind: "unreachable", what, advice });
    }, timeoutMs);
    const failed = (error: Error): void => end(connectFault(error, what));
    const closed = (): void => end({ kind: "unreachable", what, advice: "the far end closed it" });
    const end = (fault: PortFault): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on("error", () => {});
      socket.destroy();
      refuse(fault);
    };
    socket.once("error", failed);
    socket.once("close", closed);
    socket.once(tls === undefined ? "connect" : "secureConnect", () => {
      clearTimeout(timer);
      socket.removeListener("error", failed);
      socket.removeListener("close", closed);
      markSocket(socket, request.dscp, options);
      const stream = new NodeStream(socket, what);
      stream.tell(events);
      resolve(stream);
    });
  });
}

/** Loaded with the first secure stream: a start without any is spared some milliseconds. */
function loadTls(): typeof import("node:tls") {
  return process.getBuiltinModule("node:tls");
}

/** Failures in the TLS handshake have codes of their own. */
function connectFault(error: Error, what: string): PortFault {
  const code = errorCode(error);
  if (code.startsWith("ERR_SSL_") || code === "EPROTO") {
    const advice = `${CONNECT_ADVICE.unsupported ?? ""} (${error.message})`;
    return { kind: "unsupported", what, advice };
  }
  return faultFromError(error, what, CONNECT_ADVICE, CONNECT_KINDS);
}

function openPlain({ to, localHost }: StreamRequest): Socket {
  const socket = new Socket();
  socket.connect({
    host: to.host,
    port: to.port,
    ...(localHost === undefined ? {} : { localAddress: localHost }),
  });
  return socket;
}

function openTls(request: StreamRequest, tls: NonNullable<StreamRequest["tls"]>): Socket {
  const { to, localHost } = request;
  const { serverName, authorities, identity } = tls;
  return loadTls().connect({
    host: to.host,
    port: to.port,
    ...(localHost === undefined ? {} : { localAddress: localHost }),
    ...(isIP(serverName) === 0 && serverName !== "" ? { servername: serverName } : {}),
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
    minVersion: MIN_VERSION,
    // The stream's user judges what was shown (see TlsPeer), and sends nothing before.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
}

function listen(binding: StreamBinding, options: StreamsOptions): Promise<StreamListener> {
  return new Promise((resolve, reject) => {
    const { host, port, tls } = binding;
    const what = `${tls === undefined ? "TCP" : "TLS"} address ${printAddress(binding)}`;
    const refuse = (fault: PortFault): void => reject(new PortError(fault));
    if (isIP(host) === 0 || !(port >= 0 && port <= 65535)) {
      refuse({ kind: "not-found", what, advice: "give an IP address and a port, not a name" });
      return;
    }
    let server: Server;
    try {
      server = tls === undefined ? createServer() : createSecureServer(tls, binding);
    } catch (error) {
      refuse(faultFromError(error, what, { io: "check the certificate and the key of sip.tls" }));
      return;
    }
    server.maxConnections = acceptedMax;
    const failed = (error: Error): void => {
      server.close();
      refuse(faultFromError(error, what, LISTEN_ADVICE, { EINVAL: "not-found" }));
    };
    server.once("error", failed);
    server.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
      markSocket(socket, binding.dscp, options);
      const stream = new NodeStream(socket, `connection from ${socket.remoteAddress ?? "nobody"}`);
      stream.tell(binding.onStream(stream));
    });
    server.listen({ host, port, ipv6Only: isIP(host) === 6, exclusive: true }, () => {
      server.removeListener("error", failed);
      server.on("error", (error) => binding.onFault(faultFromError(error, what, {}), undefined));
      const bound = server.address();
      const isInet = typeof bound === "object" && bound !== null;
      const local = isInet ? { host: bound.address, port: bound.port } : { host, port };
      resolve({ local, close: () => void server.close() });
    });
  });
}

function createSecureServer(tls: TlsServerOptions, binding: StreamBinding): Server {
  const { identity, clientAuthorities } = tls;
  const server = loadTls().createServer({
    cert: identity.certificate,
    key: identity.key,
    minVersion: MIN_VERSION,
    handshakeTimeout: handshakeTimeoutMs,
    rejectUnauthorized: false,
    ...(clientAuthorities === undefined ? {} : { ca: clientAuthorities, requestCert: true }),
  });
  server.on("tlsClientError", (error, socket) => {
    const { remoteAddress: host = "", remotePort: port = 0 } = socket;
    const what = `TLS handshake of ${printAddress({ host, port })}`;
    binding.onFault(faultFromError(error, what, {}), { host, port });
  });
  return server;
}

function isSecure(socket: Socket): socket is TLSSocket {
  return "encrypted" in socket;
}

class NodeStream implements Stream {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly peer?: TlsPeer;
  readonly #socket: Socket;
  readonly #what: string;
  #fault: PortFault | undefined;
  #closed = false;

  constructor(socket: Socket, what: string) {
    this.#socket = socket;
    this.#what = what;
    this.local = { host: socket.localAddress ?? "", port: socket.localPort ?? 0 };
    this.remote = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    if (isSecure(socket)) this.peer = tlsPeerOf(socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, probeAfterMs);
    socket.on("error", (error) => {
      this.#fault = faultFromError(error, this.#what, {}, { ECONNRESET: "gone", EPIPE: "gone" });
    });
  }

  /** Begins to tell, in the next turn: whoever opened it has it in hand by then. */
  tell(events: StreamEvents): void {
    const socket = this.#socket;
    let isOver = false;
    const close = (): void => {
      if (!this.#closed) events.onClose(this.#fault);
      this.#closed = true;
    };
    const over = (): void => {
      isOver = true;
    };
    socket.once("close", over);
    setImmediate(() => {
      socket.removeListener("close", over);
      if (isOver) {
        close();
        return;
      }
      socket.once("close", close);
      socket.on("drain", () => {
        if (!this.#closed) events.onWritable();
      });
      socket.on("data", (data) => {
        // A plain view: what a Buffer does differently (slice) must not reach the cores.
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
        if (!this.#closed) events.onData(bytes);
      });
    });
  }

  write(bytes: Uint8Array): boolean {
    if (this.#closed || !this.#socket.writable) return true;
    return this.#socket.write(Buffer.from(bytes));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // Nobody listens any more; what comes in is thrown away until the end was sent.
    this.#socket.resume();
    this.#socket.destroySoon();
    // A far end that takes nothing more must not keep it for ever.
    setTimeout(() => this.#socket.destroy(), closeWaitMs).unref();
  }
}
