import { UserAgent } from "../user-agent.ts";
import type { SipAddress, UaCommand, UaEvent, UserAgentConfig } from "../user-agent-types.ts";

/** What becomes of the n-th datagram: lost, or how late each copy arrives. */
export type Fate = (index: number) => readonly number[];

/** One event as it came out of either side. */
export interface Told {
  readonly side: Side;
  readonly atMs: number;
  readonly event: UaEvent;
}

/** One of the two. */
export type Side = "a" | "b";

interface Flight {
  readonly atMs: number;
  readonly sequence: number;
  readonly to: Side;
  readonly from: SipAddress;
  readonly bytes: Uint8Array;
}

/**
 * Two user agents joined by a network that loses, doubles and reorders as `fate` says, under one
 * clock that jumps from event to event.
 */
export class Pair {
  nowMs = 0;
  readonly told: Told[] = [];
  readonly addresses: Readonly<Record<Side, SipAddress>>;
  readonly #agents: Readonly<Record<Side, UserAgent>>;
  readonly #fate: Fate;
  readonly #onEvent: (told: Told, pair: Pair) => void;
  #flights: Flight[] = [];
  #sent = 0;
  #sequence = 0;

  constructor(
    config: Pick<UserAgentConfig, "hashes"> &
      Partial<Pick<UserAgentConfig, "serves" | "sessionTimer">> & {
        readonly transport: SipAddress["transport"];
      },
    fate: Fate,
    onEvent: (told: Told, pair: Pair) => void,
  ) {
    const { transport } = config;
    const port = transport === "memory" ? 0 : 5060;
    const hosts = transport === "memory" ? ["stack-a", "stack-b"] : ["192.0.2.1", "192.0.2.2"];
    this.addresses = {
      a: { transport, host: hosts[0] ?? "", port },
      b: { transport, host: hosts[1] ?? "", port },
    };
    this.#fate = fate;
    this.#onEvent = onEvent;
    let tokens = 0;
    const agentOf = (side: Side) =>
      new UserAgent({
        local: { [transport]: this.addresses[side] },
        userAgentName: side,
        hashes: config.hashes,
        createToken: () => `${side}${++tokens}`,
        serves: config.serves ?? [],
        ...(config.sessionTimer === undefined ? {} : { sessionTimer: config.sessionTimer }),
        acceptAnyUser: true,
      });
    this.#agents = { a: agentOf("a"), b: agentOf("b") };
  }

  command(side: Side, command: UaCommand): void {
    this.#handle(side, { kind: "command", command });
  }

  /** Runs up to a time; earlier where nothing is left to happen. */
  runTo(untilMs: number): void {
    for (let steps = 0; steps < 100_000; steps++) {
      const flight = this.#flights[0];
      const dueA = this.#agents.a.deadlineMs() ?? Number.POSITIVE_INFINITY;
      const dueB = this.#agents.b.deadlineMs() ?? Number.POSITIVE_INFINITY;
      const atMs = Math.min(flight?.atMs ?? Number.POSITIVE_INFINITY, dueA, dueB);
      if (atMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, atMs);
      if (flight !== undefined && flight.atMs === atMs) {
        this.#flights.shift();
        this.#handle(flight.to, { kind: "datagram", bytes: flight.bytes, from: flight.from });
        // What is handed in is borrowed: whoever kept it reads this.
        flight.bytes.fill(0x58);
      } else {
        this.#handle(dueA <= dueB ? "a" : "b", { kind: "timeout" });
      }
    }
    this.nowMs = untilMs;
  }

  /** Whether no timer is pending on either side and nothing is on its way. */
  get isIdle(): boolean {
    const { a, b } = this.#agents;
    const isBusy = this.#flights.length > 0 || isHolding(a) || isHolding(b);
    return !isBusy && a.deadlineMs() === undefined && b.deadlineMs() === undefined;
  }

  #handle(side: Side, input: Parameters<UserAgent["handle"]>[0]): void {
    for (const output of this.#agents[side].handle(input, this.nowMs)) {
      if (output.kind === "send") this.#carry(side, output.bytes);
      if (output.kind !== "event") continue;
      const told = { side, atMs: this.nowMs, event: output.event };
      this.told.push(told);
      this.#onEvent(told, this);
    }
  }

  #carry(from: Side, bytes: Uint8Array): void {
    const to = from === "a" ? "b" : "a";
    for (const delayMs of this.#fate(this.#sent++)) {
      const atMs = this.nowMs + delayMs;
      const sequence = this.#sequence++;
      this.#flights.push({ atMs, sequence, to, from: this.addresses[from], bytes: bytes.slice() });
    }
    this.#flights.sort((x, y) => x.atMs - y.atMs || x.sequence - y.sequence);
  }
}

/** Whether a user agent keeps anything. */
function isHolding(agent: UserAgent): boolean {
  return Object.values(agent.load).some((count) => count > 0);
}
