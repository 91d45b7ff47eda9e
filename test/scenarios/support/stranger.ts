import { bytesFromLatin1, latin1FromBytes } from "../../../src/base/bytes.ts";
import type { UdpSocket } from "../../../src/hal/ports/net.ts";
import type { Bench } from "../../hw-sim/bench/bench.ts";

/** Somebody on the network with a socket and no manners. */
export class Stranger {
  readonly #socket: UdpSocket;
  readonly #heard: string[];

  private constructor(socket: UdpSocket, heard: string[]) {
    this.#socket = socket;
    this.#heard = heard;
  }

  static async open(bench: Bench, host = "10.0.0.66"): Promise<Stranger> {
    const heard: string[] = [];
    const socket = await bench.udp(host).bind({
      host,
      port: 5060,
      onDatagram: (payload) => heard.push(latin1FromBytes(payload)),
      onFault: () => {},
    });
    return new Stranger(socket, heard);
  }

  /** What came back. */
  get heard(): readonly string[] {
    return this.#heard;
  }

  send(payload: Uint8Array | string, host: string, port: number): void {
    const bytes = typeof payload === "string" ? bytesFromLatin1(payload) : payload;
    this.#socket.send(bytes, { host, port });
  }
}

/** What is wrong with a message of {@link badMessages}. */
export interface BadMessage {
  readonly what: string;
  readonly text: string;
}

const CRLF = "\r\n";

/** A request that is right, to spoil: to a user that nobody has. */
export function request(parts: Readonly<Record<string, string>> = {}): string {
  const { method = "INVITE", uri = "sip:nobody@10.0.0.1", version = "SIP/2.0" } = parts;
  const headers: Readonly<Record<string, string>> = {
    Via: `SIP/2.0/UDP 10.0.0.66:5060;branch=z9hG4bK${parts["branch"] ?? "bad"}`,
    "Max-Forwards": "70",
    From: "<sip:stranger@10.0.0.66>;tag=s1",
    To: "<sip:nobody@10.0.0.1>",
    "Call-ID": `bad-${parts["branch"] ?? "call"}`,
    CSeq: `1 ${method}`,
    Contact: "<sip:stranger@10.0.0.66>",
    "Content-Length": "0",
  };
  const lines = Object.entries(headers).flatMap(([name, value]) => {
    const given = parts[name] ?? value;
    return given === "" ? [] : [`${name}: ${given}`];
  });
  const extra = parts["extra"] ?? "";
  return `${[`${method} ${uri} ${version}`, ...lines].join(CRLF)}${CRLF}${extra}${CRLF}`;
}

const long = (count: number, of = "x"): string => of.repeat(count);
const raw = (what: string, text: string): BadMessage => ({ what, text });
const make = (what: string, parts: Readonly<Record<string, string>>): BadMessage => ({
  what,
  text: request({ branch: what.replace(/\W/g, ""), ...parts }),
});

/** Messages that are wrong in one way each. None of them may start a call at a line. */
export function badMessages(): readonly BadMessage[] {
  return [...unreadable(), ...spoiled()];
}

/** What is no SIP message, or only the half of one. */
function unreadable(): readonly BadMessage[] {
  return [
    raw("nothing at all", ""),
    raw("a keep-alive", "\r\n\r\n"),
    raw("half a keep-alive", "\r\n"),
    raw("zeros", long(64, "\0")),
    raw("one letter", "I"),
    raw("a start line without end", "INVITE sip:101@10.0.0.1 SIP/2.0"),
    raw("a request without headers", "INVITE sip:101@10.0.0.1 SIP/2.0\r\n\r\n"),
    raw("a response without headers", "SIP/2.0 200 OK\r\n\r\n"),
    raw("another protocol", "GET / HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n"),
    raw("a start line of blanks", `${long(900, " ")}\r\n\r\n`),
    raw("headers without colons", `${request().replaceAll(": ", " ")}`),
    raw("bare line feeds", request({ branch: "lf" }).replaceAll(CRLF, "\n")),
    raw("bare carriage returns", request({ branch: "cr" }).replaceAll(CRLF, "\r")),
    raw("cut in a header", request({ branch: "cut" }).slice(0, 120)),
    raw("a fold before the first header", request().replace("Via:", " Via:")),
    raw("an answer to nothing", request({ branch: "un" }).replace(/^.*\r\n/, "SIP/2.0 200 OK\r\n")),
    raw("a status of 42", request({ branch: "42" }).replace(/^.*\r\n/, "SIP/2.0 42 What\r\n")),
    raw("a status of 4294967301", request().replace(/^.*\r\n/, "SIP/2.0 4294967301 Big\r\n")),
    raw("65 507 bytes", `${request({ branch: "big" })}${long(65_000)}`),
  ];
}

/** Requests with one thing wrong. */
function spoiled(): readonly BadMessage[] {
  return [
    make("no Via", { Via: "" }),
    make("a Via of another transport", { Via: "SIP/2.0/CARRIER-PIGEON nest;branch=z9hG4bKp" }),
    make("a Via port out of range", { Via: "SIP/2.0/UDP 10.0.0.66:99999;branch=z9hG4bKq" }),
    make("a Via to the box itself", { Via: "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKself" }),
    make("no Call-ID", { "Call-ID": "" }),
    make("no CSeq", { CSeq: "" }),
    make("a CSeq of another method", { CSeq: "1 OPTIONS" }),
    make("a CSeq too large", { CSeq: "36893488147419103232 INVITE" }),
    make("a negative CSeq", { CSeq: "-1 INVITE" }),
    make("no From", { From: "" }),
    make("no To", { To: "" }),
    make("a From without end", { From: '"stranger <sip:stranger@10.0.0.66;tag=s1' }),
    make("a display name with an open quote", { From: '"Mr. "X" <sip:x@10.0.0.66>;tag=s1' }),
    make("two From", { extra: "From: <sip:other@10.0.0.66>;tag=s2\r\n" }),
    make("an unknown scheme", { uri: "nobodyKnowsThisScheme:soft@10.0.0.1" }),
    make("an address without a scheme", { uri: "101" }),
    make("an address with blanks", { uri: "sip:101 @10.0.0.1" }),
    make("escapes cut short", { uri: "sip:10%3@10.0.0.1" }),
    make("an escaped NUL", { uri: "sip:no%00body@10.0.0.1" }),
    make("a version of tomorrow", { version: "SIP/7.0" }),
    make("an unknown method", { method: "NEWMETHOD" }),
    make("a method of odd characters", { method: "!interesting-Method0123456789_*+`.%~" }),
    make("a lower-case method", { method: "invite" }),
    make("a method with a slash", { method: "IN/VITE" }),
    make("Max-Forwards of no number", { "Max-Forwards": "seventy" }),
    make("Max-Forwards over", { "Max-Forwards": "300" }),
    make("Content-Length beyond the datagram", { "Content-Length": "9999" }),
    make("a negative Content-Length", { "Content-Length": "-999" }),
    make("Content-Length of no number", { "Content-Length": "0x10" }),
    make("an extension that is required", { extra: "Require: nothingSupportsThis\r\n" }),
    make("a body of no type", { extra: "Content-Type: application/unknown\r\n" }),
    make("a thousand Via", { extra: long(1000, "Via: SIP/2.0/UDP a;branch=z9hG4bKb\r\n") }),
    make("a thousand headers", { extra: long(1000, "X: y\r\n") }),
    make("a header of 30 000 letters", { extra: `X-Long: ${long(30_000)}\r\n` }),
    make("an address of 10 000 letters", { uri: `sip:${long(10_000)}@10.0.0.1` }),
    make("parameters without end", { To: `<sip:101@10.0.0.1>${long(5000, ";a=b")}` }),
    make("bytes that are no text", { extra: "X-Bytes: \xff\xfe\x00\x80\xc3\r\n" }),
    make("a BYE of no call", { method: "BYE", To: "<sip:101@10.0.0.1>;tag=none" }),
    make("an ACK of no call", { method: "ACK", To: "<sip:101@10.0.0.1>;tag=none" }),
    make("a CANCEL of no call", { method: "CANCEL" }),
    make("an UPDATE of no call", { method: "UPDATE", To: "<sip:101@10.0.0.1>;tag=none" }),
    make("a REGISTER of everybody", { method: "REGISTER", Contact: "*", extra: "Expires: 0\r\n" }),
    make("a REGISTER of somebody else", { method: "REGISTER", To: "<sip:101@10.0.0.1>" }),
    make("credentials of nonsense", {
      method: "REGISTER",
      To: "<sip:101@10.0.0.1>",
      extra: 'Authorization: Digest username="101", nonce="", response=",,,=\r\n',
    }),
  ];
}
