import { bytesFromLatin1 } from "../../src/base/bytes.ts";
import { hashes } from "../../src/hal/node/hashes.ts";
import { peerRequest, tagIn } from "../../src/sip/testing/calls.ts";
import { Desk, field, type Letter, OURS, PEER } from "../../src/sip/testing/desk.ts";
import type { SipAddress, UserAgentConfig } from "../../src/sip/user-agent-types.ts";
import { AutoAnswer, mediaOf } from "./sip-auto-answer.ts";

/** An offer that any telephone takes. */
const PLAIN_OFFER = [
  "v=0",
  "o=- 1 1 IN IP4 192.0.2.20",
  "s=-",
  "c=IN IP4 192.0.2.20",
  "t=0 0",
  "m=audio 4000 RTP/AVP 0",
  "",
].join("\r\n");

/** A user agent in virtual time that takes every call; datagrams go in and out as literal text. */
export class AnsweringPhone {
  readonly desk: Desk;
  readonly #answers: AutoAnswer;
  #calls = 0;

  /** `host` is where its voice is wanted: of the family that callers offer. */
  constructor(config: Partial<UserAgentConfig> = {}, host: string = OURS.host) {
    this.desk = new Desk({ hashes, ...config });
    this.#answers = new AutoAnswer(mediaOf({ host, port: 4002 }));
  }

  /** Hands a datagram in, byte for byte; what it answers to it at once. */
  receive(text: string, from: SipAddress = PEER): readonly Letter[] {
    this.desk.letters = [];
    this.desk.receiveBytes(bytesFromLatin1(text), from);
    this.#react();
    const { letters } = this.desk;
    this.desk.letters = [];
    return letters;
  }

  /** The final status that each datagram was answered with; `-` where there was no answer. */
  statusOf(letters: readonly Letter[]): string {
    const finals = letters.map(({ text }) => statusIn(text)).filter((status) => status >= 200);
    return finals.length === 0 ? "-" : finals.join(" ");
  }

  /** A whole call from another caller, from INVITE to BYE; whatever goes wrong in it. */
  nextCall(): string {
    const name = `next-${++this.#calls}`;
    const about = { callId: name, fromTag: name };
    const invite = { ...about, method: "INVITE", cseq: 1, branch: `z9hG4bK${name}i` };
    const answered = this.receive(wire(peerRequest({ ...invite, body: PLAIN_OFFER })));
    const ok = answered.at(-1)?.text ?? "";
    if (this.statusOf(answered) !== "200") return `INVITE: ${this.statusOf(answered)}`;
    const toTag = tagIn(ok, "To");
    if (field(ok, "Call-ID") !== name || toTag === "") return "INVITE: another call was answered";
    const ack = { ...about, method: "ACK", cseq: 1, branch: `z9hG4bK${name}a`, toTag };
    const silence = this.receive(wire(peerRequest(ack)));
    if (silence.length > 0) return "ACK: something was answered";
    const bye = { ...about, method: "BYE", cseq: 2, branch: `z9hG4bK${name}b`, toTag };
    const ended = this.receive(wire(peerRequest(bye)));
    return this.statusOf(ended) === "200" ? "works" : `BYE: ${this.statusOf(ended)}`;
  }

  #react(): void {
    for (let events = this.desk.events; events.length > 0; events = this.desk.events) {
      this.desk.events = [];
      for (const event of events) {
        for (const command of this.#answers.react(event)) this.desk.command(command);
      }
    }
  }
}

/** The status of a response in literal text; 0 of a request. */
export function statusIn(text: string): number {
  return Number(/^SIP\/2\.0 (\d{3}) /.exec(text)?.[1] ?? 0);
}

/** Text as it is on the wire: each line ends with CRLF. */
export function wire(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}
