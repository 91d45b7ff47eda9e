import { type SocketAddress, sameAddress } from "../base/address.ts";
import { earliestMs } from "../base/core.ts";
import type { DtlsAssociation, DtlsKeys } from "../base/dtls-engine.ts";
import type { DtlsFlow, SrtpKeys } from "../base/srtp-suites.ts";

/** What a path is told at its beginning. */
export interface DtlsPathConfig {
  readonly role: DtlsFlow["role"];
  /** Where signalling has the far end. */
  readonly remote: SocketAddress;
  readonly associate: () => DtlsAssociation;
  /** Whether a certificate (DER) is the one that was signalled. */
  readonly isGenuine: (certificate: Uint8Array) => boolean;
}

/** What a path has to say. */
export type PathOutput =
  | {
      readonly kind: "send";
      readonly datagrams: readonly Uint8Array[];
      /** Absent: to where the packets of this port go. */
      readonly to?: SocketAddress;
    }
  | { readonly kind: "keys"; readonly keys: SrtpKeys }
  /** A handshake came to nothing; `isFinal`: it was that of whom signalling names. */
  | { readonly kind: "failed"; readonly reason: string; readonly isFinal: boolean };

/** Far ends whose handshakes run at a time, where they begin them. */
export const DTLS_ATTEMPTS_MAX = 4;
/** A stranger who has been silent for so long gives its place to the next. */
export const STRANGER_IDLE_MS = 2000;
/**
 * So many handshakes of strangers are begun within `STRANGER_IDLE_MS`, and as many of whom
 * signalling names: a server's first flight is a millisecond of arithmetic, several on a small
 * board, and who breaks off and comes anew would have them without end.
 */
export const DTLS_BEGINS_MAX = 4;

/** One association, and with whom: absent where we began it. */
interface Attempt {
  readonly association: DtlsAssociation;
  readonly from: SocketAddress | undefined;
  heardMs: number;
  dueMs: number | undefined;
}

/** What a first datagram of a client has: a handshake record with a ClientHello. */
const RECORD_HANDSHAKE = 22;
const CLIENT_HELLO = 1;
/** Where the kind of a handshake message stands. @see RFC 6347 §4.1, §4.2.2 */
const MESSAGE_KIND_AT = 13;

/**
 * The handshakes at one port. Where we begin, there is one. Where the far end does, it may be
 * behind a translator, and anybody can say that he is it: whoever comes gets an association of his
 * own, a few at a time, and the first to prove that he has the signalled certificate is the far
 * end. From then on nobody else is heard. Until then who has proved that he has another is kept:
 * where a call forks, datagrams may be here before the answer that tells of their certificate.
 */
export class DtlsPath {
  #config: DtlsPathConfig;
  #attempts: readonly Attempt[] = [];
  #winner: Attempt | undefined;
  #isOver = false;
  /** What has begun since then. */
  #begun = { sinceMs: 0, signalled: 0, strangers: 0 };

  constructor(config: DtlsPathConfig) {
    this.#config = config;
  }

  /** Where signalling had the far end when it began. */
  get remote(): SocketAddress {
    return this.#config.remote;
  }

  /** Whether nothing can come of it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether the far end is to begin, and has not proved who it is. */
  get waits(): boolean {
    return this.#config.role === "passive" && this.#winner === undefined && !this.#isOver;
  }

  /** While it waits: signalling names another far end, who may have shown its certificate. */
  follow(named: Pick<DtlsPathConfig, "remote" | "isGenuine">): readonly PathOutput[] {
    this.#config = { ...this.#config, ...named };
    for (const attempt of this.#attempts) {
      const { state } = attempt.association;
      if (state.kind !== "established" || !named.isGenuine(state.certificate)) continue;
      return [this.#win(attempt, state.keys)];
    }
    return [];
  }

  start(nowMs: number): readonly PathOutput[] {
    if (this.#config.role === "passive") return [];
    const attempt = this.#begin(undefined, nowMs);
    return this.#after(attempt, attempt.association.start(), nowMs);
  }

  take(bytes: Uint8Array, from: SocketAddress, nowMs: number): readonly PathOutput[] {
    const attempt = this.#attemptOf(bytes, from, nowMs);
    if (attempt === undefined) return [];
    attempt.heardMs = nowMs;
    return this.#after(attempt, attempt.association.take(bytes), nowMs);
  }

  deadlineMs(): number | undefined {
    return earliestMs(...this.#attempts.map(({ dueMs }) => dueMs));
  }

  timeout(nowMs: number): readonly PathOutput[] {
    return this.#attempts
      .filter(({ dueMs }) => dueMs !== undefined && dueMs <= nowMs)
      .flatMap((attempt) => this.#after(attempt, attempt.association.timeout(), nowMs));
  }

  /** Ends all of it; what is returned is the goodbye. */
  close(): readonly PathOutput[] {
    const all = this.#winner === undefined ? this.#attempts : [this.#winner];
    this.#attempts = [];
    this.#winner = undefined;
    this.#isOver = true;
    return all.flatMap((attempt) => this.#send(attempt, attempt.association.close()));
  }

  #begin(from: SocketAddress | undefined, nowMs: number): Attempt {
    const attempt = {
      association: this.#config.associate(),
      from,
      heardMs: nowMs,
      dueMs: undefined,
    };
    this.#attempts = [...this.#attempts, attempt];
    return attempt;
  }

  #attemptOf(bytes: Uint8Array, from: SocketAddress, nowMs: number): Attempt | undefined {
    const isHis = (attempt: Attempt): boolean =>
      attempt.from === undefined || sameAddress(attempt.from, from);
    if (this.#winner !== undefined) return isHis(this.#winner) ? this.#winner : undefined;
    const known = this.#attempts.find(isHis);
    if (known !== undefined) return known;
    const isHello = bytes[0] === RECORD_HANDSHAKE && bytes[MESSAGE_KIND_AT] === CLIENT_HELLO;
    if (this.#config.role === "active" || !isHello) return undefined;
    const isSignalled = sameAddress(from, this.#config.remote);
    if (!this.#mayBegin(isSignalled, nowMs) || !this.#makeRoom(isSignalled, nowMs))
      return undefined;
    return this.#begin(from, nowMs);
  }

  #mayBegin(isSignalled: boolean, nowMs: number): boolean {
    if (nowMs - this.#begun.sinceMs >= STRANGER_IDLE_MS) {
      this.#begun = { sinceMs: nowMs, signalled: 0, strangers: 0 };
    }
    return this.#begun[isSignalled ? "signalled" : "strangers"]++ < DTLS_BEGINS_MAX;
  }

  /** Whom signalling names always has a place. */
  #makeRoom(isSignalled: boolean, nowMs: number): boolean {
    if (this.#attempts.length < DTLS_ATTEMPTS_MAX) return true;
    const leaves = this.#attempts.find(
      ({ heardMs }) => isSignalled || nowMs - heardMs >= STRANGER_IDLE_MS,
    );
    if (leaves === undefined) return false;
    this.#drop(leaves);
    return true;
  }

  /** What came of a call into an association. */
  #after(attempt: Attempt, datagrams: readonly Uint8Array[], nowMs: number): readonly PathOutput[] {
    const said = this.#send(attempt, datagrams);
    const { state } = attempt.association;
    const waitMs = attempt.association.waitMs();
    attempt.dueMs = waitMs === undefined ? undefined : nowMs + waitMs;
    if (state.kind === "handshaking") return said;
    if (attempt === this.#winner) {
      if (state.kind === "established") return said;
      // The far end has said goodbye: its keys serve until signalling says so too.
      this.#winner = undefined;
      this.#isOver = this.#config.role === "active";
      attempt.association.close();
      return said;
    }
    if (state.kind === "established" && this.#config.isGenuine(state.certificate)) {
      return [...said, this.#win(attempt, state.keys)];
    }
    const reason =
      state.kind === "failed"
        ? `no keys by DTLS: ${state.reason}`
        : state.kind === "closed"
          ? "no keys by DTLS: the far end ended the handshake"
          : "the far end's certificate is not the one that was signalled";
    const { from } = attempt;
    const isFinal = from === undefined || sameAddress(from, this.#config.remote);
    const isKept = state.kind === "established" && !isFinal;
    const goodbye = isKept ? [] : this.#send(attempt, this.#drop(attempt));
    this.#isOver = from === undefined;
    return [...said, ...goodbye, { kind: "failed", reason, isFinal }];
  }

  #win(attempt: Attempt, keys: DtlsKeys): PathOutput {
    this.#attempts = this.#attempts.filter((one) => one !== attempt);
    for (const other of this.#attempts) this.#drop(other);
    this.#winner = attempt;
    return { kind: "keys", keys: this.#keysOf(keys) };
  }

  #drop(attempt: Attempt): readonly Uint8Array[] {
    this.#attempts = this.#attempts.filter((one) => one !== attempt);
    return attempt.association.close();
  }

  #send({ from }: Attempt, datagrams: readonly Uint8Array[]): readonly PathOutput[] {
    if (datagrams.length === 0) return [];
    return [{ kind: "send", datagrams, ...(from === undefined ? {} : { to: from }) }];
  }

  #keysOf({ suite, client, server }: DtlsKeys): SrtpKeys {
    return this.#config.role === "active"
      ? { suite, send: client, receive: server }
      : { suite, send: server, receive: client };
  }
}
