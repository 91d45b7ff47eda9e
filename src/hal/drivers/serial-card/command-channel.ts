import { BoundedQueue } from "../../../base/bounded-queue.ts";
import type { PortFault } from "../../../base/port-fault.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import type { Clock, Timer } from "../../ports/clock.ts";
import type { CardReply } from "./card-packets.ts";
import type { HostPacket } from "./host-packets.ts";

/** A command is said so often, one every so many ms; then the line counts as failed. */
const TRIES_MAX = 5;
const REPEAT_MS = 60;
/** The most commands of a line that wait behind the one under way. */
const WAITING_MAX = 32;

/** One thing that a line of a card is asked to do. */
export interface CardCommand {
  readonly op: number;
  readonly args?: readonly number[];
  /** What it is, for a person who reads of its failure: `ringing`. */
  readonly what: string;
  /** How long one answer may take, where that is longer than usual, ms. */
  readonly answerMs?: number;
}

/** How a command ended: the data of its reply, or why there is none; undefined: it was dropped. */
export type CommandEnd = (end: Result<Uint8Array, PortFault> | undefined) => void;

interface Waiting {
  readonly command: CardCommand;
  readonly end: CommandEnd;
}

interface UnderWay extends Waiting {
  readonly tag: number;
  tries: number;
  timer: Timer;
}

/**
 * The commands of one line of a card: one at a time, repeated until it is answered.
 *
 *             send()                       repeats, TRIES_MAX in all
 *     idle ────────────► under way ◄──────┐
 *       ▲                  │   └──────────┘
 *       │    reply, or     │
 *       └──── given up ────┘  (the next waiting one begins)
 */
export class CommandChannel {
  readonly #line: number;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #send: (packet: HostPacket) => void;
  readonly #waiting = new BoundedQueue<Waiting>(WAITING_MAX);
  #current: UnderWay | undefined;
  #tag = 0;
  #closed = false;

  constructor(line: number, name: string, clock: Clock, send: (packet: HostPacket) => void) {
    this.#line = line;
    this.#name = name;
    this.#clock = clock;
    this.#send = send;
  }

  /** Asks in turn. `end` is called once; inside this call only where the command is dropped. */
  send(command: CardCommand, end: CommandEnd): void {
    if (this.#closed) end(undefined);
    else if (this.#current === undefined) this.#begin({ command, end });
    else if (!this.#waiting.push({ command, end })) end(undefined);
  }

  /** Drops what is under way and what waits, so that the next command goes at once. */
  clear(): void {
    const current = this.#current;
    current?.timer.cancel();
    this.#current = undefined;
    const dropped = current === undefined ? [] : [current.end];
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      dropped.push(next.end);
    }
    for (const end of dropped) end(undefined);
  }

  /** Takes a reply of this line; one to a command of the past is passed over. */
  reply(reply: CardReply): void {
    const current = this.#current;
    if (current === undefined || reply.tag !== current.tag) return;
    if (reply.op !== current.command.op) return;
    current.timer.cancel();
    this.#next();
    const { status } = reply;
    current.end(status === 0 ? ok(reply.data) : err(this.#refusal(current.command, status)));
  }

  close(): void {
    this.#closed = true;
    this.clear();
  }

  #begin(waiting: Waiting): void {
    this.#tag = (this.#tag + 1) & 0xff;
    const timer = this.#repeatLater(waiting.command);
    this.#current = { ...waiting, tag: this.#tag, tries: 1, timer };
    this.#say(this.#current);
  }

  #say({ command, tag }: UnderWay): void {
    const args = Uint8Array.from(command.args ?? []);
    this.#send({ kind: "command", line: this.#line, tag, op: command.op, args });
  }

  #repeatLater({ answerMs }: CardCommand): Timer {
    return this.#clock.at(this.#clock.nowMs() + (answerMs ?? REPEAT_MS), () => this.#repeat());
  }

  #repeat(): void {
    const current = this.#current;
    if (current === undefined) return;
    if (current.tries === TRIES_MAX) {
      this.#giveUp(current);
      return;
    }
    current.tries++;
    current.timer = this.#repeatLater(current.command);
    this.#say(current);
  }

  #giveUp(current: UnderWay): void {
    this.#current = undefined;
    this.clear();
    current.end(
      err({
        kind: "gone",
        what: `${current.command.what} of ${this.#name}: no answer`,
        advice: "check its cable, its supply and its firmware",
      }),
    );
  }

  #next(): void {
    this.#current = undefined;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) this.#begin(waiting);
  }

  #refusal(command: CardCommand, status: number): PortFault {
    const what = `${command.what} of ${this.#name}`;
    switch (status) {
      case 1:
      case 4:
        return { kind: "unsupported", what, advice: "this card cannot: change the configuration" };
      case 3:
        return { kind: "not-found", what, advice: "the card has no such line: check the board" };
      case 5:
        return { kind: "io", what: `${what}: not in this state`, advice: "check its firmware" };
      case 6:
        return { kind: "io", what: `${what}: its hardware failed`, advice: "check the line card" };
      default:
        return { kind: "io", what: `${what}: status ${status}`, advice: "check its firmware" };
    }
  }
}
