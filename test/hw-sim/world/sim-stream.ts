import type { SocketAddress } from "../../../src/base/address.ts";
import type { PortFault } from "../../../src/base/port-fault.ts";
import type { TlsPeer } from "../../../src/base/tls.ts";
import type { Stream, StreamEvents } from "../../../src/hal/ports/net.ts";
import { Link, type LinkConditions } from "./link.ts";
import type { World } from "./world.ts";

/** What a stream asks of the network it runs on. */
export interface StreamPaths {
  readonly world: World;
  conditionsOf(from: SocketAddress, to: SocketAddress): LinkConditions;
  isCut(from: SocketAddress, to: SocketAddress): boolean;
}

/** The first wait of TCP before it sends something again; it doubles. @see RFC 6298 §2 */
const RESEND_FIRST_MS = 1000;
/** After so long without a way through a connection is given up. */
const GIVE_UP_MS = 30_000;
/** What may be under way in one direction before the writer is told to wait, bytes. */
const WINDOW_BYTES = 65_536;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly sentAtMs: number;
  /** The end of the stream, behind all bytes. */
  readonly isEnd: boolean;
}

/**
 * One end of a simulated stream. What is lost on the way arrives later, order is kept, and bytes
 * that arrive together come as one: how they were cut when written says nothing.
 */
export class SimStream implements Stream {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly peer?: TlsPeer;
  readonly #paths: StreamPaths;
  readonly #link: Link;
  #far: SimStream | undefined;
  #events: StreamEvents | undefined;
  #queue: Chunk[] = [];
  #queuedBytes = 0;
  #moving = false;
  #full = false;
  #ended = false;
  #over = false;
  /** What to tell once somebody listens. */
  #early: (() => void)[] = [];

  constructor(
    paths: StreamPaths,
    local: SocketAddress,
    remote: SocketAddress,
    peer: TlsPeer | undefined,
  ) {
    this.#paths = paths;
    this.local = local;
    this.remote = remote;
    if (peer !== undefined) this.peer = peer;
    const name = `stream ${local.host} ${local.port} ${remote.host} ${remote.port}`;
    this.#link = new Link(paths.world.random(name));
  }

  /** Joins two ends. */
  static join(a: SimStream, b: SimStream): void {
    a.#far = b;
    b.#far = a;
  }

  /** From now on these are told; what happened before is told now. */
  listen(events: StreamEvents): void {
    this.#events = events;
    for (const tell of this.#early.splice(0)) tell();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#ended || this.#over) return true;
    this.#push(bytes.slice(), false);
    this.#full = this.#queuedBytes >= WINDOW_BYTES;
    return !this.#full;
  }

  close(): void {
    if (this.#ended || this.#over) return;
    this.#ended = true;
    this.#push(new Uint8Array(0), true);
  }

  /** It is over on this side: the far end closed it (no fault), or it broke. */
  end(fault: PortFault | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#queue = [];
    if (!this.#ended) this.#tell((events) => events.onClose(fault));
  }

  #push(bytes: Uint8Array, isEnd: boolean): void {
    this.#queue.push({ bytes, sentAtMs: this.#paths.world.clock.nowMs(), isEnd });
    this.#queuedBytes += bytes.length;
    if (!this.#moving) this.#move();
  }

  /** Sets the first of the queue on its way. */
  #move(): void {
    const first = this.#queue[0];
    if (first === undefined) {
      this.#moving = false;
      return;
    }
    this.#moving = true;
    this.#send(first, first.sentAtMs, RESEND_FIRST_MS);
  }

  /** Sends at that time, and again while it is lost: each time to the network as it is then. */
  #send(chunk: Chunk, atMs: number, waitMs: number): void {
    if (this.#over) return;
    const { clock } = this.#paths.world;
    const conditions = this.#paths.conditionsOf(this.local, this.remote);
    const [arrivesMs] = this.#link.arrivalsMs(atMs, conditions);
    if (arrivesMs === undefined && waitMs <= GIVE_UP_MS) {
      const againMs = atMs + waitMs;
      const again = (): void => this.#send(chunk, againMs, waitMs * 2);
      if (againMs > clock.nowMs()) clock.at(againMs, again);
      else again();
      return;
    }
    const whenMs = Math.max(clock.nowMs(), arrivesMs ?? atMs);
    clock.at(whenMs, () => this.#arrive(chunk, RESEND_FIRST_MS));
  }

  #arrive(chunk: Chunk, waitMs: number): void {
    if (this.#over) return;
    const { world } = this.#paths;
    if (this.#paths.isCut(this.local, this.remote)) {
      const nowMs = world.clock.nowMs();
      if (nowMs - chunk.sentAtMs > GIVE_UP_MS) {
        const what = "simulated stream";
        this.end({ kind: "unreachable", what, advice: "The network is cut." });
        return;
      }
      world.clock.at(nowMs + waitMs, () => this.#arrive(chunk, waitMs * 2));
      return;
    }
    this.#queue.shift();
    this.#queuedBytes -= chunk.bytes.length;
    const far = this.#far;
    if (chunk.isEnd) {
      this.#over = true;
      far?.end(undefined);
    } else if (far !== undefined) far.#tell((events) => events.onData(chunk.bytes.slice()));
    if (this.#full && this.#queuedBytes < WINDOW_BYTES / 2) {
      this.#full = false;
      if (!this.#ended) this.#tell((events) => events.onWritable());
    }
    this.#move();
  }

  #tell(tell: (events: StreamEvents) => void): void {
    const events = this.#events;
    if (events === undefined) {
      this.#early.push(() => {
        if (this.#events !== undefined) tell(this.#events);
      });
      return;
    }
    if (this.#ended) return;
    tell(events);
  }
}
