import { type SocketAddress, sameAddress } from "../../base/address.ts";
import { BindingProbe } from "../../base/stun/binding-probe.ts";
import type { Clock, Timer } from "../../hal/ports/clock.ts";
import type { Random } from "../../hal/ports/random.ts";
import type { SocketPair } from "./port-pairs.ts";

/** One socket of a pair. */
export type PairChannel = "rtp" | "rtcp";

/** Where a pair's sockets are seen; what is absent was not told in time. */
export type SeenAddresses = Partial<Record<PairChannel, SocketAddress>>;

const TRANSACTION_BYTES = 12;

/**
 * Asks a STUN server where a session's two sockets are seen, before anybody is told of them. It
 * ends after some seconds at the latest, whatever the server does: a call waits no longer.
 */
export class Reflection {
  readonly #clock: Clock;
  readonly #server: SocketAddress;
  readonly #sockets: SocketPair;
  readonly #probes: Readonly<Record<PairChannel, BindingProbe>>;
  readonly #done: (seen: SeenAddresses) => void;
  readonly #seen: { rtp?: SocketAddress; rtcp?: SocketAddress } = {};
  #timer: Timer | undefined;
  #isOver = false;

  /** Asks at once; `done` is called once, later. */
  constructor(
    { clock, random }: { readonly clock: Clock; readonly random: Random },
    server: SocketAddress,
    sockets: SocketPair,
    done: (seen: SeenAddresses) => void,
  ) {
    this.#clock = clock;
    this.#server = server;
    this.#sockets = sockets;
    this.#done = done;
    const nowMs = clock.nowMs();
    const probe = (): BindingProbe => new BindingProbe(random.bytes(TRANSACTION_BYTES), nowMs);
    this.#probes = { rtp: probe(), rtcp: probe() };
    this.#ask();
  }

  /** Something came on one of the sockets. `bytes` is borrowed. */
  receive(channel: PairChannel, bytes: Uint8Array, from: SocketAddress): void {
    if (this.#isOver || !sameAddress(from, this.#server)) return;
    const seen = this.#probes[channel].answer(bytes);
    if (seen === undefined) return;
    this.#seen[channel] = seen;
    if (this.#seen.rtp !== undefined && this.#seen.rtcp !== undefined) this.finish();
  }

  /** Nobody waits any longer: it ends with what is known. */
  finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    this.#done(this.#seen);
  }

  #ask(): void {
    for (const channel of ["rtp", "rtcp"] as const) {
      if (this.#seen[channel] !== undefined) continue;
      this.#sockets[channel].send(this.#probes[channel].request, this.#server);
    }
    // Both were started together, and have the same times.
    this.#timer = this.#clock.at(this.#probes.rtp.deadlineMs(), () => this.#timeout());
  }

  #timeout(): void {
    if (this.#isOver) return;
    const nowMs = this.#clock.nowMs();
    const steps = [this.#probes.rtp.timeout(nowMs), this.#probes.rtcp.timeout(nowMs)];
    if (steps.includes("send")) this.#ask();
    else if (steps.includes("give-up")) this.finish();
    else this.#timer = this.#clock.at(this.#probes.rtp.deadlineMs(), () => this.#timeout());
  }
}

/**
 * The addresses that peers are to be told: `localRtcp` where RTCP is not seen at the port after the
 * one of voice, and is to be named for it. @see RFC 3605
 */
export function announced(
  own: SocketAddress,
  { rtp, rtcp }: SeenAddresses,
): { readonly local: SocketAddress; readonly localRtcp?: SocketAddress } {
  if (rtp === undefined) return { local: own };
  const isNext = rtcp === undefined || sameAddress(rtcp, { host: rtp.host, port: rtp.port + 1 });
  return isNext ? { local: rtp } : { local: rtp, localRtcp: rtcp };
}
