import type { SocketAddress } from "../../base/address.ts";
import type { MediaInput, MediaOutput } from "../../media/index.ts";
import type { CoreRunner } from "../core-runner.ts";
import type { RunQueue } from "../run-queue.ts";
import type { DtlsGate } from "./dtls-gate.ts";
import type { PairHandlers, SocketPair } from "./port-pairs.ts";
import type { PairChannel, Reflection } from "./reflection.ts";

/** A session's sockets, and who is called with what comes in on them. */
export interface DoorPair extends SocketPair {
  readonly door: SessionDoor;
}

/**
 * Where a session's datagrams come in: they go to whoever asks where its sockets are seen, and from
 * then on to the session; before there is one they are nobody's. What is DTLS leaves by its gate.
 */
export class SessionDoor implements PairHandlers {
  runner: CoreRunner<MediaInput, MediaOutput> | undefined;
  reflection: Reflection | undefined;
  /** Absent where no keys come by DTLS. */
  gate: DtlsGate | undefined;
  readonly #queue: RunQueue;

  constructor(queue: RunQueue) {
    this.#queue = queue;
  }

  readonly onRtp = (bytes: Uint8Array, from: SocketAddress, cameMs?: number): void =>
    this.#receive("rtp", bytes, from, cameMs);

  readonly onRtcp = (bytes: Uint8Array, from: SocketAddress, cameMs?: number): void =>
    this.#receive("rtcp", bytes, from, cameMs);

  #receive(
    channel: PairChannel,
    bytes: Uint8Array,
    from: SocketAddress,
    cameMs: number | undefined,
  ): void {
    if (this.reflection !== undefined) {
      this.reflection.receive(channel, bytes, from);
      return;
    }
    if (this.gate?.take(channel, bytes, from) === true) return;
    // Borrowed bytes go straight in; only where something runs already are they kept for later.
    const kept = this.#queue.isIdle ? bytes : bytes.slice();
    this.runner?.feed({ kind: channel, bytes: kept, from, cameMs });
  }
}
