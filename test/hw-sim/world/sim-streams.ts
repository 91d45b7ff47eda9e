import { printAddress, type SocketAddress } from "../../../src/base/address.ts";
import { PortError, type PortFault, type PortFaultKind } from "../../../src/base/port-fault.ts";
import type {
  Stream,
  StreamBinding,
  StreamEvents,
  StreamListener,
  StreamRequest,
  Streams,
} from "../../../src/hal/ports/net.ts";
import { peerOfIdentity, readCertificate } from "./sim-certificate.ts";
import { SimStream, type StreamPaths } from "./sim-stream.ts";

/** What the streams of one host ask of the network. */
export interface HostPaths extends StreamPaths {
  /** The streams of the host that has an address, seen from this one. */
  find(address: string): SimStreams | undefined;
  isUnreachable(address: string): boolean;
  /** The address of this host that packets to another one leave from. */
  sourceHost(local: string, to: SocketAddress): string;
  /** Whether this host can be reached at an address. */
  has(address: string): boolean;
}

/** The first port that the system chooses. @see RFC 6335 §6 */
const EPHEMERAL_FIRST = 49152;
const PORT_MAX = 65535;

interface Listening {
  readonly binding: StreamBinding;
  readonly local: SocketAddress;
}

/**
 * The streams of one simulated host. TLS is a flag and a certificate on the stream
 * (`sim-certificate.ts`); a plain stream to a TLS port is closed by the far end.
 */
export class SimStreams implements Streams {
  readonly #paths: HostPaths;
  readonly #listening: Listening[] = [];
  readonly #open = new Set<SimStream>();
  #ephemeral = EPHEMERAL_FIRST;

  constructor(paths: HostPaths) {
    this.#paths = paths;
  }

  /** Where streams are waited for now. */
  get listening(): readonly SocketAddress[] {
    return this.#listening.map(({ local }) => local);
  }

  connect(request: StreamRequest, events: StreamEvents): Promise<Stream> {
    const { world } = this.#paths;
    const { to, tls } = request;
    const what = `${tls === undefined ? "connection" : "TLS connection"} to ${printAddress(to)}`;
    const local = {
      host: this.#paths.sourceHost(request.localHost ?? anyOf(to.host), to),
      port: this.#freePort(),
    };
    return new Promise((resolve, reject) => {
      const at = (delayMs: number, run: () => void): void => {
        world.clock.at(world.clock.nowMs() + delayMs, run);
      };
      const fail = (kind: PortFaultKind, advice: string) => () =>
        resolve(
          world.promise(() => {
            throw new PortError({ kind, what, advice });
          }),
        );
      // An error of ours must not leave the caller waiting.
      if (to.port < 1 || to.port > PORT_MAX) reject(new PortError(badPort(what)));
      const target = this.#paths.find(to.host);
      const trip = this.#paths.conditionsOf(local, to).latencyMs * 2;
      if (this.#paths.isUnreachable(to.host)) {
        at(0, fail("unreachable", "Check the way to that network."));
      } else if (target === undefined || this.#paths.isCut(local, to)) {
        at(request.timeoutMs, fail("unreachable", "Nobody answered in time."));
      } else {
        // One round trip to open, one more for TLS.
        at(tls === undefined ? trip : trip * 2, () => {
          const listener = target.#listener(to);
          if (listener === undefined) fail("unreachable", "Nobody listens there.")();
          else if (tls !== undefined && listener.binding.tls === undefined) {
            fail("unsupported", "The far end speaks no TLS.")();
          } else resolve(world.promise(() => this.#join(target, listener, request, local, events)));
        });
      }
    });
  }

  listen(binding: StreamBinding): Promise<StreamListener> {
    return this.#paths.world.promise(() => this.#claim(binding));
  }

  /** Breaks every open stream to a host, or all, as if the connections were reset. */
  reset(host?: string): void {
    for (const stream of [...this.#open]) {
      if (host !== undefined && stream.remote.host !== host) continue;
      stream.end({ kind: "gone", what: "simulated stream", advice: "It was reset." });
    }
  }

  #join(
    target: SimStreams,
    listener: Listening,
    request: StreamRequest,
    local: SocketAddress,
    events: StreamEvents,
  ): Stream {
    const { tls } = request;
    const serverTls = listener.binding.tls;
    const seenByClient =
      tls === undefined ? undefined : peerOfIdentity(serverTls?.identity, tls.authorities);
    const seenByServer =
      tls === undefined || serverTls === undefined
        ? undefined
        : peerOfIdentity(tls.identity, serverTls.clientAuthorities ?? "nobody is asked");
    const near = this.#track(new SimStream(this.#paths, local, request.to, seenByClient), events);
    const far = new SimStream(target.#paths, request.to, local, seenByServer);
    SimStream.join(near, far);
    const { clock } = this.#paths.world;
    clock.at(clock.nowMs(), () => {
      if (tls === undefined && serverTls !== undefined) {
        far.close();
        return;
      }
      target.#track(far, listener.binding.onStream(far));
    });
    return near;
  }

  /** Remembers a stream while it is open. */
  #track(stream: SimStream, events: StreamEvents): SimStream {
    this.#open.add(stream);
    const { clock } = this.#paths.world;
    // Nothing is told before the promise that hands the stream out has settled.
    clock.at(clock.nowMs(), () =>
      stream.listen({
        onData: (bytes) => events.onData(bytes),
        onWritable: () => events.onWritable(),
        onClose: (fault) => {
          this.#open.delete(stream);
          events.onClose(fault);
        },
      }),
    );
    return stream;
  }

  #claim(binding: StreamBinding): StreamListener {
    const { host, tls } = binding;
    const what = `stream address ${printAddress(binding)}`;
    const fail = (kind: PortFaultKind, advice: string): never => {
      throw new PortError({ kind, what, advice });
    };
    if (!this.#paths.has(host)) fail("not-found", "Bind an address of this machine.");
    if (tls !== undefined && readCertificate(tls.identity.certificate) === undefined) {
      fail("io", "The simulated world takes certificates of simIdentity() only.");
    }
    const port = binding.port === 0 ? this.#freePort() : binding.port;
    if (this.#listening.some(({ local }) => local.port === port && local.host === host)) {
      fail("in-use", "Stop the program that has the port or choose another port.");
    }
    const listening = { binding, local: { host, port } };
    this.#listening.push(listening);
    return {
      local: listening.local,
      close: () => {
        const at = this.#listening.indexOf(listening);
        if (at >= 0) this.#listening.splice(at, 1);
      },
    };
  }

  #listener(to: SocketAddress): Listening | undefined {
    return this.#listening.find(
      ({ local }) =>
        local.port === to.port && (local.host === to.host || local.host === anyOf(to.host)),
    );
  }

  #freePort(): number {
    const port = this.#ephemeral;
    this.#ephemeral = port === PORT_MAX ? EPHEMERAL_FIRST : port + 1;
    return port;
  }
}

/** The address that stands for all of a family. */
function anyOf(host: string): string {
  return host.includes(":") ? "::" : "0.0.0.0";
}

function badPort(what: string): PortFault {
  return { kind: "unreachable", what, advice: `A port is from 1 to ${PORT_MAX}.` };
}
