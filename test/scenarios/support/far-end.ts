import { expect } from "vitest";
import type { SocketAddress } from "../../../src/base/address.ts";
import type { Bench, BenchPlace } from "../../hw-sim/bench/bench.ts";
import { BENCH_HOST } from "../../hw-sim/bench/bench.ts";
import { RtpPeer } from "../../hw-sim/peers/rtp-peer.ts";
import {
  expectMessage,
  reply,
  ScriptedPeer,
  type ScriptStep,
  type StandingAnswer,
} from "../../hw-sim/peers/scripted-peer.ts";

/** Where the far end of a scenario lives. */
export const FAR_HOST = "10.0.0.9";
/** What the box's `registrar` is set to, for its lines to register there. */
export const FAR_SERVER = `${FAR_HOST}:5060`;
const RTP_PORT = 40_000;
const SCRIPT_LIMIT_MS = 60_000;

/** Takes every registration for an hour. */
export const REGISTRAR = [
  {
    pattern: /^REGISTER /,
    status: "200 OK",
    parts: { headers: ["{last:Contact}", "Expires: 3600"] },
  },
  { pattern: /^OPTIONS /, status: "200 OK" },
] as const satisfies readonly StandingAnswer[];

/** Answers no registration. */
export const SILENT_REGISTRAR = [
  { pattern: /^REGISTER / },
] as const satisfies readonly StandingAnswer[];

/** A message whose start line begins so and that has each of these, in any order. */
const messageWith = (start: RegExp, parts: readonly RegExp[]): RegExp =>
  new RegExp(
    `^${start.source}${parts.map(({ source }) => `(?=[\\s\\S]*\\r\\n${source})`).join("")}`,
  );
const CONTACT = /Contact: ?<(?<target>[^>]*)>/;
const AUDIO = /m=audio (?<port>\d+)/;

/** What an INVITE of the box tells a script: `dialled`, `caller`, `callid`, `target`, `port`. */
export const INVITE_OF_BOX = messageWith(/INVITE sip:(?<dialled>[^@]+)@/, [
  /From: ?(?<caller>[^\r]*)/,
  /Call-ID: ?(?<callid>\S+)/,
  CONTACT,
  AUDIO,
]);

/** The 200 to an INVITE of ours: its `theirs` tag, `target` and `port`. */
export const ANSWER_OF_BOX = messageWith(/SIP\/2\.0 200 /, [
  /CSeq: ?\d+ INVITE/,
  /To:[^\r]*;tag=(?<theirs>[^\s;]+)/,
  CONTACT,
  AUDIO,
]);

/** The session description of the far end. */
export function sdp(direction = "sendrecv", version = 1, rtp?: SocketAddress): string {
  const { host, port } = rtp ?? { host: FAR_HOST, port: RTP_PORT };
  return [
    "v=0",
    `o=far 4711 ${version} IN IP4 ${host}`,
    "s=-",
    `c=IN IP4 ${host}`,
    "t=0 0",
    `m=audio ${port} RTP/AVP 0 101`,
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:101 telephone-event/8000",
    `a=${direction}`,
    "",
  ].join("\r\n");
}

/** The parts of a reply with a session description. */
export const withSdp = (body: string) => ({
  headers: ["Contact: <sip:far@{local}>", "Content-Type: application/sdp"],
  body,
});

/** `{cseq}` counts up with each `{branch}`: an ACK has the number of its INVITE. */
const branchOf = (method: string): string =>
  method === "ACK" ? "z9hG4bKack{cseq}{tag}" : "{branch}";

/** The far end takes a call of the box, at once. */
export const answersCall: readonly ScriptStep[] = [
  expectMessage(INVITE_OF_BOX, { timeoutMs: 60_000 }),
  reply("200 OK", withSdp(sdp())),
  expectMessage(/^ACK /),
];

/** A request in the dialog that the box began. */
export const inTheirDialog = (method: string, body = ""): string => `
${method} {target} SIP/2.0
Via: SIP/2.0/UDP {local};rport;branch=${branchOf(method)}
Max-Forwards: 70
From: <sip:{dialled}@${FAR_HOST}>;tag={tag}
To: {caller}
Call-ID: {callid}
CSeq: {cseq} ${method}
Contact: <sip:far@{local}>
${body === "" ? "" : "Content-Type: application/sdp\n"}Content-Length: [len]

${body}`;

/** An INVITE to a line's user, with or without an offer. */
export const inviteTo = (user: string, body: string, from = "<sip:300@{local-host}>"): string => `
INVITE sip:${user}@{remote} SIP/2.0
Via: SIP/2.0/UDP {local};rport;branch={branch}
Max-Forwards: 70
From: ${from};tag={tag}
To: <sip:${user}@${FAR_HOST}>
Call-ID: {call-id}
CSeq: {cseq} INVITE
Contact: <sip:far@{local}>
${body === "" ? "" : "Content-Type: application/sdp\n"}Content-Length: [len]

${body}`;

/** A request in the dialog that an `inviteTo` began. An ACK takes the INVITE's CSeq number. */
export const inOurDialog = (method: string, user: string, cseq = "{cseq}", body = ""): string => `
${method} {target} SIP/2.0
Via: SIP/2.0/UDP {local};rport;branch=${branchOf(method)}
Max-Forwards: 70
From: <sip:300@{local-host}>;tag={tag}
To: <sip:${user}@${FAR_HOST}>;tag={theirs}
Call-ID: {call-id}
CSeq: ${cseq} ${method}
Contact: <sip:far@{local}>
${body === "" ? "" : "Content-Type: application/sdp\n"}Content-Length: [len]

${body}`;

/** A far end that is none of our own making: SIP by script, RTP by an independent sender. */
export class FarEnd {
  readonly sip: ScriptedPeer;
  #rtp: RtpPeer;
  readonly #place: BenchPlace;

  private constructor(place: BenchPlace, sip: ScriptedPeer, rtp: RtpPeer) {
    this.#place = place;
    this.sip = sip;
    this.#rtp = rtp;
  }

  /** Opens its sockets; unless told otherwise it is a registrar. */
  static async open(
    place: BenchPlace,
    standing: readonly StandingAnswer[] = REGISTRAR,
  ): Promise<FarEnd> {
    const { clock } = place.world;
    const udp = place.udp(FAR_HOST);
    const sip = await ScriptedPeer.create({
      udp,
      clock,
      random: place.world.random("far end sip"),
      local: { host: FAR_HOST, port: 5060 },
      remote: { host: BENCH_HOST, port: 5060 },
    });
    sip.standing = standing;
    return new FarEnd(place, sip, await openRtp(place));
  }

  /** Its audio: made for one call, it keeps to that call's timestamps. */
  get rtp(): RtpPeer {
    return this.#rtp;
  }

  /** The audio of another call, at the same address. */
  async nextCall(): Promise<void> {
    this.#rtp.close();
    this.#rtp = await openRtp(this.#place);
  }

  /** Starts a script; `passes` waits for its end. */
  run(...steps: readonly ScriptStep[]): void {
    this.sip.run(steps);
  }

  /** Waits until the script has come to its end as written. */
  async passes(withinMs = SCRIPT_LIMIT_MS): Promise<void> {
    const over = (): boolean => this.sip.outcome.kind !== "running";
    await this.#place.world.waitUntil(over, withinMs);
    expect(this.sip.outcome).toEqual({ kind: "passed" });
  }

  /** Waits until a script has come to a step (the first is 0). */
  async reaches(step: number, withinMs = SCRIPT_LIMIT_MS): Promise<void> {
    const there = (): boolean =>
      this.sip.outcome.kind !== "running" || this.sip.outcome.step >= step;
    await this.#place.world.waitUntil(there, withinMs);
    expect(this.sip.outcome).toEqual({ kind: "running", step });
  }

  /** Sends bytes from the address of its audio, which is not there any more afterwards. */
  async sendRaw(payloads: readonly Uint8Array[], to: SocketAddress): Promise<void> {
    this.#rtp.close();
    const socket = await this.#place.udp(FAR_HOST).bind({
      host: FAR_HOST,
      port: RTP_PORT,
      onDatagram: () => {},
      onFault: () => {},
    });
    for (const payload of payloads) {
      socket.send(payload, to);
      await this.#place.world.advance(5);
    }
    socket.close();
    this.#rtp = await openRtp(this.#place);
  }

  /** Sends audio to where the box's last SDP said. */
  sendAudio(): void {
    const port = Number(this.sip.substitution("port"));
    this.rtp.start({ host: BENCH_HOST, port });
  }
}

function openRtp(place: BenchPlace): Promise<RtpPeer> {
  return RtpPeer.create({
    udp: place.udp(FAR_HOST),
    clock: place.world.clock,
    random: place.world.random("far end rtp"),
    local: { host: FAR_HOST, port: RTP_PORT },
  });
}

/** A bench's far end, made before the box starts. */
export function farEndFirst(standing: readonly StandingAnswer[] = REGISTRAR): {
  readonly prepare: (place: BenchPlace) => Promise<void>;
  readonly get: () => FarEnd;
} {
  let made: FarEnd | undefined;
  return {
    async prepare(place) {
      made = await FarEnd.open(place, standing);
    },
    get() {
      if (made === undefined) throw new Error("the bench has not been laid out yet");
      return made;
    },
  };
}

/** How far the events of a kind have come in a bench. */
export function eventsOf<Kind extends Bench["events"][number]["kind"]>(
  bench: Bench,
  kind: Kind,
): readonly Extract<Bench["events"][number], { kind: Kind }>[] {
  return bench.events.flatMap((event) =>
    // `kind` tells which member of the union it is; a generic parameter does not narrow.
    event.kind === kind ? [event as Extract<Bench["events"][number], { kind: Kind }>] : [],
  );
}
