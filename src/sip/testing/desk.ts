import type { SocketAddress } from "../../base/address.ts";
import { bytesFromLatin1, latin1FromBytes } from "../../base/bytes.ts";
import type { NaptrRecord, SrvRecord } from "../../base/dns.ts";
import type { LogEvent } from "../../base/log-event.ts";
import { UserAgent } from "../user-agent.ts";
import type { SipAddress, UaCommand, UaEvent, UserAgentConfig } from "../user-agent-types.ts";

/** A datagram as a test sees it. */
export interface Letter {
  readonly text: string;
  readonly to: SipAddress;
  readonly atMs: number;
}

type DnsRecord = "address" | "srv" | "naptr";

/** Where the user agent under test is. */
export const OURS = { transport: "udp", host: "192.0.2.10", port: 5060 } as const;
/** Where its literal-text peer is. */
export const PEER = { transport: "udp", host: "192.0.2.20", port: 5060 } as const;

/**
 * A user agent on a desk: a test hands literal text in, moves the clock by hand and reads what came
 * out. Tokens are counted (`t1`, `t2`, …), so that what is sent can be foretold.
 */
export class Desk {
  readonly agent: UserAgent;
  nowMs = 0;
  /** Datagrams that nobody took yet. */
  letters: Letter[] = [];
  events: UaEvent[] = [];
  logs: LogEvent[] = [];
  queries: { readonly query: string; readonly host: string; readonly record: DnsRecord }[] = [];
  #lastToken = 0;

  constructor(config: Partial<UserAgentConfig> = {}) {
    this.agent = new UserAgent({
      local: { udp: { host: OURS.host, port: OURS.port } },
      userAgentName: "Desk",
      // No hash: enough where a test does not look at what is answered to a challenge.
      hashes: { md5: lengthOf, sha256: lengthOf, sha512Trunc256: lengthOf },
      createToken: () => `t${++this.#lastToken}`,
      serves: [],
      acceptAnyUser: true,
      ...config,
    });
  }

  /** Hands a datagram in; line ends become CRLF. */
  receive(text: string, from: SipAddress = PEER): void {
    this.receiveBytes(bytesFromLatin1(crlf(text)), from);
  }

  /** Hands a datagram in as it is. */
  receiveBytes(bytes: Uint8Array, from: SipAddress = PEER): void {
    this.#take({ kind: "datagram", bytes, from });
  }

  command(command: UaCommand): void {
    this.#take({ kind: "command", command });
  }

  resolved(query: string, hosts: readonly string[]): void {
    this.#take({ kind: "resolved", query, hosts });
  }

  /** Answers every question that was asked; what is not in the tables is not there. */
  answerNames(
    addresses: Readonly<Record<string, readonly string[]>>,
    srv: Readonly<Record<string, readonly SrvRecord[]>> = {},
    naptr: Readonly<Record<string, readonly NaptrRecord[]>> = {},
  ): void {
    for (let next = this.queries.shift(); next !== undefined; next = this.queries.shift()) {
      const { query, host, record } = next;
      if (record === "address") this.resolved(query, addresses[host] ?? []);
      else if (record === "srv") {
        this.#take({ kind: "resolved-srv", query, records: srv[host] ?? [] });
      } else this.#take({ kind: "resolved-naptr", query, records: naptr[host] ?? [] });
    }
  }

  networkChanged(): void {
    this.#take({ kind: "network-changed" });
  }

  connected(to: SipAddress, local: SocketAddress): void {
    this.#take({ kind: "connected", to, local });
  }

  sendFailed(to: SipAddress): void {
    this.#take({ kind: "send-failed", to, reason: "no way" });
  }

  /** Moves the clock on, with a `timeout` at each deadline on the way. */
  advanceTo(untilMs: number): void {
    for (;;) {
      const deadlineMs = this.agent.deadlineMs();
      if (deadlineMs === undefined || deadlineMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, deadlineMs);
      this.#take({ kind: "timeout" });
    }
    this.nowMs = untilMs;
  }

  advance(ms: number): void {
    this.advanceTo(this.nowMs + ms);
  }

  /** Whether everything has run out: no timer, and nothing kept. */
  get isIdle(): boolean {
    const { load } = this.agent;
    const kept = Object.values(load).reduce((sum, count) => sum + count, 0);
    return kept === 0 && this.agent.deadlineMs() === undefined;
  }

  /** Takes the oldest datagram. */
  next(): string {
    return this.letters.shift()?.text ?? "(nothing was sent)";
  }

  /** Takes all datagrams: the first line of each. */
  firstLines(): readonly string[] {
    const lines = this.letters.map(({ text }) => text.slice(0, text.indexOf("\r\n")));
    this.letters = [];
    return lines;
  }

  /** Takes all events: the kind of each. */
  eventKinds(): readonly string[] {
    const kinds = this.events.map(({ kind }) => kind);
    this.events = [];
    return kinds;
  }

  /** The last event of a kind. */
  event<Kind extends UaEvent["kind"]>(kind: Kind): Extract<UaEvent, { kind: Kind }> | undefined {
    const isKind = (event: UaEvent): event is Extract<UaEvent, { kind: Kind }> =>
      event.kind === kind;
    return this.events.filter(isKind).at(-1);
  }

  #take(input: Parameters<UserAgent["handle"]>[0]): void {
    for (const output of this.agent.handle(input, this.nowMs)) {
      switch (output.kind) {
        case "send": {
          const text = latin1FromBytes(output.bytes);
          this.letters.push({ text, to: output.to, atMs: this.nowMs });
          break;
        }
        case "event":
          this.events.push(output.event);
          break;
        case "log":
          this.logs.push(output.event);
          break;
        case "resolve":
          this.queries.push({ query: output.query, host: output.host, record: output.record });
          break;
      }
    }
  }
}

/** The value of a header field in literal text. */
export function field(text: string, name: string): string {
  const line = text
    .split("\r\n")
    .find((at) => at.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line === undefined ? "" : line.slice(name.length + 1).trim();
}

/** The answer of a literal-text peer to a request of ours. */
export function answerTo(
  request: string,
  statusLine: string,
  toTag: string | undefined,
  extra: readonly string[] = [],
  body = "",
): string {
  const to = field(request, "To");
  return [
    `SIP/2.0 ${statusLine}`,
    `Via: ${field(request, "Via")}`,
    `From: ${field(request, "From")}`,
    `To: ${to}${toTag === undefined || to.includes(";tag=") ? "" : `;tag=${toTag}`}`,
    `Call-ID: ${field(request, "Call-ID")}`,
    `CSeq: ${field(request, "CSeq")}`,
    ...extra,
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\n");
}

function lengthOf(bytes: Uint8Array): string {
  return bytes.length.toString(16).padStart(32, "0");
}

function crlf(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}
