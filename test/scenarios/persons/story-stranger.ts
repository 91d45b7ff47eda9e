import { latin1FromBytes } from "../../../src/base/bytes.ts";
import type { Clock } from "../../../src/hal/ports/clock.ts";
import type { UdpSocket } from "../../../src/hal/ports/net.ts";
import { BENCH_HOST, type BenchPlace } from "../../hw-sim/bench/bench.ts";
import { RtpPeer } from "../../hw-sim/peers/rtp-peer.ts";
import { bodyOf, headerLines, headerValue, startLine } from "../../hw-sim/peers/sip-text.ts";
import type { DatagramEvent } from "../../hw-sim/world/network.ts";
import { FAR_HOST } from "../support/far-end.ts";
import { methodOf, statusOf, withBody } from "./far-wire.ts";
import { isTheft, MediaThief } from "./media-thief.ts";
import type { StrangerAct } from "./story.ts";
import { STRANGER_HZ } from "./voices.ts";

/** Where nobody is that the box has to do with. */
export const STRANGER_HOST = "10.0.0.66";
const HOST = STRANGER_HOST;
const TONE_MS = 1200;
/** Between the requests of one act. */
const APART_MS = 2;

/** What was seen of the last call that began. */
interface Seen {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
  readonly via: string;
  readonly cseq: string;
}

const inside = (method: string, headers: readonly string[] = []) => ({ method, headers });

/** Requests as if inside the call that was seen, tags apart. */
const REQUESTS: Partial<
  Readonly<Record<StrangerAct["word"], { method: string; headers: readonly string[] }>>
> = {
  bye: inside("BYE"),
  reinvite: inside("INVITE"),
  update: inside("UPDATE"),
  refer: inside("REFER", [`Refer-To: <sip:501@${FAR_HOST}>`]),
  notify: inside("NOTIFY", ["Event: refer", "Subscription-State: terminated"]),
  info: inside("INFO", ["Content-Type: application/dtmf-relay"]),
  prack: inside("PRACK", ["RAck: 1 1 INVITE"]),
  ack: inside("ACK"),
  subscribe: inside("SUBSCRIBE", ["Event: dialog", "Expires: 600"]),
};

/** Requests to a user, outside of calls. */
const PLAIN: Partial<
  Readonly<Record<StrangerAct["word"], { method: string; headers: readonly string[] }>>
> = {
  calls: inside("INVITE", ["Content-Type: application/sdp"]),
  message: inside("MESSAGE", ["Content-Type: text/plain"]),
  mail: inside("NOTIFY", ["Event: message-summary", "Subscription-State: active"]),
  watches: inside("SUBSCRIBE", ["Event: dialog", "Expires: 600"]),
  registers: inside("REGISTER", ["Expires: 3600"]),
  options: inside("OPTIONS"),
};

/** What nobody but the other side of a call, or the server, may have from the box. */
const FORBIDDEN = /^(BYE|UPDATE|REFER|INFO|PRACK|SUBSCRIBE|REGISTER)$/;
/** What anybody may have where calls come from anyone, outside of calls. */
const OPEN = /^(INVITE|NOTIFY|MESSAGE)$/;

/** Somebody at a third address who has seen what goes by, and means no good. */
export class StoryStranger {
  readonly #clock: Clock;
  readonly #place: BenchPlace;
  #socket: UdpSocket | undefined;
  #seen: Seen | undefined;
  #lines: number | undefined;
  #media: number | undefined;
  #count = 0;
  #sounds = 0;
  readonly #faults: string[] = [];
  readonly #thief: MediaThief;

  readonly #isOpen: boolean;

  private constructor(place: BenchPlace, isOpen: boolean) {
    this.#isOpen = isOpen;
    this.#place = place;
    this.#thief = new MediaThief(place.network, HOST);
    this.#clock = place.world.clock;
  }

  /** Opens its socket; `isOpen`: the box takes calls from anyone. */
  static async open(place: BenchPlace, isOpen: boolean): Promise<StoryStranger> {
    const stranger = new StoryStranger(place, isOpen);
    stranger.#socket = await place.udp(HOST).bind({
      ...{ host: HOST, port: 5060, onFault: () => {} },
      onDatagram: (bytes) => stranger.#hear(latin1FromBytes(bytes)),
    });
    place.network.tap((event) => stranger.#watch(event));
    return stranger;
  }

  /** What it was given and should not have been. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  does({ word, to, times }: StrangerAct): void {
    const nowMs = this.#clock.nowMs();
    for (let at = 0; at < times; at++) {
      this.#clock.at(nowMs + at * APART_MS, () => this.#does(word, to));
    }
  }

  #does(word: StrangerAct["word"], to: string): void {
    this.#count++;
    const request = REQUESTS[word];
    const plain = PLAIN[word];
    if (request !== undefined) this.#inCall(request.method, request.headers);
    else if (plain !== undefined) this.#toUser(to, plain.method, plain.headers);
    else if (word === "cancel") this.#cancels();
    else if (word === "answers") this.#answers();
    else this.#toMedia(word);
  }

  #send(text: string): void {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    for (const port of [5060, this.#lines]) {
      if (port !== undefined) this.#socket?.send(bytes, { host: BENCH_HOST, port });
    }
  }

  /** Names the call that was seen, with a tag that is not its own. */
  #inCall(method: string, headers: readonly string[]): void {
    const seen = this.#seen;
    if (seen === undefined) return;
    const { from, to, callId } = seen;
    const isSwapped = this.#count % 2 === 0;
    const [own, other] = isSwapped ? [to, from] : [from, to];
    const spoiled = (party: string, isSpoiled: boolean): string =>
      /;tag=/.test(party)
        ? party.replace(/;tag=/, isSpoiled ? ";tag=x" : ";tag=")
        : `${party};tag=x`;
    const which = this.#count % 3;
    this.#request(method, {
      from: spoiled(own, which !== 1),
      to: spoiled(other, which !== 2),
      callId,
      uri: `sip:101@${BENCH_HOST}`,
      headers,
    });
  }

  #toUser(user: string, method: string, headers: readonly string[]): void {
    const at = `${user}@${BENCH_HOST}`;
    const body = method === "INVITE" ? sdpOf() : method === "MESSAGE" ? "boo" : "";
    this.#request(method, {
      from: `<sip:${user}@${HOST}>;tag=s${this.#count}`,
      to: `<sip:${at}>`,
      callId: `stranger-${this.#count}`,
      uri: method === "REGISTER" ? `sip:${BENCH_HOST}` : `sip:${at}`,
      headers,
      body,
    });
  }

  #request(
    method: string,
    parts: {
      readonly from: string;
      readonly to: string;
      readonly callId: string;
      readonly uri: string;
      readonly headers: readonly string[];
      readonly body?: string;
    },
  ): void {
    const lines = [
      `${method} ${parts.uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${HOST}:5060;branch=z9hG4bKs${this.#count}`,
      "Max-Forwards: 70",
      `From: ${parts.from}`,
      `To: ${parts.to}`,
      `Call-ID: ${parts.callId}`,
      `CSeq: ${1000 + this.#count} ${method}`,
      `Contact: <sip:stranger@${HOST}>`,
      ...parts.headers,
    ];
    this.#send(withBody(lines, parts.body ?? ""));
  }

  /** A CANCEL of the INVITE that was seen, by a branch that is nearly its own. */
  #cancels(): void {
    const seen = this.#seen;
    if (seen === undefined) return;
    const { from, to, callId, via, cseq } = seen;
    const lines = [
      `CANCEL sip:101@${BENCH_HOST} SIP/2.0`,
      via.replace(/branch=/, "branch=z9hG4bKx"),
      "Max-Forwards: 70",
      ...[`From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, `CSeq: ${cseq} CANCEL`],
    ];
    this.#send(withBody(lines, ""));
  }

  /** Answers to what the box asked somebody else. */
  #answers(): void {
    const seen = this.#seen;
    if (seen === undefined) return;
    const { from, to, callId, via, cseq } = seen;
    const statuses = ["200 OK", "486 Busy Here", "183 Session Progress", "401 Who"];
    const lines = [
      `SIP/2.0 ${statuses[this.#count % statuses.length]}`,
      via.replace(/branch=/, "branch=z9hG4bKx"),
      ...[`From: ${from}`, `To: ${to};tag=s`, `Call-ID: ${callId}`, `CSeq: ${cseq} INVITE`],
      `Contact: <sip:stranger@${HOST}>`,
    ];
    this.#send(withBody(lines, ""));
  }

  #toMedia(word: StrangerAct["word"]): void {
    const port = this.#media;
    if (port === undefined) return;
    if (word === "sound") {
      void this.#sound(port);
      return;
    }
    if (isTheft(word)) {
      this.#thief.does(word, this.#socket);
      return;
    }
    const bytes = MEDIA[word] ?? new Uint8Array(0);
    for (const each of [port, port + 1])
      this.#socket?.send(bytes, { host: BENCH_HOST, port: each });
  }

  async #sound(port: number): Promise<void> {
    const { clock } = this.#place.world;
    const peer = await RtpPeer.create({
      ...{ udp: this.#place.udp(HOST), clock, random: this.#place.world.random("stranger") },
      local: { host: HOST, port: 30_000 + 2 * this.#sounds++ },
    });
    peer.sendTone([STRANGER_HZ]);
    peer.start({ host: BENCH_HOST, port });
    clock.at(clock.nowMs() + TONE_MS, () => peer.close());
  }

  #hear(text: string): void {
    const status = statusOf(text);
    if (!text.startsWith("SIP/2.0 ") || status < 200 || status > 299) return;
    const isOwn = (headerValue(text, "Call-ID") ?? "").startsWith("stranger-");
    const method = methodOf(text);
    const isWrong = FORBIDDEN.test(method) || (OPEN.test(method) && !(isOwn && this.#isOpen));
    if (isWrong) this.#faults.push(`a stranger's ${method} got ${startLine(text)}`);
  }

  #watch({ kind, from, payload }: DatagramEvent): void {
    const first = payload[0] ?? 0;
    if (kind !== "datagram-sent" || first < 0x41 || first > 0x5a || from.host === HOST) return;
    const text = latin1FromBytes(payload);
    if (from.host === BENCH_HOST) {
      if (text.startsWith("REGISTER ")) this.#lines = from.port;
      const port = Number(/^m=audio (\d+)/m.exec(bodyOf(text))?.[1] ?? 0);
      if (port > 0) this.#media = port;
    }
    if (!/INVITE$/.test(headerValue(text, "CSeq") ?? "")) return;
    this.#seen = {
      callId: headerValue(text, "Call-ID") ?? "",
      from: headerValue(text, "From") ?? "",
      to: headerValue(text, "To") ?? "",
      via: headerLines(text, "Via")[0] ?? "",
      cseq: (headerValue(text, "CSeq") ?? "1").split(" ")[0] ?? "1",
    };
  }
}

const MEDIA: Partial<Readonly<Record<StrangerAct["word"], Uint8Array>>> = {
  // A BYE of everybody, an address of nobody, bytes of nothing.
  "rtcp-bye": Uint8Array.of(0x81, 203, 0, 1, 1, 2, 3, 4),
  stun: Uint8Array.of(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...Array.from({ length: 12 }, () => 7)),
  noise: Uint8Array.from({ length: 200 }, (_, at) => (at * 37) & 0xff),
};

function sdpOf(): string {
  const lines = ["v=0", `o=- 1 1 IN IP4 ${HOST}`, "s=-", `c=IN IP4 ${HOST}`, "t=0 0"];
  return [...lines, "m=audio 31000 RTP/AVP 0", ""].join("\r\n");
}
