import { createHash } from "node:crypto";
import type { SocketAddress } from "../../../src/base/address.ts";
import { bytesFromLatin1, latin1FromBytes } from "../../../src/base/bytes.ts";
import type { Clock, Timer } from "../../../src/hal/ports/clock.ts";
import type { Stream, UdpSocket } from "../../../src/hal/ports/net.ts";
import type { BenchPlace } from "../../hw-sim/bench/bench.ts";
import {
  bodyOf,
  headerLines,
  headerValue,
  startLine,
  utf8Length,
} from "../../hw-sim/peers/sip-text.ts";
import { simIdentity } from "../../hw-sim/world/sim-certificate.ts";
import { FAR_HOST } from "../support/far-end.ts";
import type { Server } from "./story.ts";

/** The password of everybody at the far side. */
export const FAR_PASSWORD = "tower-of-the-far-side";
/** The name that the far side's certificate is for. */
export const FAR_NAME = "pbx.example.net";
/** Retransmission: first after so long, at most so far apart, never after this. */
const RESEND_FIRST_MS = 500;
const RESEND_MAX_MS = 4000;
const RESEND_END_MS = 32_000;

/** Where a message came from, or goes. */
export type Route =
  | { readonly kind: "udp"; readonly address: SocketAddress }
  | { readonly kind: "stream"; readonly stream: Stream };

/** Who is told of what comes in. */
export interface WireUser {
  request(text: string, route: Route): void;
  /** A response that answers none of our own requests: a proxy's to carry on. */
  passing(text: string): void;
}

interface Sent {
  readonly text: string;
  readonly route: Route;
  readonly onResponse: (text: string) => void;
  timer: Timer | undefined;
  waitMs: number;
  sinceMs: number;
  answered: boolean;
}

/** SIP of the far side as plain text: sockets, retransmission and digest, all of its own making. */
export class FarWire {
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #user: WireUser;
  readonly #sent = new Map<string, Sent>();
  readonly #answers = new Map<string, string>();
  readonly #streams = new Set<Stream>();
  #udp: UdpSocket | undefined;
  #count = 0;
  /** Nothing that comes is heard. */
  isDown = false;

  private constructor(clock: Clock, server: Server, user: WireUser) {
    this.#clock = clock;
    this.#server = server;
    this.#user = user;
  }

  /** Opens the sockets that a server of that kind has. */
  static async open(place: BenchPlace, server: Server, user: WireUser): Promise<FarWire> {
    const wire = new FarWire(place.world.clock, server, user);
    if (server === "tcp" || server === "tls") await wire.#listen(place);
    else {
      wire.#udp = await place.udp(FAR_HOST).bind({
        ...{ host: FAR_HOST, port: 5060, onFault: () => {} },
        onDatagram: (bytes, from) =>
          wire.#receive(latin1FromBytes(bytes), { kind: "udp", address: from }),
      });
    }
    return wire;
  }

  /** What our Via and Contact say of the transport. */
  get transport(): string {
    return this.#server === "tcp" || this.#server === "tls" ? this.#server.toUpperCase() : "UDP";
  }

  get local(): string {
    return `${FAR_HOST}:${this.#server === "tls" ? 5061 : 5060}`;
  }

  /** A branch, tag or Call-ID that nobody had. */
  token(): string {
    this.#count++;
    return `far${this.#count}`;
  }

  send(text: string, route: Route | undefined): void {
    if (route === undefined || this.isDown) return;
    const bytes = bytesFromLatin1(text.replace("[len]", String(utf8Length(bodyOf(text)))));
    if (route.kind === "udp") this.#udp?.send(bytes, route.address);
    else route.stream.write(bytes);
  }

  /** Sends a request, again and again where datagrams get lost, and hands on what answers it. */
  ask(text: string, route: Route | undefined, onResponse: (text: string) => void): void {
    if (route === undefined) return;
    const sent: Sent = {
      ...{ text, route, onResponse, timer: undefined, answered: false },
      ...{ waitMs: RESEND_FIRST_MS, sinceMs: this.#clock.nowMs() },
    };
    this.#sent.set(keyOf(text), sent);
    this.send(text, route);
    if (route.kind === "udp") this.#arm(sent);
  }

  /** Answers a request; a copy of it that comes later gets the same. */
  answer(request: string, response: string, route: Route): void {
    this.#answers.set(keyOf(request), response);
    this.send(response, route);
  }

  /** Whether some request of ours waits for an answer. */
  get isAsking(): boolean {
    return [...this.#sent.values()].some(({ timer }) => timer !== undefined);
  }

  #arm(sent: Sent): void {
    sent.timer = this.#clock.at(this.#clock.nowMs() + sent.waitMs, () => {
      sent.timer = undefined;
      if (this.#clock.nowMs() - sent.sinceMs > RESEND_END_MS) return;
      this.send(sent.text, sent.route);
      sent.waitMs = Math.min(RESEND_MAX_MS, 2 * sent.waitMs);
      this.#arm(sent);
    });
  }

  #receive(text: string, route: Route): void {
    if (this.isDown) return;
    if (/^\r\n\r\n$/.test(text)) {
      this.send("\r\n", route);
      return;
    }
    if (!/^[A-Z]/.test(text)) return;
    if (!text.startsWith("SIP/2.0 ")) {
      const before = this.#answers.get(keyOf(text));
      if (before === undefined) this.#user.request(text, route);
      else if (!text.startsWith("ACK ")) this.send(before, route);
      return;
    }
    const sent = this.#sent.get(keyOf(text));
    if (sent === undefined) {
      this.#user.passing(text);
      return;
    }
    sent.timer?.cancel();
    sent.timer = undefined;
    if (statusOf(text) >= 200 && sent.text.startsWith("INVITE ") && statusOf(text) >= 300) {
      this.send(ackOf(sent.text, text), sent.route);
      if (sent.answered) return;
      sent.answered = true;
    }
    sent.onResponse(text);
  }

  async #listen(place: BenchPlace): Promise<void> {
    const isTls = this.#server === "tls";
    const names = [{ kind: "dns" as const, value: FAR_NAME }];
    const identity = simIdentity({ names, authority: "lab" });
    await place.network.host(FAR_HOST).streams.listen({
      ...{ host: FAR_HOST, port: isTls ? 5061 : 5060, onFault: () => {} },
      ...(isTls ? { tls: { identity } } : {}),
      onStream: (stream) => {
        if (this.isDown) stream.close();
        else this.#streams.add(stream);
        let waiting = "";
        return {
          onData: (bytes) => {
            waiting += latin1FromBytes(bytes);
            for (let cut = endOfMessage(waiting); cut > 0; cut = endOfMessage(waiting)) {
              this.#receive(waiting.slice(0, cut), { kind: "stream", stream });
              waiting = waiting.slice(cut);
            }
          },
          onWritable: () => {},
          onClose: () => void this.#streams.delete(stream),
        };
      },
    });
  }

  /** A registrar that is started anew has no streams any more. */
  closeStreams(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  /** Whether something sent there would get there. */
  reaches(route: Route): boolean {
    return route.kind === "udp" || this.#streams.has(route.stream);
  }

  /** The stream that came last: the way to who keeps one open. */
  get lastStream(): Route | undefined {
    const stream = [...this.#streams].at(-1);
    return stream === undefined ? undefined : { kind: "stream", stream };
  }
}

/** Where the first message of a stream ends; 0 where it is not whole. */
function endOfMessage(text: string): number {
  if (text.startsWith("\r\n\r\n")) return 4;
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return 0;
  const length = Number(headerValue(text.slice(0, head + 4), "Content-Length") ?? 0);
  return text.length < head + 4 + length ? 0 : head + 4 + length;
}

/** The status of a response. */
export function statusOf(text: string): number {
  return Number(startLine(text).split(" ")[1] ?? 0);
}

/** The method of a request, or of what a response answers. */
export function methodOf(text: string): string {
  return (headerValue(text, "CSeq") ?? "").split(" ").at(-1) ?? "";
}

/** What ties a response to its request, and a copy to the original. */
function keyOf(text: string): string {
  const branch = /;\s*branch=([^;,\s]+)/i.exec(headerLines(text, "Via")[0] ?? "")?.[1] ?? "";
  return `${branch} ${methodOf(text)}`;
}

/** The ACK of a refusal. @see RFC 3261 §17.1.1.3 */
function ackOf(invite: string, refusal: string): string {
  const uri = startLine(invite).split(" ")[1] ?? "";
  const cseq = (headerValue(invite, "CSeq") ?? "").replace("INVITE", "ACK");
  const lines = [
    `ACK ${uri} SIP/2.0`,
    ...headerLines(invite, "Via").slice(0, 1),
    ...headerLines(invite, "Route"),
    "Max-Forwards: 70",
    ...headerLines(invite, "From"),
    ...headerLines(refusal, "To"),
    ...headerLines(invite, "Call-ID"),
    `CSeq: ${cseq}`,
  ];
  return withBody(lines, "");
}

/** Header lines and a body as a message. */
export function withBody(lines: readonly string[], body: string): string {
  return `${[...lines, `Content-Length: ${utf8Length(body)}`, "", ""].join("\r\n")}${body}`;
}

/** The header of a challenge, by the other side of the arithmetic. @see RFC 7616 §3.4.1 */
export function digestFor(challenged: string, method: string, uri: string, user: string): string {
  const isProxy = statusOf(challenged) === 407;
  const header = headerValue(challenged, isProxy ? "Proxy-Authenticate" : "WWW-Authenticate") ?? "";
  const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
  const part = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(header)?.[1] ?? "";
  const [realm, nonce] = [part("realm"), part("nonce")];
  const secret = md5(`${user}:${realm}:${FAR_PASSWORD}`);
  const response = md5(`${secret}:${nonce}:00000001:ours:auth:${md5(`${method}:${uri}`)}`);
  return (
    `${isProxy ? "Proxy-Authorization" : "Authorization"}: Digest username="${user}", ` +
    `realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", ` +
    `algorithm=MD5, qop=auth, cnonce="ours", nc=00000001`
  );
}

/** Where responses to a request go: the address in its top Via, as it was seen. */
export function routeOfVia(line: string): SocketAddress | undefined {
  const sentBy = /SIP\/2\.0\/\w+\s+\[?([^\s;:\]]+)\]?(?::(\d+))?/.exec(line);
  const host = /;received=([^;,\s]+)/.exec(line)?.[1] ?? sentBy?.[1];
  const port = /;rport=(\d+)/.exec(line)?.[1] ?? sentBy?.[2] ?? "5060";
  return host === undefined ? undefined : { host, port: Number(port) };
}

/** An address in a Via that says where a request came from. */
export function seenFrom(request: string, route: Route): string {
  if (route.kind !== "udp") return request;
  const { host, port } = route.address;
  return request.replace(/;rport(?=[;\r])/, `;received=${host};rport=${port}`);
}
