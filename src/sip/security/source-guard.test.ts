import { describe, expect, it } from "vitest";
import { callIn, peerRequest, tagIn } from "../testing/calls.ts";
import { Desk, PEER } from "../testing/desk.ts";
import type { SipAddress } from "../user-agent-types.ts";
import type { SipRequest } from "../wire/message.ts";
import { GUARD_SOURCES_MAX, type GuardLimits, SourceGuard } from "./source-guard.ts";
import { TELL_EVERY_MS, TELL_HOSTS_MAX } from "./tell-limit.ts";

const options = (userAgent: string): SipRequest => ({
  ...{ kind: "request", method: "OPTIONS", uri: "sip:100@192.0.2.10", body: "" },
  headers: [{ name: "user-agent", value: userAgent }],
});
const PLAIN = options("Phone/1.0");
const at = (host: string): SipAddress => ({ transport: "udp", host, port: 5060 });

const RATE = { perSecond: 10, burst: 20 };

function guarded(limits: Partial<GuardLimits> = { rate: RATE }) {
  const told: string[] = [];
  const isTrusted = (source: SipAddress): boolean => source.host === "192.0.2.99";
  const guard = new SourceGuard({ dropsScanners: true, isTrusted, ...limits }, (_, text) =>
    told.push(text),
  );
  const passed = (count: number, nowMs: number, source = at("192.0.2.20")): number => {
    let through = 0;
    for (let n = 0; n < count; n++) if (!guard.drops(PLAIN, source, nowMs)) through++;
    return through;
  };
  return { guard, told, passed };
}

describe("SourceGuard drops()", () => {
  it.each([
    [19, 19],
    [20, 20],
    [21, 20],
    [2000, 20],
  ])("of %i at once lets %i through", (sent, through) => {
    expect(guarded().passed(sent, 0)).toBe(through);
  });

  it("lets as many through in the long run as a second may bring", () => {
    const { passed } = guarded();
    let through = 0;
    for (let nowMs = 0; nowMs < 60_000; nowMs += 10) through += passed(20, nowMs);
    expect(through).toBe(20 + 10 * 60 - 1);
  });

  it("counts an IPv6 network as one source, however many addresses it has", () => {
    const { passed } = guarded();
    passed(20, 0, at("2001:db8::1"));
    expect(passed(1, 0, at("2001:db8::2"))).toBe(0);
    expect(passed(1, 0, at("2001:db8:0:1::1"))).toBe(1);
  });

  it("counts each source apart, and never those that are trusted or inside the box", () => {
    const { passed } = guarded();
    passed(100, 0);
    expect(passed(100, 0, at("192.0.2.21"))).toBe(20);
    expect(passed(100, 0, at("192.0.2.99"))).toBe(100);
    expect(passed(100, 0, { transport: "memory", host: "lines", port: 0 })).toBe(100);
  });

  it.each([
    ["friendly-scanner", true],
    ["Friendly-Scanner", true],
    ["sipvicious/0.3", true],
    ["sipcli/v1.8", true],
    ["Grandstream HT801", false],
    ["", false],
  ])("drops %j without a word: %s", (userAgent, isDropped) => {
    const { guard } = guarded();
    expect(guard.drops(options(userAgent), at("192.0.2.20"), 0)).toBe(isDropped);
    expect(guard.counts).toEqual({ scanners: isDropped ? 1 : 0, floods: 0 });
  });

  it("drops scanners where nothing is said of a rate, and the reverse", () => {
    const named = guarded({});
    expect(named.guard.drops(options("friendly-scanner"), at("192.0.2.20"), 0)).toBe(true);
    expect(named.passed(5000, 0)).toBe(5000);
    const counted = guarded({ rate: RATE, dropsScanners: false });
    expect(counted.guard.drops(options("friendly-scanner"), at("192.0.2.20"), 0)).toBe(false);
    expect(counted.passed(5000, 0)).toBe(RATE.burst - 1);
  });

  it("speaks of one source once a minute, however much it sends", () => {
    const { told, passed } = guarded();
    for (let nowMs = 0; nowMs < 3 * TELL_EVERY_MS; nowMs += 100) passed(50, nowMs);
    expect(told).toHaveLength(3);
  });

  it("does not fill the log for a scanner that writes another source into each packet", () => {
    const { guard, told } = guarded();
    for (let n = 0; n < 1000; n++) {
      guard.drops(options("sipvicious"), at(`198.51.${n >> 8}.${n & 255}`), n);
    }
    expect(told).toHaveLength(TELL_HOSTS_MAX);
  });

  it("forgets old sources, not the one that floods", () => {
    const { passed } = guarded();
    passed(20, 0);
    for (let n = 0; n < GUARD_SOURCES_MAX * 2; n++) {
      passed(1, 0, at(`198.51.${n >> 8}.${n & 255}`));
      if (n % 100 === 0) expect(passed(1, 0)).toBe(0);
    }
  });
});

describe("SourceGuard dropsInside()", () => {
  const passedIn = (guard: SourceGuard, dialog: string, host: string, nowMs: number): number => {
    let through = 0;
    for (let n = 0; n < 100; n++) if (!guard.dropsInside(dialog, at(host), nowMs)) through++;
    return through;
  };

  it.each([
    ["a dialog", "d1", "192.0.2.20", 0, 0],
    ["it, from another address", "d1", "192.0.2.21", 0, 0],
    ["it, a second later", "d1", "192.0.2.20", 1000, 10],
    ["another dialog of that address", "d2", "192.0.2.20", 0, 20],
    ["it, from a server that is trusted", "d1", "192.0.2.99", 0, 100],
  ])("of %s that has sent its fill", (_, dialog, host, nowMs, through) => {
    const { guard } = guarded();
    expect(passedIn(guard, "d1", "192.0.2.20", 0)).toBe(20);
    expect(passedIn(guard, dialog, host, nowMs)).toBe(through);
  });

  it("takes nothing from what may be sent outside, and counts what it drops", () => {
    const { guard, passed, told } = guarded();
    passedIn(guard, "d1", "192.0.2.20", 0);
    expect(guard.isSpent(at("192.0.2.20"), 0)).toBe(false);
    expect(passed(20, 0)).toBe(20);
    expect([guard.counts.floods, told.length]).toEqual([80, 1]);
    const all = guarded({}).guard;
    expect(passedIn(all, "d1", "192.0.2.20", 0)).toBe(100);
  });

  it("keeps no more dialogs than sources", () => {
    const { guard } = guarded();
    expect(passedIn(guard, "d", "192.0.2.20", 0)).toBe(20);
    for (let n = 0; n < GUARD_SOURCES_MAX - 1; n++) guard.dropsInside(`${n}`, at("192.0.2.20"), 0);
    expect(guard.dropsInside("d", at("192.0.2.20"), 0)).toBe(true);
    for (let n = 0; n < GUARD_SOURCES_MAX; n++) guard.dropsInside(`${n}`, at("192.0.2.20"), 0);
    expect(guard.dropsInside("d", at("192.0.2.20"), 0)).toBe(false);
  });
});

describe("a user agent with a guard", () => {
  const guard = {
    rate: { perSecond: 1, burst: 2 },
    dropsScanners: true,
    isTrusted: () => false,
  };

  it("answers nothing above the limit, keeps nothing of it, and counts it", () => {
    const desk = new Desk({ guard });
    for (let n = 0; n < 50; n++) {
      const request = { method: "OPTIONS", cseq: n + 1, branch: `z9hG4bKo${n}` };
      desk.receive(peerRequest({ ...request, callId: `c${n}` }));
    }
    expect(desk.letters).toHaveLength(2);
    expect(desk.agent.load.serverTransactions).toBe(0);
    expect(desk.agent.dropped).toEqual({ scanners: 0, floods: 48 });
  });

  it.each([
    ["a dialog", "BYE", "nobodys"],
    ["an INVITE", "CANCEL", undefined],
  ])("counts what names %s that is not there", (_what, method, toTag) => {
    const desk = new Desk({ guard });
    for (let n = 0; n < 50; n++) {
      const named = toTag === undefined ? {} : { toTag };
      desk.receive(peerRequest({ method, cseq: 2, branch: `z9hG4bKn${n}`, ...named }));
    }
    const answers = desk.firstLines().map((line) => line.slice(0, 11));
    expect(answers).toEqual(["SIP/2.0 481", "SIP/2.0 481"]);
    expect(desk.agent.load.serverTransactions).toBe(0);
  });

  it("takes copies of what it took, and what belongs to a call, all the same", () => {
    const desk = new Desk({ guard: { ...guard, rate: { perSecond: 1, burst: 1 } } });
    const invite = peerRequest({ method: "INVITE", cseq: 1, branch: "z9hG4bKi", body: "offer" });
    desk.receive(invite);
    const session = desk.event("incoming")?.session ?? "";
    desk.receive(invite);
    desk.command({ kind: "respond", session, status: 180 });
    desk.receive(peerRequest({ method: "CANCEL", cseq: 1, branch: "z9hG4bKi" }));
    expect(desk.firstLines().slice(-2)).toEqual([
      "SIP/2.0 200 OK",
      "SIP/2.0 487 Request Terminated",
    ]);
  });
});

describe("a user agent with a guard, while one of its callers floods it", () => {
  const guard = {
    rate: { perSecond: 1, burst: 3 },
    dropsScanners: true,
    isTrusted: () => false,
  };
  const flood = (desk: Desk, count: number): void => {
    for (let n = 0; n < count; n++) {
      const request = { method: "OPTIONS", cseq: 1, branch: `z9hG4bKf${n}`, callId: `flood${n}` };
      desk.receive(peerRequest(request));
    }
    desk.letters = [];
  };

  it("hears what belongs to a call, one that was made meanwhile too", () => {
    const desk = new Desk({ guard });
    const first = callIn(desk);
    flood(desk, 10);
    const dropped = desk.agent.dropped.floods;
    expect(dropped).toBe(8);
    const invite = { method: "INVITE", cseq: 1, branch: "z9hG4bKother", callId: "other" };
    desk.receive(peerRequest({ ...invite, body: "offer" }), at("192.0.2.21"));
    const second = desk.events.findLast((event) => event.kind === "incoming");
    const { session = "" } = second?.kind === "incoming" ? second : {};
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    const tag = tagIn(desk.letters.at(-1)?.text ?? "", "To");
    desk.letters = [];
    const bye = { method: "BYE", cseq: 2 };
    desk.receive(peerRequest({ ...bye, branch: "z9hG4bKb1", toTag: first.tag }));
    desk.receive(peerRequest({ ...bye, branch: "z9hG4bKb2", toTag: tag, callId: "other" }));
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK", "SIP/2.0 200 OK"]);
    expect(desk.agent.dropped.floods).toBe(dropped);
  });

  it("hears no more inside its call than the limit, and the end of that call later on", () => {
    const desk = new Desk({ guard });
    const { tag } = callIn(desk);
    desk.letters = [];
    for (let n = 0; n < 50; n++) {
      const about = { cseq: 2 + n, branch: `z9hG4bKi${n}`, toTag: tag };
      desk.receive(peerRequest({ method: "OPTIONS", ...about }));
    }
    expect(desk.firstLines()).toEqual(Array.from({ length: 3 }, () => "SIP/2.0 200 OK"));
    expect(desk.agent.dropped.floods).toBe(47);
    const bye = peerRequest({ method: "BYE", cseq: 60, branch: "z9hG4bKbye", toTag: tag });
    desk.receive(bye);
    expect(desk.firstLines()).toEqual([]);
    desk.advance(1000);
    desk.receive(bye);
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
    expect(desk.event("ended")).toBeDefined();
  });

  it.each([
    ["a request", "OPTIONS sip:a@b SIP/2.0\nCall-ID: new\n\n", 1],
    ["one without a Call-ID", "OPTIONS sip:a@b SIP/2.0\n\n", 1],
    ["an ACK of nothing", "ACK sip:a@b SIP/2.0\nCall-ID: new\n\n", 1],
    ["what is no SIP", "hello\n", 1],
    ["a response", "SIP/2.0 200 OK\nCall-ID: new\n\n", 0],
  ])("counts what it drops unread: %s", (_what, text, count) => {
    const desk = new Desk({ guard });
    flood(desk, 3);
    desk.receive(text);
    expect(desk.letters).toEqual([]);
    expect(desk.agent.dropped.floods).toBe(count);
  });

  it("counts what it cannot read as requests too", () => {
    const desk = new Desk({ guard });
    const broken = (n: number): string =>
      peerRequest({ method: "OPTIONS", cseq: 1, branch: `z9hG4bKx${n}` }).replace(
        "Max-Forwards: 70",
        "Max-Forwards: x",
      );
    for (let n = 0; n < 10; n++) desk.receive(broken(n));
    expect(desk.firstLines()).toEqual(Array.from({ length: 3 }, () => "SIP/2.0 400 Bad Request"));
    expect(desk.agent.dropped.floods).toBe(7);
  });
});

describe("a user agent with a guard, asked for addresses (STUN)", () => {
  const request = Uint8Array.of(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...Array(12).fill(7));
  const indication = Uint8Array.of(0, 0x11, ...request.subarray(2));
  const guard = { rate: { perSecond: 1, burst: 2 }, dropsScanners: true };
  const asked = (isTrusted: boolean, bytes: Uint8Array) => {
    const serves = ["REGISTER"];
    const desk = new Desk({ serves, guard: { ...guard, isTrusted: () => isTrusted } });
    for (let n = 0; n < 10; n++) desk.receiveBytes(bytes);
    return desk;
  };

  it("answers no more of one source than its limit, and counts the others", () => {
    const desk = asked(false, request);
    expect(desk.letters).toHaveLength(2);
    expect(desk.agent.dropped.floods).toBe(8);
    desk.advance(1000);
    desk.receiveBytes(request);
    expect(desk.letters).toHaveLength(3);
  });

  it.each([
    ["answers whom it trusts each time", true, request, 10],
    ["counts nothing that it would not answer", false, indication, 0],
  ] as const)("%s", (_what, isTrusted, bytes, answers) => {
    const desk = asked(isTrusted, bytes);
    expect(desk.letters).toHaveLength(answers);
    expect(desk.agent.dropped.floods).toBe(0);
  });
});

describe("a user agent with a screen", () => {
  it("refuses without keeping anything, and hands on what the screen lets through", () => {
    const desk = new Desk({
      screen: (request) =>
        request.headers.some(({ name }) => name === "authorization")
          ? undefined
          : { status: 401, headers: [{ name: "www-authenticate", value: "Digest x" }] },
    });
    for (let n = 0; n < 5000; n++) {
      const request = { method: "INVITE", cseq: 1, branch: `z9hG4bKi${n}`, body: "offer" };
      desk.receive(peerRequest({ ...request, callId: `c${n}` }));
    }
    expect(desk.agent.load.serverTransactions).toBe(0);
    expect(desk.letters).toHaveLength(5000);
    expect(desk.letters[0]?.text).toContain("WWW-Authenticate: Digest x");
    expect(desk.letters[0]?.to).toEqual(PEER);
    const signed = { extra: ["Authorization: Digest y"], body: "offer" };
    desk.receive(peerRequest({ method: "INVITE", cseq: 2, branch: "z9hG4bKs", ...signed }));
    expect(desk.event("incoming")).toBeDefined();
  });
});
