import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import {
  bodyOf,
  fillTemplate,
  headerLines,
  headerValue,
  replyText,
  startLine,
} from "../../test/hw-sim/peers/sip-text.ts";
import { VOICES, type VoiceFormat } from "./voices.ts";

/** Where somebody registered, and when the registrar said so. */
export interface Binding {
  readonly host: string;
  readonly port: number;
  readonly contact: string;
  readonly atMs: number;
}

/** Where the called party's RTP is to go. */
export interface AnsweredCall {
  readonly host: string;
  readonly port: number;
}

const HOST = "127.0.0.1";
const NONCE = "f84f1cec41e6cbe5aea9c8e88d359";

/**
 * A registrar that also calls, in literal text on loopback: just enough to put a program into
 * calls. A REGISTER is challenged once, and then taken whatever the answer is.
 */
export class SipServer {
  readonly #socket: Socket;
  readonly #bindings = new Map<string, Binding>();
  readonly #waiting = new Map<string, (binding: Binding) => void>();
  /** By Call-ID: who takes the final response of an INVITE. */
  readonly #calls = new Map<string, (response: string) => void>();
  #count = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (bytes, from) => {
      const message = bytes.toString("latin1");
      if (message.startsWith("SIP/2.0 ")) this.#response(message);
      else this.#request(message, from);
    });
  }

  static async open(): Promise<SipServer> {
    const socket = createSocket("udp4");
    socket.bind(0, HOST);
    await once(socket, "listening");
    return new SipServer(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Waits until somebody has registered; at once where that is so already. */
  registered(user: string, limitMs: number): Promise<Binding> {
    const known = this.#bindings.get(user);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(user);
        reject(new Error(`${user} did not register in ${limitMs} ms`));
      }, limitMs);
      this.#waiting.set(user, (binding) => {
        clearTimeout(timer);
        resolve(binding);
      });
    });
  }

  /** Calls somebody registered, with RTP to a port of ours; resolves when answered. */
  async call(
    user: string,
    rtpPort: number,
    limitMs: number,
    voice: VoiceFormat = VOICES.pcmu,
  ): Promise<AnsweredCall> {
    const binding = this.#bindings.get(user);
    if (binding === undefined) throw new Error(`${user} is not registered`);
    const callId = `bench-${process.pid}-${this.#count++}`;
    const head = {
      contact: binding.contact,
      local: `${HOST}:${this.port}`,
      user,
      "call-id": callId,
      "rtp-port": String(rtpPort),
      "payload-type": String(voice.payloadType),
      rtpmap: voice.sdp,
    };
    const send = (template: string, more: Readonly<Record<string, string>> = {}): void => {
      const text = fillTemplate(template, { ...head, ...more });
      this.#socket.send(Buffer.from(text, "latin1"), binding.port, binding.host);
    };
    const response = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#calls.delete(callId);
        reject(new Error(`${user} did not answer in ${limitMs} ms`));
      }, limitMs);
      this.#calls.set(callId, (final) => {
        clearTimeout(timer);
        // A response that comes again has lost its ACK.
        const to = headerLines(final, "To").join("\r\n");
        send(ACK, { to, branch: `z9hG4bK-${callId}-ack` });
        resolve(final);
      });
      send(INVITE, { branch: `z9hG4bK-${callId}` });
    });
    if (!response.startsWith("SIP/2.0 200 ")) throw new Error(`${user}: ${startLine(response)}`);
    const body = bodyOf(response);
    const host = /^c=IN IP4 (\S+)/m.exec(body)?.[1];
    const [, port, type] = /^m=audio (\d+) RTP\/AVP (\d+)\b/m.exec(body) ?? [];
    if (host === undefined || port === undefined || Number(type) !== voice.payloadType) {
      throw new Error(`${user} answered no ${voice.name}`);
    }
    return { host, port: Number(port) };
  }

  close(): void {
    this.#socket.close();
  }

  #response(message: string): void {
    const final = /^SIP\/2\.0 [2-6]/.test(message) && /^\d+ INVITE$/.test(cseqOf(message));
    if (final) this.#calls.get(headerValue(message, "Call-ID") ?? "")?.(message);
  }

  #request(message: string, from: { readonly address: string; readonly port: number }): void {
    const reply = (status: string, headers: readonly string[] = []): void => {
      const text = fillTemplate(replyText(message, status, { toTag: "bench", headers }), {});
      this.#socket.send(Buffer.from(text, "latin1"), from.port, from.address);
    };
    if (message.startsWith("ACK ")) return;
    if (!message.startsWith("REGISTER ")) reply("200 OK");
    else if (headerValue(message, "Authorization") === undefined) {
      const challenge = `Digest realm="bench", nonce="${NONCE}", algorithm=MD5, qop="auth"`;
      reply("401 Unauthorized", [`WWW-Authenticate: ${challenge}`]);
    } else this.#register(message, from, reply);
  }

  #register(
    message: string,
    from: { readonly address: string; readonly port: number },
    reply: (status: string, headers?: readonly string[]) => void,
  ): void {
    const user = /sips?:([^@;>]+)@/.exec(headerValue(message, "To") ?? "")?.[1] ?? "";
    const contact = /<([^>]+)>/.exec(headerValue(message, "Contact") ?? "")?.[1] ?? "";
    const expires = headerValue(message, "Expires") ?? "3600";
    reply("200 OK", [`Contact: <${contact}>;expires=${expires}`]);
    if (expires === "0") return;
    const { address: host, port } = from;
    const binding = { host, port, contact, atMs: performance.now() };
    this.#bindings.set(user, binding);
    this.#waiting.get(user)?.(binding);
    this.#waiting.delete(user);
  }
}

function cseqOf(message: string): string {
  return headerValue(message, "CSeq") ?? "";
}

const INVITE = `
INVITE {contact} SIP/2.0
Via: SIP/2.0/UDP {local};branch={branch};rport
Max-Forwards: 70
From: <sip:bench@{local}>;tag={call-id}
To: <sip:{user}@{local}>
Call-ID: {call-id}
CSeq: 1 INVITE
Contact: <sip:bench@{local}>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {rtp-port} RTP/AVP {payload-type}
{rtpmap}a=ptime:20
a=sendrecv
`;

const ACK = `
ACK {contact} SIP/2.0
Via: SIP/2.0/UDP {local};branch={branch};rport
Max-Forwards: 70
From: <sip:bench@{local}>;tag={call-id}
{to}
Call-ID: {call-id}
CSeq: 1 ACK
Content-Length: 0

`;
