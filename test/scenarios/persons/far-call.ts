import type { SocketAddress } from "../../../src/base/address.ts";
import type { Timer } from "../../../src/hal/ports/clock.ts";
import { RtpPeer } from "../../hw-sim/peers/rtp-peer.ts";
import { bodyOf, headerLines, headerValue, replyText } from "../../hw-sim/peers/sip-text.ts";
import { FAR_HOST, sdp } from "../support/far-end.ts";
import type { FarCallPlace, FarParties, FarRequest } from "./far-call-types.ts";
import { digestFor, methodOf, type Route, statusOf, withBody } from "./far-wire.ts";
import { farVoice } from "./voices.ts";

const SDP_TYPE = "Content-Type: application/sdp";
/** A 200 that no ACK comes for is sent so often. */
const ANSWERS_MAX = 8;
const ANSWER_AGAIN_MS = 1000;
/** How long whoever is called, or calls, says who it is. */
const HELLO_MS = 1500;

/** One call of the far side, either way round, with a voice. */
export class FarCall {
  readonly parties: FarParties;
  readonly tag: string;
  readonly #place: FarCallPlace;
  /** The INVITE that came, while it is not answered. */
  invite: { readonly text: string; readonly route: Route } | undefined;
  otherTag = "";
  stage: "early" | "up" | "over" = "early";
  /** How it takes what comes inside the call. */
  hearing: "well" | "deaf" | "forgets" | "refuses" = "well";
  /** How it acknowledges answers to INVITEs: as it must, without an answer to an offer, never. */
  acks: "well" | "bare" | "never" = "well";
  glares = 0;
  ignoresCancel = false;
  /** What is to be done when the answer is acknowledged. */
  onUp: (() => void) | undefined;
  #target: string;
  #cseq = 1;
  #inviteCseq = 1;
  #version = 0;
  #answering: Timer | undefined;
  readonly #rtpPort: number;
  #rtp: RtpPeer | undefined;
  #voiceTo: SocketAddress | undefined;
  #offered = "";
  #headers: readonly string[] = [];
  #isOpening = false;

  constructor(place: FarCallPlace, parties: FarParties) {
    this.#place = place;
    this.parties = parties;
    this.#target = parties.target;
    this.tag = place.wire.token();
    this.#rtpPort = place.nextPort();
  }

  /** Does something later, unless the call is over by then. */
  after(ms: number, run: () => void): void {
    const { clock } = this.#place;
    clock.at(clock.nowMs() + ms, () => {
      if (this.stage !== "over") run();
    });
  }

  /** Our description now. */
  sdp(direction = "sendrecv", port = this.#rtpPort): string {
    this.#version++;
    return sdp(direction, this.#version, { host: FAR_HOST, port });
  }

  /** Begins to call. */
  call(
    body: string,
    headers: readonly string[] = [],
    onResponse: (text: string) => void = () => {},
  ): void {
    this.#headers = headers.filter((line) => !line.includes("uthorization: "));
    this.#ask("INVITE", {
      headers,
      body,
      onAnswer: (text) => this.#called(text, body, onResponse),
    });
  }

  /** The same INVITE over another way: whatever is said to it is nothing to us. */
  callsAgain(body: string): void {
    const text = this.#print("INVITE", String(this.#inviteCseq), [SDP_TYPE], body);
    this.#place.wire.ask(text, this.parties.route, () => {});
  }

  /** Gives the call up that nobody has answered. */
  cancel(): void {
    const { wire } = this.#place;
    const invite = this.#offered;
    if (invite === "") return;
    const lines = [
      invite.split("\r\n", 1)[0]?.replace("INVITE", "CANCEL") ?? "",
      ...headerLines(invite, "Via"),
      "Max-Forwards: 70",
      ...headerLines(invite, "From"),
      ...headerLines(invite, "To"),
      ...headerLines(invite, "Call-ID"),
      `CSeq: ${this.#inviteCseq} CANCEL`,
    ];
    wire.ask(withBody(lines, ""), this.parties.route, () => {});
  }

  /** A provisional answer to the INVITE that came. */
  rings(status: string, options: { body?: string; tag?: string; headers?: string[] } = {}): void {
    this.#reply(status, options);
  }

  /** Answers it, until the ACK comes. */
  answers(options: { body?: string; tag?: string; headers?: string[] } = {}): void {
    const invite = this.invite;
    if (invite === undefined || this.stage !== "early") return;
    this.stage = "up";
    const body = options.body ?? this.sdp();
    const send = (left: number): void => {
      this.#reply("200 OK", { ...options, body });
      if (left === 0) return;
      const { clock } = this.#place;
      const atMs = clock.nowMs() + ANSWER_AGAIN_MS;
      this.#answering = clock.at(atMs, () => send(left - 1));
    };
    send(ANSWERS_MAX);
    this.#speaks(bodyOf(invite.text));
  }

  /** Refuses it. */
  refuses(status: string, headers: readonly string[] = []): void {
    this.#reply(status, { headers });
    this.over();
  }

  /** A request inside the call. */
  request(method: string, { headers = [], body = "", onAnswer }: FarRequest = {}): void {
    if (this.stage === "over") return;
    this.#cseq++;
    const type =
      body === "" || headers.some((line) => /^content-type/i.test(line)) ? [] : [SDP_TYPE];
    this.#ask(method, {
      headers: [...headers, ...type],
      body,
      onAnswer: (text) => {
        if (method === "INVITE" && statusOf(text) >= 200 && statusOf(text) < 300) {
          this.#acknowledge(text, body === "" ? this.sdp() : "");
        }
        onAnswer?.(text);
      },
    });
  }

  /** Its count of requests falls back. */
  countsBack(by: number): void {
    this.#cseq -= by;
  }

  hangUp(): void {
    if (this.stage === "over") return;
    if (this.stage === "up") this.request("BYE");
    else if (this.invite === undefined) this.cancel();
    else this.refuses("480 Gone");
    this.over();
  }

  over(): void {
    this.stage = "over";
    this.#answering?.cancel();
    this.#rtp?.close();
    this.#rtp = undefined;
  }

  /** What to send besides silence. */
  sounds(play: (rtp: RtpPeer) => void): void {
    if (this.#rtp !== undefined) play(this.#rtp);
  }

  /** A request that came inside the call, the INVITE apart. */
  hears(text: string, route: Route): void {
    const method = methodOf(text);
    if (method === "ACK") {
      this.#answering?.cancel();
      this.#answering = undefined;
      if (bodyOf(text) !== "") this.#speaks(bodyOf(text));
      this.onUp?.();
      this.onUp = undefined;
      return;
    }
    if (this.hearing === "deaf") return;
    const reply = (status: string, headers: readonly string[] = [], body = ""): void => {
      const toTag = this.tag;
      this.#place.wire.answer(text, replyText(text, status, { toTag, headers, body }), route);
    };
    if (this.hearing === "forgets" && method !== "BYE") {
      reply("481 Never Heard Of It");
      return;
    }
    switch (method) {
      case "BYE":
        reply("200 OK");
        this.over();
        return;
      case "CANCEL":
        reply("200 OK");
        this.#cancelled();
        return;
      case "INVITE":
      case "UPDATE":
        if (this.hearing === "refuses") reply("488 Not Acceptable Here");
        else this.#reoffered(text, reply);
        return;
      case "REFER":
        reply("202 Accepted");
        this.#refers();
        return;
      default:
        reply("200 OK");
        return;
    }
  }

  #reoffered(
    text: string,
    reply: (status: string, headers?: readonly string[], body?: string) => void,
  ): void {
    if (this.glares > 0) {
      this.glares--;
      reply("491 Request Pending");
      return;
    }
    const offer = bodyOf(text);
    this.#speaks(offer);
    const held = /a=(sendonly|inactive)/.exec(offer)?.[1];
    const direction = held === "sendonly" ? "recvonly" : (held ?? "sendrecv");
    const isEmpty = offer === "" && methodOf(text) === "UPDATE";
    if (isEmpty) {
      reply("200 OK", [this.#contact()]);
      return;
    }
    reply("200 OK", [this.#contact(), SDP_TYPE], this.sdp(direction));
  }

  #cancelled(): void {
    if (this.stage !== "early") return;
    if (this.ignoresCancel) {
      this.answers();
      return;
    }
    this.refuses("487 Request Terminated");
  }

  /** Tells of a call that it never makes. */
  #refers(): void {
    const tell = (state: string, status: string): void =>
      this.request("NOTIFY", {
        headers: [
          "Event: refer",
          `Subscription-State: ${state}`,
          "Content-Type: message/sipfrag;version=2.0",
        ],
        body: `SIP/2.0 ${status}\r\n`,
      });
    tell("active;expires=60", "100 Trying");
    this.after(900, () => tell("terminated;reason=noresource", "200 OK"));
  }

  #called(text: string, body: string, onResponse: (text: string) => void): void {
    const status = statusOf(text);
    if (status > 100 && this.otherTag === "") this.otherTag = tagOf(text);
    if ((status === 401 || status === 407) && !this.#offered.includes("uthorization: Digest")) {
      const uri = this.#target;
      this.otherTag = "";
      this.#cseq++;
      const credentials = digestFor(text, "INVITE", uri, this.parties.user);
      if (this.stage === "over") return;
      this.call(body, [credentials, ...this.#headers], onResponse);
      return;
    }
    if (status >= 300) this.over();
    else if (status >= 200) {
      const isFirst = this.stage === "early";
      this.otherTag = tagOf(text);
      this.#acknowledge(text, body === "" ? this.sdp() : "");
      if (this.stage === "over") {
        // It was given up meanwhile.
        this.stage = "up";
        this.hangUp();
        return;
      }
      this.stage = "up";
      if (isFirst) this.#speaks(bodyOf(text));
    }
    onResponse(text);
  }

  #acknowledge(accepted: string, body: string): void {
    const target = /<([^>]+)>/.exec(headerValue(accepted, "Contact") ?? "")?.[1];
    if (target !== undefined) this.#target = target;
    if (this.acks === "never") return;
    const cseq = (headerValue(accepted, "CSeq") ?? "").split(" ")[0] ?? "1";
    const answer = this.acks === "bare" ? "" : body;
    const type = answer === "" ? [] : [SDP_TYPE];
    this.#place.wire.send(this.#print("ACK", cseq, type, answer), this.parties.route);
  }

  #ask(method: string, { headers = [], body = "", onAnswer = () => {} }: FarRequest): void {
    const typed = body === "" || headers.some((line) => line === SDP_TYPE);
    const type = typed || headers.some((line) => /^content-type/i.test(line)) ? [] : [SDP_TYPE];
    const text = this.#print(method, String(this.#cseq), [...headers, ...type], body);
    if (method === "INVITE" && this.stage === "early") {
      this.#offered = text;
      this.#inviteCseq = this.#cseq;
    }
    this.#place.wire.ask(text, this.parties.route, onAnswer);
  }

  #print(method: string, cseq: string, headers: readonly string[], body: string): string {
    const { wire } = this.#place;
    const { own, other, callId, routes = [] } = this.parties;
    const to = this.otherTag === "" ? other : `${other};tag=${this.otherTag}`;
    const lines = [
      `${method} ${this.#target} SIP/2.0`,
      `Via: SIP/2.0/${wire.transport} ${wire.local};rport;branch=z9hG4bK${wire.token()}`,
      ...routes,
      "Max-Forwards: 70",
      `From: ${own};tag=${this.tag}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      this.#contact(),
      ...headers,
    ];
    return withBody(lines, body);
  }

  #contact(): string {
    const { wire } = this.#place;
    const transport = wire.transport === "UDP" ? "" : `;transport=${wire.transport.toLowerCase()}`;
    return `Contact: <sip:${this.parties.user}@${wire.local}${transport}>`;
  }

  #reply(
    status: string,
    options: { body?: string; tag?: string; headers?: readonly string[] },
  ): void {
    const { invite } = this;
    if (invite === undefined) return;
    const { body = "", tag = this.tag, headers = [] } = options;
    const routes = headerLines(invite.text, "Record-Route");
    const more = [...routes, this.#contact(), ...(body === "" ? [] : [SDP_TYPE]), ...headers];
    const text = replyText(invite.text, status, { toTag: tag, headers: more, body });
    this.#place.wire.answer(invite.text, text, invite.route);
  }

  /** Sends to where a description says. */
  #speaks(description: string): void {
    const host = /^c=IN IP4 (\S+)/m.exec(description)?.[1];
    const port = Number(/^m=audio (\d+)/m.exec(description)?.[1] ?? 0);
    if (host === undefined || port === 0 || this.stage === "over") return;
    this.#voiceTo = { host, port };
    if (this.#rtp !== undefined) this.#rtp.start(this.#voiceTo);
    else if (!this.#isOpening) void this.#openVoice();
  }

  async #openVoice(): Promise<void> {
    this.#isOpening = true;
    const { udp, clock, random } = this.#place;
    const local = { host: FAR_HOST, port: this.#rtpPort };
    const opened = await RtpPeer.create({ udp, clock, random, local }).catch(() => undefined);
    this.#isOpening = false;
    if (opened === undefined) return;
    if (this.stage === "over") {
      opened.close();
      return;
    }
    this.#rtp = opened;
    opened.say(farVoice(this.#rtpPort / 2, HELLO_MS));
    if (this.#voiceTo !== undefined) opened.start(this.#voiceTo);
  }
}

/** The tag of a response's To. */
function tagOf(text: string): string {
  return /;\s*tag=([^;\s]+)/i.exec(headerValue(text, "To") ?? "")?.[1] ?? "";
}
