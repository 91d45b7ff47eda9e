import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latin1FromBytes } from "../../base/bytes.ts";
import { answerTo, Desk, field, OURS, PEER } from "../testing/desk.ts";
import type { UserAgentConfig } from "../user-agent-types.ts";
import {
  REFUSED_MS,
  REPLACED_MS,
  RETRY_MS,
  type SubscriptionInput,
  type SubscriptionMachine,
  subscriptionDeadlineMs,
  subscriptionStep,
} from "./subscription.ts";

const CONFIG = { expiresS: 3600, spread: 0.5 };
const ACTIVE = { kind: "active", refreshAtMs: 3_060_000, endsAtMs: 3_600_000 } as const;
const SUBSCRIBING = { kind: "subscribing", expiresS: 3600, inDialog: false } as const;
const REFRESHING = { ...SUBSCRIBING, inDialog: true };
const REPLACED = { kind: "replaced" } as const;
const NEW = "send 3600 new";
const INSIDE = "send 3600 inside";

function step(state: SubscriptionMachine, input: SubscriptionInput, nowMs = 0) {
  const { state: after, actions } = subscriptionStep(CONFIG, state, input, nowMs);
  const told = actions.map((action) => {
    if (action.kind === "send")
      return `send ${action.expiresS} ${action.inDialog ? "inside" : "new"}`;
    return action.kind === "tell" ? `tell ${action.isActive}` : action.kind;
  });
  return { after, told };
}

describe("subscriptionStep()", () => {
  it.each<[string, SubscriptionMachine, SubscriptionInput, string, readonly string[]]>([
    ["starts", { kind: "idle" }, { kind: "start" }, "subscribing", [NEW]],
    ["starts once", ACTIVE, { kind: "start" }, "active", []],
    ["is active", SUBSCRIBING, { kind: "accepted", expiresS: 600 }, "active", ["tell true"]],
    ["stays active", REFRESHING, { kind: "accepted", expiresS: undefined }, "active", []],
    [
      "asks for longer",
      SUBSCRIBING,
      { kind: "refused", status: 423, minExpiresS: 7200 },
      "subscribing",
      ["send 7200 new"],
    ],
    [
      "asks for longer once, however much more is wanted then",
      { ...SUBSCRIBING, expiresS: 7200 },
      { kind: "refused", status: 423, minExpiresS: 7201 },
      "waiting",
      ["forget", "tell false"],
    ],
    [
      "is not led astray by a shorter least lease",
      SUBSCRIBING,
      { kind: "refused", status: 423, minExpiresS: 60 },
      "waiting",
      ["forget", "tell false"],
    ],
    ["goes on by another account", ACTIVE, REPLACED, "waiting", ["forget", "tell false"]],
    ["so while it refreshes", REFRESHING, REPLACED, "waiting", ["forget", "tell false"]],
    ["is not begun by that", { kind: "idle" }, REPLACED, "idle", []],
    ["nor ended twice", { kind: "gone" }, REPLACED, "gone", []],
    ["is ended while it leaves", { kind: "leaving" }, REPLACED, "gone", ["forget"]],
    [
      "begins anew where its dialog is unknown",
      REFRESHING,
      { kind: "refused", status: 481 },
      "subscribing",
      ["forget", NEW],
    ],
    [
      "waits after a refusal",
      SUBSCRIBING,
      { kind: "refused", status: 500 },
      "waiting",
      ["forget", "tell false"],
    ],
    [
      "is ended by the server",
      ACTIVE,
      { kind: "notified", state: { kind: "terminated", reason: "deactivated" } },
      "waiting",
      ["forget", "tell false"],
    ],
    ["refreshes", ACTIVE, { kind: "timeout" }, "subscribing", [INSIDE]],
    ["leaves", ACTIVE, { kind: "stop" }, "leaving", ["send 0 inside"]],
    ["leaves what was not there yet", SUBSCRIBING, { kind: "stop" }, "gone", ["forget"]],
    ["has left", { kind: "leaving" }, { kind: "refused", status: 408 }, "gone", ["forget"]],
    ["has left too", { kind: "leaving" }, { kind: "accepted", expiresS: 0 }, "gone", ["forget"]],
    [
      "a late answer changes nothing",
      { kind: "waiting", retryAtMs: 9_999_999 },
      { kind: "accepted", expiresS: 1 },
      "waiting",
      [],
    ],
  ])("%s", (_what, state, input, kind, told) => {
    const at = input.kind === "timeout" ? 3_060_000 : 0;
    const { after, told: said } = step(state, input, at);
    expect([after.kind, said]).toEqual([kind, told]);
  });

  it.each([
    [{ status: 500 }, RETRY_MS],
    [{ status: 408 }, RETRY_MS],
    [{ status: 480, retryAfterS: 7 }, 7000],
    [{ status: 489 }, REFUSED_MS],
    [{ status: 403 }, REFUSED_MS],
    [{ status: 480, retryAfterS: 0 }, 1000],
    [{ status: 480, retryAfterS: 999_999_999 }, REFUSED_MS],
  ])("after %j tries again in %i ms", (refusal, waitMs) => {
    const { after } = step(SUBSCRIBING, { kind: "refused", ...refusal }, 500);
    expect(subscriptionDeadlineMs(after)).toBe(500 + waitMs);
  });

  it("refreshes between 80 and 90 % of the lease, and a NOTIFY may shorten it", () => {
    const { after } = step(SUBSCRIBING, { kind: "accepted", expiresS: 1000 });
    expect(subscriptionDeadlineMs(after)).toBe(850_000);
    const told = { kind: "notified", state: { kind: "active", expiresS: 100 } } as const;
    expect(subscriptionDeadlineMs(step(after, told).after)).toBe(85_000);
    const longer = { kind: "notified", state: { kind: "active", expiresS: 5000 } } as const;
    expect(subscriptionDeadlineMs(step(after, longer).after)).toBe(850_000);
  });

  it("never stands still but where it waits for an answer, and never answers itself", () => {
    const input: fc.Arbitrary<SubscriptionInput> = fc.oneof(
      fc.constant<SubscriptionInput>({ kind: "start" }),
      fc.constant<SubscriptionInput>({ kind: "timeout" }),
      fc.constant<SubscriptionInput>(REPLACED),
      fc.record({
        kind: fc.constant("accepted" as const),
        expiresS: fc.option(fc.nat(9000), { nil: undefined }),
      }),
      fc.record({
        kind: fc.constant("refused" as const),
        status: fc.integer({ min: 300, max: 699 }),
      }),
      fc.record({
        kind: fc.constant("notified" as const),
        state: fc.record({ kind: fc.constantFrom("active" as const, "terminated" as const) }),
      }),
    );
    fc.assert(
      fc.property(fc.array(input), (inputs) => {
        let state: SubscriptionMachine = { kind: "idle" };
        let nowMs = 0;
        for (const one of inputs) {
          if (one.kind === "timeout")
            nowMs = Math.max(nowMs, subscriptionDeadlineMs(state) ?? nowMs);
          const next = subscriptionStep(CONFIG, state, one, nowMs);
          expect(next.actions.filter(({ kind }) => kind === "send").length).toBeLessThanOrEqual(1);
          state = next.state;
        }
        const waits = state.kind === "idle" || state.kind === "subscribing";
        expect(waits || subscriptionDeadlineMs(state) !== undefined).toBe(true);
      }),
    );
  });
});

const ACCOUNT = {
  id: "line-1",
  user: "101",
  domain: "example.org",
  server: PEER,
  register: false,
  expiresS: 3600,
} as const;

function subscribed(config: Partial<UserAgentConfig> = {}): {
  readonly desk: Desk;
  readonly subscribe: string;
} {
  const desk = new Desk({ serves: ["NOTIFY"], ...config });
  desk.command({ kind: "add-account", account: ACCOUNT });
  desk.command({
    kind: "subscribe",
    subscription: "s",
    account: "line-1",
    event: "message-summary",
    accept: "application/simple-message-summary",
    expiresS: 3600,
  });
  return { desk, subscribe: desk.next() };
}

function notify(
  subscribe: string,
  cseq: number,
  changes: { readonly tag?: string; readonly state?: string; readonly event?: string } = {},
): string {
  const { tag = "server", state = "active;expires=600", event = "message-summary" } = changes;
  return [
    `NOTIFY sip:101@${OURS.host} SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bKn${cseq}${tag}`,
    `From: <sip:101@example.org>;tag=${tag}`,
    `To: ${field(subscribe, "From")}`,
    `Call-ID: ${field(subscribe, "Call-ID")}`,
    `CSeq: ${cseq} NOTIFY`,
    "Contact: <sip:192.0.2.20:5060>",
    "Max-Forwards: 70",
    `Event: ${event}`,
    `Subscription-State: ${state}`,
    "Content-Type: application/simple-message-summary",
    "Content-Length: 23",
    "",
    "Messages-Waiting: yes\r\n",
  ].join("\n");
}

describe("UserAgent subscribes", () => {
  const accepted = ["Expires: 600", "Contact: <sip:192.0.2.20:5060>"];

  it("tells what is notified, before the 2xx too, and refreshes in the dialog", () => {
    const { desk, subscribe } = subscribed();
    expect(subscribe).toMatch(/^SUBSCRIBE sip:101@example.org SIP\/2.0\r\n/);
    expect(field(subscribe, "Event")).toBe("message-summary");
    expect(field(subscribe, "Expires")).toBe("3600");
    desk.receive(notify(subscribe, 1));
    expect(desk.next()).toMatch(/^SIP\/2.0 200 /);
    desk.receive(answerTo(subscribe, "200 OK", "server", accepted));
    desk.receive(notify(subscribe, 2));
    expect(desk.eventKinds()).toEqual(["notified", "subscription", "notified"]);
    desk.letters = [];
    desk.advance(540_000);
    const refresh = desk.next();
    expect(refresh).toMatch(/^SUBSCRIBE sip:192.0.2.20:5060 /);
    expect(field(refresh, "CSeq")).toBe("2 SUBSCRIBE");
    expect(field(refresh, "To")).toContain("tag=server");
  });

  it.each([
    ["another fork", { tag: "other" }, 481],
    ["another event", { event: "presence" }, 489],
  ])("refuses a NOTIFY of %s", (_what, changes, status) => {
    const { desk, subscribe } = subscribed();
    desk.receive(answerTo(subscribe, "200 OK", "server", accepted));
    desk.receive(notify(subscribe, 1, changes));
    expect(desk.next()).toMatch(new RegExp(`^SIP/2.0 ${status} `));
  });

  it("ends it, and nothing is kept", () => {
    const { desk, subscribe } = subscribed();
    desk.receive(answerTo(subscribe, "200 OK", "server", accepted));
    desk.command({ kind: "unsubscribe", subscription: "s" });
    const last = desk.next();
    expect(field(last, "Expires")).toBe("0");
    desk.receive(answerTo(last, "200 OK", "server"));
    desk.receive(notify(subscribe, 5));
    expect(desk.next()).toMatch(/^SIP\/2.0 481 /);
    desk.advance(100_000);
    expect(desk.isIdle).toBe(true);
  });

  it("goes on by the account that has taken the place of its own, with its password", () => {
    const hashed: string[] = [];
    const hash = (bytes: Uint8Array) => String(hashed.push(latin1FromBytes(bytes)));
    const { desk, subscribe } = subscribed({
      hashes: { md5: hash, sha256: hash, sha512Trunc256: hash },
    });
    desk.receive(answerTo(subscribe, "200 OK", "server", accepted));
    desk.command({ kind: "add-account", account: { ...ACCOUNT, password: "another" } });
    desk.receive(notify(subscribe, 1));
    expect(desk.firstLines()).toEqual(["SIP/2.0 481 Call/Transaction Does Not Exist"]);
    desk.advance(REPLACED_MS);
    const anew = desk.next();
    expect(field(anew, "CSeq")).toBe("1 SUBSCRIBE");
    expect(field(anew, "Call-ID")).not.toBe(field(subscribe, "Call-ID"));
    const challenge = 'WWW-Authenticate: Digest realm="example.org", nonce="n", algorithm=MD5';
    desk.receive(answerTo(anew, "401 Unauthorized", "server", [challenge]));
    expect(hashed).toContain("101:example.org:another");
  });

  it("of no account is refused at once", () => {
    const desk = new Desk();
    const about = { subscription: "s", account: "none", event: "reg", accept: "", expiresS: 60 };
    desk.command({ kind: "subscribe", ...about });
    expect(desk.event("subscription")).toMatchObject({ isActive: false, status: 404 });
  });
});
