import { type SocketAddress, sameAddress } from "../../base/address.ts";
import { hexFromBytes } from "../../base/bytes.ts";
import { mappedAddress, parseStun, printStun, STUN_BINDING } from "../../base/stun/stun-message.ts";
import { hashOf } from "../auth/digest.ts";
import { ClientRequest } from "../client-request.ts";
import { samePlace } from "../location/blacklist.ts";
import type { Stack } from "../stack.ts";
import { isStream } from "../transaction/transports.ts";
import type { SipAccount, SipAddress } from "../user-agent-types.ts";
import {
  KEEP_ALIVE_TIMES,
  type KeepAlive,
  type KeeperState,
  keeperDeadlineMs,
  keeperStart,
  keeperStep,
} from "./flow-keeper.ts";
import type { Granted } from "./granted.ts";
import { registerRequest } from "./register-request.ts";

const PING = new Uint8Array([0x0d, 0x0a, 0x0d, 0x0a]);

/** What a keeper of a way tells. */
export interface PathKeeperSinks {
  /** Nothing answers there any more. */
  lost(nowMs: number): void;
  /** The far end sees us at another address than before. */
  moved(address: SocketAddress, nowMs: number): void;
}

/** Keeps the way from one account to the server that it is registered at open. */
export class PathKeeper {
  readonly to: SipAddress;
  readonly #stack: Stack;
  readonly #account: SipAccount;
  readonly #config: KeepAlive;
  readonly #sinks: PathKeeperSinks;
  readonly #seed: string;
  #state: KeeperState;
  /** Id of the STUN request that an answer is awaited to, in hexadecimal. */
  #transaction = "";
  #mapped: SocketAddress | undefined;
  #options: ClientRequest | undefined;

  constructor(
    stack: Stack,
    account: SipAccount,
    to: SipAddress,
    config: KeepAlive,
    sinks: PathKeeperSinks,
    nowMs: number,
  ) {
    this.#stack = stack;
    this.#account = account;
    this.to = to;
    this.#config = config;
    this.#sinks = sinks;
    this.#seed = stack.config.createToken();
    this.#state = keeperStart(config, this.#seed, nowMs);
  }

  deadlineMs(): number {
    return keeperDeadlineMs(this.#state);
  }

  timeout(nowMs: number): void {
    this.#step("timeout", nowMs);
  }

  /** A single line end came from there. */
  pong(from: SipAddress, nowMs: number): void {
    if (this.#config.kind === "crlf" && samePlace(from, this.to)) this.#step("answered", nowMs);
  }

  /** A STUN message came; one that answers nothing of ours is dropped. */
  stun(bytes: Uint8Array, from: SipAddress, nowMs: number): void {
    if (this.#transaction === "" || !samePlace(from, this.to)) return;
    const parsed = parseStun(bytes);
    if (!parsed.ok || parsed.value.kind !== "success") return;
    if (hexFromBytes(parsed.value.transaction) !== this.#transaction) return;
    this.#transaction = "";
    this.#step("answered", nowMs);
    const mapped = mappedAddress(parsed.value);
    if (mapped === undefined) return;
    const before = this.#mapped;
    this.#mapped = mapped;
    if (before !== undefined && !sameAddress(before, mapped)) this.#sinks.moved(mapped, nowMs);
  }

  /** Forgets what is under way. */
  stop(nowMs: number): void {
    this.#options?.abandon(nowMs);
    this.#options = undefined;
  }

  #step(input: "timeout" | "answered", nowMs: number): void {
    const step = keeperStep(this.#config, this.#seed, this.#state, input, nowMs);
    this.#state = step.state;
    for (const action of step.actions) {
      if (action === "ping") this.#ping(nowMs);
      else this.#sinks.lost(nowMs);
    }
  }

  #ping(nowMs: number): void {
    switch (this.#config.kind) {
      case "crlf":
        this.#stack.send(PING, this.to);
        return;
      case "stun":
        this.#bind();
        return;
      case "options":
        this.#askOptions(nowMs);
        return;
    }
  }

  #bind(): void {
    const { hashes, createToken } = this.#stack.config;
    // 96 bits that nobody can guess, made of a token that nobody can.
    if (this.#transaction === "") {
      this.#transaction = hashOf(hashes, "SHA-256", createToken()).slice(0, 24);
    }
    const pairs = this.#transaction.match(/../g) ?? [];
    const transaction = Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
    const request = { kind: "request", method: STUN_BINDING, transaction, attributes: [] } as const;
    this.#stack.send(printStun(request), this.to);
  }

  /** Any answer will do: it is not asked what the server can, but whether it is there. */
  #askOptions(nowMs: number): void {
    const { createToken } = this.#stack.config;
    const ties = { account: this.#account, callId: createToken(), fromTag: createToken() };
    const register = registerRequest(this.#stack, ties, 1, 0);
    const dropped = ["cseq", "expires", "supported", "allow", "require", "proxy-require"];
    const headers = [
      ...register.headers.filter(({ name }) => !dropped.includes(name)),
      { name: "cseq", value: "1 OPTIONS" },
      { name: "accept", value: "application/sdp" },
    ];
    this.#options?.abandon(nowMs);
    const request = new ClientRequest(
      this.#stack,
      { request: { ...register, method: "OPTIONS", headers }, hop: this.to },
      {
        takeSequence: () => 2,
        onResponse: (response, _sent, atMs) => {
          if (this.#options === request && response.status >= 200) this.#step("answered", atMs);
        },
        // Its time is the keeper's own: no answer within it is what counts.
        onFailed: () => {},
      },
    );
    this.#options = request;
    request.start(nowMs);
  }
}

/**
 * How a way is kept open: as the account says, else by what the registrar has shown that it can.
 * `undefined` where nothing has to be done: no translator stands in the way of datagrams, and
 * nobody has to keep a connection inside the box.
 */
export function keepAliveFor(
  account: SipAccount,
  to: SipAddress,
  granted: Granted,
  isBehindTranslator: boolean,
): KeepAlive | undefined {
  const { kind = "auto", everyS } = account.keepAlive ?? {};
  if (kind === "off" || to.transport === "memory") return undefined;
  const isOverStream = isStream(to.transport);
  const { datagramMs, streamMs } = KEEP_ALIVE_TIMES;
  const timerS = granted.hasOutbound ? granted.flowTimerS : undefined;
  const everyMs =
    everyS !== undefined
      ? everyS * 1000
      : timerS !== undefined
        ? timerS * 1000
        : isOverStream
          ? streamMs
          : datagramMs;
  if (kind === "options") return { kind, everyMs, isAnswered: true };
  if (kind === "stun" && !isOverStream) return { kind, everyMs, isAnswered: true };
  if (kind === "crlf") {
    return { kind, everyMs, isAnswered: isOverStream && granted.hasOutbound };
  }
  if (isOverStream) return { kind: "crlf", everyMs, isAnswered: granted.hasOutbound };
  if (granted.hasOutbound) return { kind: "stun", everyMs, isAnswered: true };
  return isBehindTranslator ? { kind: "crlf", everyMs, isAnswered: false } : undefined;
}
