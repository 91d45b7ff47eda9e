import { answerTo, type Desk, field, PEER } from "./desk.ts";

/** What a literal-text caller says. `cseq` and `branch` tell its requests apart. */
export interface PeerRequest {
  readonly method: string;
  readonly cseq: number;
  readonly branch: string;
  readonly uri?: string;
  readonly toTag?: string;
  readonly callId?: string;
  readonly fromTag?: string;
  readonly extra?: readonly string[];
  readonly body?: string;
  /** The method CSeq names, where it is another. */
  readonly cseqMethod?: string;
}

/** A request of the peer's as text. */
export function peerRequest(request: PeerRequest): string {
  const { method, cseq, branch, body = "", fromTag = "peer" } = request;
  const toTag = request.toTag === undefined ? "" : `;tag=${request.toTag}`;
  return [
    `${method} ${request.uri ?? "sip:101@192.0.2.10"} SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.20:5060;branch=${branch}`,
    "Max-Forwards: 70",
    `From: "Bob" <sip:bob@192.0.2.20>;tag=${fromTag}`,
    `To: <sip:101@192.0.2.10>${toTag}`,
    `Call-ID: ${request.callId ?? "peer-call"}`,
    `CSeq: ${cseq} ${request.cseqMethod ?? method}`,
    "Contact: <sip:bob@192.0.2.20:5060>",
    ...(request.extra ?? []),
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\n");
}

/** The tag of a From or To field in literal text. */
export function tagIn(text: string, name: "From" | "To"): string {
  return /;tag=([^;>\s]+)/.exec(field(text, name))?.[1] ?? "";
}

/** Calls the peer and is answered: the INVITE's text. Session `a`; nothing is left to take. */
export function callOut(desk: Desk): string {
  desk.command({ kind: "invite", session: "a", uri: "sip:bob@192.0.2.20", body: "offer" });
  const invite = desk.next();
  const contact = ["Contact: <sip:bob@192.0.2.20:5060>", "Content-Type: application/sdp"];
  desk.receive(answerTo(invite, "200 OK", "peer", contact, "answer"));
  desk.letters = [];
  desk.events = [];
  return invite;
}

/** Is called by the peer, answers and is acknowledged: session id and our tag. */
export function callIn(desk: Desk): { readonly session: string; readonly tag: string } {
  const { session, tag } = ringIn(desk);
  desk.command({ kind: "respond", session, status: 200, body: "answer" });
  desk.receive(peerRequest({ method: "ACK", cseq: 1, branch: "z9hG4bKack1", toTag: tag }), PEER);
  desk.letters = [];
  desk.events = [];
  return { session, tag };
}

/** Is called by the peer and rings: session id and our tag. Nothing is left to take. */
export function ringIn(desk: Desk): { readonly session: string; readonly tag: string } {
  const offer = { method: "INVITE", cseq: 1, branch: "z9hG4bKinvite1", body: "offer" };
  desk.receive(peerRequest(offer));
  const session = desk.event("incoming")?.session ?? "(no incoming)";
  desk.command({ kind: "respond", session, status: 180 });
  const tag = tagIn(desk.letters.at(-1)?.text ?? "", "To");
  desk.letters = [];
  desk.events = [];
  return { session, tag };
}
