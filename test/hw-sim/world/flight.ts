import type { SocketAddress } from "../../../src/base/address.ts";
import { copyNumbers } from "../../../src/base/copy-numbers.ts";
import type { Timer } from "../../../src/hal/ports/clock.ts";
import type { World } from "./world.ts";

const NOWHERE: SocketAddress = { host: "", port: 0 };
const NO_BYTES = new Uint8Array(0);
/** More than any datagram has. */
const SLAB_BYTES = 65_536;

/** Lands a datagram where it was sent. */
type Land<Target> = (flight: Flight<Target>, target: Target) => void;

/** A datagram on its way: made once, and used for another when it has landed. */
export class Flight<Target> {
  from = NOWHERE;
  to = NOWHERE;
  /** Its own copy, which is another datagram's once it is given back. */
  payload: Uint8Array = NO_BYTES;
  /** What was sent, for good, and where in there. */
  kept: Uint8Array = NO_BYTES;
  keptAt = 0;
  #target: Target | undefined;
  #timer: Timer | undefined;
  readonly #arrive: () => void;

  constructor(land: Land<Target>) {
    this.#arrive = () => {
      if (this.#target !== undefined) land(this, this.#target);
    };
  }

  /** Has it land then. */
  start(world: World, atMs: number, target: Target): void {
    this.#target = target;
    this.#timer = world.atAgain(this.#timer, atMs, this.#arrive);
  }

  /** Takes another datagram. */
  load(from: SocketAddress, to: SocketAddress, bytes: Uint8Array): void {
    this.from = from;
    this.to = to;
    if (this.payload.length !== bytes.length) this.payload = new Uint8Array(bytes.length);
    copyNumbers(this.payload, bytes);
  }
}

/**
 * Datagrams on their way, and what they carried. Nothing is made for one that is like those before
 * it: with voice there are two for each frame of a line, and what a buffer, a view and a callback
 * of its own cost was a twentieth of all that the world did.
 */
export class Flights<Target> {
  readonly #land: Land<Target>;
  readonly #idle: Flight<Target>[] = [];
  #slab = new Uint8Array(SLAB_BYTES);
  #used = 0;

  constructor(land: Land<Target>) {
    this.#land = land;
  }

  /** A flight for a datagram, whose bytes are copied. */
  take(from: SocketAddress, to: SocketAddress, bytes: Uint8Array): Flight<Target> {
    const flight = this.#idle.pop() ?? new Flight(this.#land);
    flight.load(from, to, bytes);
    this.#keep(flight, bytes);
    return flight;
  }

  /** Another flight for the same datagram. */
  again({ from, to, payload, kept, keptAt }: Flight<Target>): Flight<Target> {
    const flight = this.#idle.pop() ?? new Flight(this.#land);
    flight.load(from, to, payload);
    flight.kept = kept;
    flight.keptAt = keptAt;
    return flight;
  }

  /** It has landed, or was lost. */
  giveBack(flight: Flight<Target>): void {
    this.#idle.push(flight);
  }

  /** Many small pieces to one buffer: one of its own for each costs far more. */
  #keep(flight: Flight<Target>, bytes: Uint8Array): void {
    const { length } = bytes;
    if (length > SLAB_BYTES / 8) {
      flight.kept = bytes.slice();
      flight.keptAt = 0;
      return;
    }
    if (this.#used + length > SLAB_BYTES) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    copyNumbers(this.#slab, bytes, this.#used);
    flight.kept = this.#slab;
    flight.keptAt = this.#used;
    this.#used += length;
  }
}
