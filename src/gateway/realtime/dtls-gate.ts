import { type SocketAddress, sameAddress } from "../../base/address.ts";
import { isDtls } from "../../base/dtls-engine.ts";
import type { MediaCommand, MediaEvent, MediaFlow } from "../../base/media-messages.ts";
import type { Clock } from "../../hal/ports/clock.ts";
import type { FaxSwitch, MediaSession } from "../../media/index.ts";
import type { SocketPair } from "./port-pairs.ts";
import type { PairChannel } from "./reflection.ts";

/**
 * A handshake is some ten datagrams; a flood of them is not carried to the other plane. Who floods
 * takes nothing from the address that the session's packets go to.
 */
export const DTLS_DATAGRAMS_MAX = 64;
const EVERY_MS = 1000;
/** What comes before offer and answer are done: a first flight and two that say it again. */
const EARLY_DATAGRAMS_MAX = 8;
/** The longest that a handshake sends. */
const DATAGRAM_BYTES_MAX = 1500;

/** What the gate asks of the session that it is of. */
export interface GatedSession {
  readonly session: Pick<MediaSession, "paths">;
  /** While the port carries T.38, a packet may begin with any byte. */
  readonly fax: Pick<FaxSwitch, "isFax">;
  readonly flow: MediaFlow | undefined;
}

/**
 * Where DTLS leaves a session's ports and comes back to them. The handshake itself is the control
 * plane's: its arithmetic takes longer than a frame. @see RFC 7983 §7
 */
export class DtlsGate {
  readonly #name: string;
  readonly #tell: (event: MediaEvent) => void;
  readonly #of: () => GatedSession | undefined;
  readonly #clock: Pick<Clock, "nowMs">;
  #countedSinceMs = 0;
  #counted = { known: 0, strange: 0 };
  #early = 0;

  constructor(
    name: string,
    of: () => GatedSession | undefined,
    clock: Pick<Clock, "nowMs">,
    tell: (event: MediaEvent) => void,
  ) {
    this.#clock = clock;
    this.#name = name;
    this.#of = of;
    this.#tell = tell;
  }

  /** Takes a datagram that is DTLS; false: it is none, and the session's. */
  take(channel: PairChannel, bytes: Uint8Array, from: SocketAddress): boolean {
    if (!isDtls(bytes)) return false;
    const gated = this.#of();
    if (gated === undefined || gated.fax.isFax) return false;
    if (this.#passes(gated, channel, bytes, from)) {
      this.#tell({ kind: "dtls", session: this.#name, channel, bytes: bytes.slice(), from });
    }
    return true;
  }

  /** Sends what the control plane has to say. */
  send(sockets: SocketPair, command: Extract<MediaCommand, { kind: "dtls" }>): void {
    const { channel, datagrams } = command;
    const gated = this.#of();
    const to = command.to ?? (gated === undefined ? undefined : destination(gated, channel));
    if (to === undefined) return;
    for (const bytes of datagrams) sockets[channel].send(bytes, to);
  }

  #passes(
    gated: GatedSession,
    channel: PairChannel,
    bytes: Uint8Array,
    from: SocketAddress,
  ): boolean {
    if (bytes.length > DATAGRAM_BYTES_MAX) return false;
    const { flow } = gated;
    if (flow === undefined) return this.#early++ < EARLY_DATAGRAMS_MAX;
    if (flow.dtls === undefined) return false;
    // Whom we have called answers from where it was called: nobody else can end our handshake.
    const there = destination(gated, channel);
    const isKnown = there !== undefined && sameAddress(there, from);
    if (flow.dtls.role === "active" && there !== undefined && !isKnown) return false;
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#countedSinceMs >= EVERY_MS) {
      this.#countedSinceMs = nowMs;
      this.#counted = { known: 0, strange: 0 };
    }
    return this.#counted[isKnown ? "known" : "strange"]++ < DTLS_DATAGRAMS_MAX;
  }
}

function destination({ session }: GatedSession, channel: PairChannel): SocketAddress | undefined {
  const { paths } = session;
  if (paths === undefined) return undefined;
  const { rtpLatch, rtcpPath } = paths;
  return channel === "rtp" ? rtpLatch.destination : rtcpPath.destination(rtpLatch);
}
