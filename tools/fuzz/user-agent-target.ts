import { hashes } from "../../src/hal/node/hashes.ts";
import { peerRequest } from "../../src/sip/testing/calls.ts";
import { answerTo, OURS, PEER } from "../../src/sip/testing/desk.ts";
import { UserAgent } from "../../src/sip/user-agent.ts";
import type { UaCommand, UaInput } from "../../src/sip/user-agent-types.ts";
import { AutoAnswer, mediaOf, PRESENCE } from "../../test/conformance/sip-auto-answer.ts";
import { type FuzzTarget, promise, seedsOf } from "./target.ts";
import { RICH_INVITE } from "./text-targets.ts";

/** Datagrams that one user agent takes before a fresh one stands in its place. */
const LIFE = 48;
/** How far the clock goes on with each datagram: past every timer of a transaction in one life. */
const STEP_MS = 1_500;
/** Timeouts that one step may take: more would be a loop. */
const TIMEOUTS_MAX = 2_000;
/** When everything that was ended has run out: 64*T1 twice, and some. @see RFC 3261 §17.1.1.2 */
const REST_MS = 200_000;

/** A user agent with an account and a call of its own, that takes every call it gets. */
class Victim {
  readonly #agent: UserAgent;
  readonly #answers = new AutoAnswer(mediaOf({ host: OURS.host, port: 4002 }));
  readonly sent: string[] = [];
  readonly #sessions = new Set(["out"]);
  readonly #watches = new Set<string>();
  #tokens = 0;
  #nowMs = 0;

  constructor() {
    this.#agent = new UserAgent({
      local: { udp: OURS },
      userAgentName: "Victim",
      hashes,
      createToken: () => `t${++this.#tokens}`,
      serves: ["REGISTER", "MESSAGE", "INFO", "NOTIFY", "REFER"],
      sessionTimer: { expiresS: 120, minS: 90 },
      tells: [PRESENCE],
      extensions: ["join", "tdialog", "explicitsub"],
      findTicket: ({ callId }) => (callId === "ticket" ? "out" : undefined),
      sessionIds: true,
      acceptAnyUser: true,
    });
    const account = {
      ...{ id: "line", user: "101", domain: PEER.host, server: PEER, password: "p" },
      ...{ register: true, expiresS: 60, watchesRegistration: true },
    };
    this.#handle({ kind: "command", command: { kind: "add-account", account } });
    const invite = { kind: "invite", session: "out", uri: "sip:bob@192.0.2.20" } as const;
    this.#handle({ kind: "command", command: { ...invite, account: "line", body: "v=0" } });
  }

  /** Takes a datagram, and whatever time brings until the next. */
  take(bytes: Uint8Array): void {
    this.#handle({ kind: "datagram", bytes, from: PEER });
    this.#pass(STEP_MS);
  }

  /** Ends all that goes on, waits, and sees that nothing is left: no state, no timer. */
  retire(): void {
    this.#handle({ kind: "command", command: { kind: "remove-account", account: "line" } });
    for (const session of this.#sessions) {
      this.#handle({ kind: "command", command: { kind: "end", session } });
    }
    for (const watch of this.#watches) {
      const command = { kind: "end-watch", watch, reason: "deactivated" } as const;
      this.#handle({ kind: "command", command });
    }
    this.#pass(REST_MS);
    const { load } = this.#agent;
    const kept = Object.values(load).reduce((sum, count) => sum + count, 0);
    promise(kept === 0, `nothing is kept in the end: ${JSON.stringify(load)}`);
    promise(this.#agent.deadlineMs() === undefined, "no timer runs in the end");
  }

  #pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let count = 0; ; count++) {
      const deadlineMs = this.#agent.deadlineMs();
      if (deadlineMs === undefined || deadlineMs > untilMs) break;
      promise(count < TIMEOUTS_MAX, "timers come to an end");
      this.#nowMs = Math.max(this.#nowMs, deadlineMs);
      this.#handle({ kind: "timeout" });
    }
    this.#nowMs = untilMs;
  }

  #handle(input: UaInput): void {
    const commands: UaCommand[] = [];
    for (const output of this.#agent.handle(input, this.#nowMs)) {
      if (output.kind === "send") this.sent.push(Buffer.from(output.bytes).toString("latin1"));
      if (output.kind !== "event") continue;
      if (output.event.kind === "incoming") this.#sessions.add(output.event.session);
      if (output.event.kind === "watched") this.#watches.add(output.event.watch);
      commands.push(...this.#answers.react(output.event));
    }
    for (const command of commands) this.#handle({ kind: "command", command });
  }
}

const WATCH = ["Event: presence;id=1", "Accept: application/pidf+xml", "Expires: 600"];
const TOLD = ["Event: reg", "Subscription-State: terminated;reason=probation;retry-after=9"];
const NEWS =
  '<reginfo version="0" state="full"><registration aor="sip:101@192.0.2.20" id="a" ' +
  'state="active"><contact id="1" state="terminated" event="deactivated">' +
  "<uri>sip:101@192.0.2.10:5060</uri></contact></registration></reginfo>";

const REFER = [
  "Refer-To: <sip:103@192.0.2.20>",
  "Require: explicitsub",
  "Target-Dialog: peer-call;local-tag=peer;remote-tag=t9",
];
const REPLACES = ["Replaces: ticket;to-tag=1;from-tag=2;early-only"];

/** Answers to the victim's own requests, and what a peer sends on its own. */
function seeds(): readonly Uint8Array[] {
  const [register = "", invite = ""] = new Victim().sent;
  const challenge = ['WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'];
  const contact = ["Contact: <sip:bob@192.0.2.20:5060>"];
  const about = { branch: "z9hG4bKp1", cseq: 1 };
  return seedsOf(
    ...[
      answerTo(register, "200 OK", "r", ["Contact: <sip:101@192.0.2.10:5060>;expires=30"]),
      answerTo(register, "401 Who", "r", challenge),
      answerTo(register, "423 Brief", "r", ["Min-Expires: 3600"]),
      answerTo(invite, "180 Ringing", "far", contact),
      answerTo(invite, "200 OK", "far", [...contact, "Content-Type: application/sdp"], "v=0"),
      answerTo(invite, "407 Who", "far", ['Proxy-Authenticate: Digest realm="r", nonce="n"']),
      answerTo(invite, "302 Moved", "far", ["Contact: <sip:eve@192.0.2.21>"]),
      peerRequest({ ...about, method: "INVITE", body: "v=0\r\nm=audio 4000 RTP/AVP 0" }),
      peerRequest({ ...about, method: "ACK", toTag: "t9" }),
      peerRequest({ ...about, method: "CANCEL" }),
      peerRequest({ ...about, method: "BYE", cseq: 2, toTag: "t9" }),
      peerRequest({ ...about, method: "OPTIONS" }),
      peerRequest({ ...about, method: "REGISTER" }),
      peerRequest({ ...about, method: "SUBSCRIBE", extra: WATCH }),
      peerRequest({ ...about, method: "SUBSCRIBE", cseq: 2, toTag: "t9", extra: WATCH }),
      peerRequest({ ...about, method: "REFER", toTag: "t9", extra: REFER }),
      peerRequest({ ...about, method: "REFER", callId: "other", extra: REFER }),
      peerRequest({ ...about, method: "INVITE", callId: "other", extra: REPLACES, body: "v=0" }),
      peerRequest({ ...about, method: "NOTIFY", toTag: "t9", extra: TOLD, body: NEWS }),
    ].map((text) => text.replace(/\r?\n/g, "\r\n")),
    RICH_INVITE,
  );
}

/** `UserAgent.handle()` with datagrams that are nearly right. */
export function userAgentTarget(): FuzzTarget {
  let victim = new Victim();
  let age = 0;
  return {
    name: "user-agent",
    seeds: seeds(),
    vectors: ["sip", "sip-dialog"],
    run: (bytes) => {
      if (age++ % LIFE === 0) {
        const old = victim;
        victim = new Victim();
        old.retire();
      }
      victim.take(bytes);
    },
  };
}
