import { printAddress, type SocketAddress } from "../../../src/base/address.ts";
import {
  bytesFromLatin1,
  latin1FromBytes,
  latin1FromUtf8Text,
  utf8TextFromLatin1,
} from "../../../src/base/bytes.ts";
import type { Clock, Timer } from "../../../src/hal/ports/clock.ts";
import type { Udp, UdpSocket } from "../../../src/hal/ports/net.ts";
import type { RandomFloat } from "../audio/random-float.ts";
import {
  fillTemplate,
  type ReplyParts,
  replyText,
  type Substitutions,
  startLine,
} from "./sip-text.ts";

/** One thing a script does. A script runs its steps in order. */
export type ScriptStep =
  /** Send literal text: see {@link send}. */
  | { readonly kind: "send"; readonly template: string; readonly to?: SocketAddress | undefined }
  /** Answer the last request (or the last one of a method) in literal text. */
  | {
      readonly kind: "reply";
      readonly status: string;
      readonly parts: ReplyParts;
      readonly method?: string | undefined;
    }
  /** Wait for a message that matches; named groups become substitutions. */
  | {
      readonly kind: "expect";
      readonly pattern: RegExp;
      readonly timeoutMs: number;
      readonly optional: readonly RegExp[];
    }
  /** Nothing that matches may come for a while; other messages are taken. */
  | { readonly kind: "silence"; readonly pattern: RegExp; readonly forMs: number }
  | { readonly kind: "pause"; readonly forMs: number };

/** What is answered whatever a script is at, and never shown to one. */
export interface StandingAnswer {
  /** Of the whole message; the first one that matches counts. */
  readonly pattern: RegExp;
  /** Absent: taken without a word. */
  readonly status?: string;
  readonly parts?: ReplyParts;
}

/** How a script goes. */
export type ScriptOutcome =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly step: number }
  | { readonly kind: "passed" }
  /** `step` counts from 0; `reason` is a sentence with the message that was wrong. */
  | { readonly kind: "failed"; readonly step: number; readonly reason: string };

/** A message that came or went. */
export interface PeerMessage {
  readonly atMs: number;
  readonly direction: "sent" | "received";
  readonly peer: SocketAddress;
  readonly text: string;
}

/** Where a scripted far end lives and whom it talks to. */
export interface ScriptedPeerOptions {
  readonly udp: Udp;
  readonly clock: Clock;
  readonly random: RandomFloat;
  readonly local: SocketAddress;
  /** Whom requests go to until a message came; then it is that one's sender. */
  readonly remote: SocketAddress;
  /** More `{name}`s. */
  readonly substitutions?: Substitutions;
}

/** The most messages remembered, both ways together. */
const MESSAGE_LIMIT = 5000;
const DEFAULT_TIMEOUT_MS = 5000;

/**
 * Sends a template. `{call-id}`, `{tag}` stay for the peer's life; `{branch}` is new with each
 * send; `{cseq}` counts up with each send of a new branch; `{local}`, `{local-host}`,
 * `{local-port}`, `{remote}`, `{remote-host}`, `{remote-port}` are addresses; `{last:Via}` copies
 * the header lines of the last message; `{name}` is what a named group caught; `[len]` is the
 * body's length.
 */
export const send = (template: string, to?: SocketAddress): ScriptStep => ({
  kind: "send",
  template,
  to,
});

/** Answers the last request received, or the last one of `method`. */
export const reply = (status: string, parts: ReplyParts = {}, method?: string): ScriptStep => ({
  kind: "reply",
  status,
  parts,
  method,
});

/**
 * Waits for a message that matches the pattern. One that matches `optional` is passed over, any
 * other fails the script, as does time.
 */
export const expectMessage = (
  pattern: RegExp,
  options: { readonly timeoutMs?: number; readonly optional?: readonly RegExp[] } = {},
): ScriptStep => ({
  kind: "expect",
  pattern,
  timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  optional: options.optional ?? [/^SIP\/2\.0 100 /],
});

/** Fails if a message that matches comes within a time. */
export const expectSilence = (forMs: number, pattern = /^/): ScriptStep => ({
  kind: "silence",
  pattern,
  forMs,
});

/** Does nothing for a while; what comes meanwhile waits. */
export const pause = (forMs: number): ScriptStep => ({ kind: "pause", forMs });

/**
 * A SIP far end that knows no SIP: it sends what a script says and checks what comes against
 * patterns. A repetition of a message (a retransmission) is counted and not looked at twice.
 */
export class ScriptedPeer {
  readonly #clock: Clock;
  readonly #random: RandomFloat;
  readonly #known: Record<string, string>;
  readonly #messages: PeerMessage[] = [];
  readonly #seen = new Set<string>();
  readonly #inbox: string[] = [];
  #socket: UdpSocket | undefined;
  #remote: SocketAddress;
  #steps: readonly ScriptStep[] = [];
  #step = 0;
  #outcome: ScriptOutcome = { kind: "idle" };
  #timer: Timer | undefined;
  #cseq = 0;
  #retransmissions = 0;
  /** What is answered beside the script; may be changed at any time. */
  standing: readonly StandingAnswer[] = [];
  /** Set where retransmissions shall be looked at as any other message. */
  seesRetransmissions = false;

  private constructor(options: ScriptedPeerOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#remote = options.remote;
    this.#known = { "call-id": this.token(), tag: this.token(), ...options.substitutions };
  }

  /** Binds its socket. Rejects with `PortError` where the address is not to be had. */
  static async create(options: ScriptedPeerOptions): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer(options);
    peer.#socket = await options.udp.bind({
      ...options.local,
      onDatagram: (payload, from) => peer.#receive(latin1FromBytes(payload), from),
      onFault: (fault) => peer.#fail(`${fault.what}: ${fault.kind}`),
    });
    return peer;
  }

  get local(): SocketAddress {
    return this.#socket?.local ?? { host: "", port: 0 };
  }

  get outcome(): ScriptOutcome {
    return this.#outcome;
  }

  get messages(): readonly PeerMessage[] {
    return this.#messages;
  }

  /** How many messages were repetitions of one that came before. */
  get retransmissions(): number {
    return this.#retransmissions;
  }

  /** What a named group caught, or was given. */
  substitution(name: string): string | undefined {
    return this.#known[name];
  }

  /** A word that nobody else uses. */
  token(): string {
    return Math.floor(this.#random.float() * 2 ** 48)
      .toString(36)
      .padStart(10, "0");
  }

  /** Starts a script now; one that runs is given up. */
  run(steps: readonly ScriptStep[]): void {
    this.#timer?.cancel();
    this.#steps = steps;
    this.#begin(0);
  }

  close(): void {
    this.#timer?.cancel();
    this.#socket?.close();
  }

  /** Sends literal text now, outside of any script. */
  send(template: string, to: SocketAddress = this.#remote): void {
    const branch = /\{branch\}/.test(template);
    if (branch) this.#cseq++;
    const text = fillTemplate(template, this.#substitutions(to), this.#last());
    this.#note("sent", to, text);
    this.#socket?.send(bytesFromLatin1(latin1FromUtf8Text(text)), to);
  }

  /** Answers a request in literal text now, outside of any script. */
  reply(request: PeerMessage, status: string, parts: ReplyParts = {}): void {
    const toTag = parts.toTag ?? this.#known["tag"];
    this.send(replyText(request.text, status, { ...parts, toTag }), request.peer);
  }

  #substitutions(remote: SocketAddress): Substitutions {
    const { local } = this;
    return {
      branch: `z9hG4bK${this.token()}`,
      cseq: String(this.#cseq),
      local: printAddress(local),
      "local-host": local.host,
      "local-port": String(local.port),
      remote: printAddress(remote),
      "remote-host": remote.host,
      "remote-port": String(remote.port),
      ...this.#known,
    };
  }

  #last(): string {
    return this.#messages.findLast((message) => message.direction === "received")?.text ?? "";
  }

  #note(direction: "sent" | "received", peer: SocketAddress, text: string): void {
    this.#messages.push({ atMs: this.#clock.nowMs(), direction, peer, text });
    if (this.#messages.length > MESSAGE_LIMIT) this.#messages.shift();
  }

  #receive(latin1: string, from: SocketAddress): void {
    const text = utf8TextFromLatin1(latin1);
    if (text.trim() === "") return; // a keep-alive
    if (this.#seen.has(text)) {
      this.#retransmissions++;
      if (!this.seesRetransmissions) return;
    }
    this.#seen.add(text);
    this.#remote = from;
    this.#note("received", from, text);
    const standing = this.standing.find(({ pattern }) => pattern.test(text));
    if (standing !== undefined) {
      const { status, parts } = standing;
      const request = {
        atMs: this.#clock.nowMs(),
        direction: "received",
        peer: from,
        text,
      } as const;
      if (status !== undefined) this.reply(request, status, parts);
      return;
    }
    this.#inbox.push(text);
    this.#look();
  }

  /** Begins a step, and all that follow until one has to wait. */
  #begin(step: number): void {
    this.#step = step;
    const next = this.#steps[step];
    if (next === undefined) {
      this.#outcome = { kind: "passed" };
      return;
    }
    this.#outcome = { kind: "running", step };
    switch (next.kind) {
      case "send":
        this.send(next.template, next.to);
        this.#begin(step + 1);
        break;
      case "reply":
        this.#replyStep(next);
        break;
      case "expect": {
        const wait = `nothing that matches ${next.pattern} came within ${next.timeoutMs} ms`;
        this.#wait(next.timeoutMs, () => this.#fail(wait));
        this.#look();
        break;
      }
      case "silence":
      case "pause":
        this.#wait(next.forMs, () => this.#begin(step + 1));
        this.#look();
        break;
    }
  }

  #replyStep(step: Extract<ScriptStep, { kind: "reply" }>): void {
    const start = new RegExp(`^${step.method ?? "(?!SIP/2\\.0)[A-Z]+"} `);
    const request = this.#messages.findLast(
      (message) => message.direction === "received" && start.test(message.text),
    );
    if (request === undefined) {
      this.#fail(`there is no request to answer with ${step.status}`);
      return;
    }
    this.reply(request, step.status, step.parts);
    this.#begin(this.#step + 1);
  }

  #wait(forMs: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.at(this.#clock.nowMs() + forMs, run);
  }

  /** Takes what came against the step that waits. */
  #look(): void {
    const step = this.#steps[this.#step];
    if (this.#outcome.kind !== "running" || step === undefined) return;
    if (step.kind === "silence") {
      const wrong = this.#inbox.splice(0).find((text) => step.pattern.test(text));
      if (wrong !== undefined) this.#fail(`"${startLine(wrong)}" came where none was due`);
    }
    if (step.kind !== "expect") return;
    for (let text = this.#inbox.shift(); text !== undefined; text = this.#inbox.shift()) {
      const match = step.pattern.exec(text);
      if (match !== null) {
        Object.assign(this.#known, match.groups);
        this.#timer?.cancel();
        this.#begin(this.#step + 1);
        return;
      }
      const message = text;
      if (step.optional.some((pattern) => pattern.test(message))) continue;
      this.#fail(`"${startLine(message)}" does not match ${step.pattern}:\n${message}`);
      return;
    }
  }

  #fail(reason: string): void {
    if (this.#outcome.kind !== "running") return;
    this.#timer?.cancel();
    this.#outcome = { kind: "failed", step: this.#step, reason };
  }
}
