import type { SocketAddress } from "../../base/address.ts";
import type { NaptrRecord, SrvRecord } from "../../base/dns.ts";
import type { PortFault } from "../../base/port-fault.ts";
import type { TlsPeer } from "../../base/tls.ts";

/** What the user of a UDP socket hands over when binding it. */
export interface UdpBinding {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Differentiated services code point, 0–63, where the port can set it; voice has 46 (EF). */
  readonly dscp?: number;
  /**
   * `payload` is borrowed: valid until the call returns. `cameMs` is when it came, by the clock of
   * whoever polls, where that is known better than by the call; never later.
   */
  readonly onDatagram: (payload: Uint8Array, from: SocketAddress, cameMs?: number) => void;
  /** A datagram could not be sent or the socket failed; the socket stays usable unless `gone`. */
  readonly onFault: (fault: PortFault, to: SocketAddress | undefined) => void;
}

/** A bound UDP socket. `send` copies; it never throws and tells a failure through `onFault`. */
export interface UdpSocket {
  readonly local: SocketAddress;
  send(payload: Uint8Array, to: SocketAddress): void;
  close(): void;
}

/**
 * UDP. Port's side: `bind` rejects with `PortError` (`in-use`, `permission`, `not-found` for an
 * address this machine does not have); no callback runs before it resolves.
 */
export interface Udp {
  bind(binding: UdpBinding): Promise<UdpSocket>;
  /**
   * Hands over what has come. Only of a port that else does so after each frame, and not while
   * it comes: whoever plays calls for it once what the frame says is sent.
   */
  collect?(): void;
}

/** What the near end shows of itself: PEM text, the certificate with the chain behind it. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

/** How a stream is protected that we open. TLS 1.2 is the least. */
export interface TlsClientOptions {
  /** Told to the far end (SNI) where it is a name. */
  readonly serverName: string;
  /** PEM text of the authorities that are believed; the system's own where absent. */
  readonly authorities?: string;
  /** Shown where the far end asks for it. */
  readonly identity?: TlsIdentity;
}

/** How streams are protected that others open to us. */
export interface TlsServerOptions {
  readonly identity: TlsIdentity;
  /** PEM text; where given a client is asked for a certificate, which it may leave out. */
  readonly clientAuthorities?: string;
}

/** What the user of a stream hands over when it is opened. */
export interface StreamEvents {
  /** Some bytes, in order; how they are cut says nothing. `bytes` is borrowed. */
  onData(bytes: Uint8Array): void;
  /** `write` said false before; now there is room again. */
  onWritable(): void;
  /** The last callback: the far end closed (no fault), or it broke. Not told after our `close`. */
  onClose(fault: PortFault | undefined): void;
}

/**
 * An open stream of bytes both ways. `write` copies; it gives false once so much waits to be sent
 * that the user should hold back until `onWritable` (what was handed in is sent all the same).
 * `close` sends what waits and ends both directions. Neither throws, whatever the state.
 */
export interface Stream {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** Only of TLS: to be judged before anything is sent. */
  readonly peer?: TlsPeer;
  write(bytes: Uint8Array): boolean;
  close(): void;
}

/** A stream that is to be opened. */
export interface StreamRequest {
  readonly to: SocketAddress;
  /** The address of this machine to come from; the system's choice where absent. */
  readonly localHost?: string;
  readonly tls?: TlsClientOptions;
  /** How long opening may take, TLS included, ms. */
  readonly timeoutMs: number;
  /** Differentiated services code point, 0–63. */
  readonly dscp?: number;
}

/** Where streams are waited for. */
export interface StreamBinding {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly tls?: TlsServerOptions;
  readonly dscp?: number;
  /** Somebody opened one (TLS is done); what is returned is told about it from then on. */
  readonly onStream: (stream: Stream) => StreamEvents;
  /** The listener failed, or somebody could not open a stream; it goes on unless `gone`. */
  readonly onFault: (fault: PortFault, from: SocketAddress | undefined) => void;
}

/** A place where streams are waited for. `close` leaves open streams open. */
export interface StreamListener {
  readonly local: SocketAddress;
  close(): void;
}

/**
 * Streams: TCP, and TLS upon it. Port's side: `connect` rejects with `PortError` (`unreachable`,
 * also for refused and timed out; `unsupported` where the other end speaks no TLS we do), `listen`
 * as UDP's `bind`, or with `io` for certificates that cannot be used; no callback comes inside a
 * call, and none before the promise has settled.
 */
export interface Streams {
  connect(request: StreamRequest, events: StreamEvents): Promise<Stream>;
  listen(binding: StreamBinding): Promise<StreamListener>;
}

/**
 * Names to addresses and records. Port's side: each `answer` is called exactly once, never inside
 * the call itself; with an empty list where the name has nothing or nobody answered. An IP literal
 * is its own address. SRV and NAPTR records come unsorted.
 */
export interface Resolver {
  addresses(host: string, answer: (addresses: readonly string[]) => void): void;
  srv(name: string, answer: (records: readonly SrvRecord[]) => void): void;
  naptr(name: string, answer: (records: readonly NaptrRecord[]) => void): void;
}
