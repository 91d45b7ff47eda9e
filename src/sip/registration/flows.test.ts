import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { printStun, STUN_ATTRIBUTE, xorAddress } from "../../base/stun/stun-message.ts";
import { answerTo, Desk, field, OURS, PEER } from "../testing/desk.ts";
import type { SipAccount, SipAddress, UserAgentConfig } from "../user-agent-types.ts";
import { REGISTRATION_TIMES } from "./registration.ts";

const hashes = {
  md5: (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex"),
  sha256: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex"),
  sha512Trunc256: (bytes: Uint8Array) => createHash("sha512-256").update(bytes).digest("hex"),
};
const INSTANCE = "urn:uuid:00000000-0000-4000-8000-000000000001";
const TCP: SipAddress = { transport: "tcp", host: PEER.host, port: 5060 };
const TLS: SipAddress = { transport: "tls", host: PEER.host, port: 5061 };

function added(change: Partial<SipAccount> = {}, config: Partial<UserAgentConfig> = {}): Desk {
  const local = { host: OURS.host, port: OURS.port };
  const desk = new Desk({
    hashes,
    local: { udp: local, tcp: local, tls: { host: OURS.host, port: 0 } },
    ...config,
  });
  const account = {
    ...{ id: "line-1", user: "101", domain: "example.com", server: PEER },
    ...{ register: true, expiresS: 600, ...change },
  };
  desk.command({ kind: "add-account", account });
  return desk;
}

/** An answer of a server that saw us at another address. */
function seenAt(
  request: string,
  host: string,
  port: number,
  extra: readonly string[] = [],
): string {
  const answer = answerTo(request, "200 OK", "r", extra);
  return answer.replace(";rport", `;received=${host};rport=${port}`);
}

/** Lets time go on until something is sent, and takes it. */
function untilSent(desk: Desk, limitMs = 200_000): string {
  const endMs = desk.nowMs + limitMs;
  while (desk.letters.length === 0 && desk.nowMs < endMs) desk.advance(50);
  return desk.next();
}

const contactsOf = (text: string): readonly string[] =>
  text.split("\r\n").flatMap((line) => (line.startsWith("Contact: ") ? [line.slice(9)] : []));

describe("Registrations behind a translator", () => {
  it("take over the address that the server sees, and take the old one back", () => {
    const desk = added();
    desk.receive(seenAt(desk.next(), "203.0.113.7", 40_000));
    const again = desk.next();
    expect(contactsOf(again)).toEqual([
      "<sip:101@203.0.113.7:40000>",
      "<sip:101@192.0.2.10:5060>;expires=0",
    ]);
    desk.receive(seenAt(again, "203.0.113.7", 40_000));
    expect(desk.letters).toEqual([]);
    desk.command({ kind: "invite", session: "a", account: "line-1", uri: "sip:102@example.com" });
    expect(contactsOf(desk.next())).toEqual(["<sip:101@203.0.113.7:40000>"]);
  });

  it.each([
    ["the server sees us where we are", OURS.host, OURS.port, {}],
    ["it is told not to", "203.0.113.7", 40_000, { followsPublicAddress: false }],
  ])("stay as they are where %s", (_what, host, port, change) => {
    const desk = added(change);
    desk.receive(seenAt(desk.next(), host, port));
    expect(desk.letters).toEqual([]);
  });

  it("do not register for ever where the address changes each time", () => {
    const desk = added();
    for (let port = 40_000; port < 40_020 && desk.letters.length > 0; port++) {
      desk.receive(seenAt(desk.next(), "203.0.113.7", port));
    }
    expect(desk.letters).toEqual([]);
    expect(desk.logs.some(({ text }) => text.includes("another address each time"))).toBe(true);
  });

  it("keep the way open with a double line end, and only there", () => {
    const desk = added();
    desk.receive(seenAt(desk.next(), "203.0.113.7", 40_000));
    desk.receive(seenAt(desk.next(), "203.0.113.7", 40_000));
    desk.advance(60_000);
    expect(desk.letters.map(({ text }) => text)).toEqual(["\r\n\r\n", "\r\n\r\n"]);
    const plain = added();
    plain.receive(answerTo(plain.next(), "200 OK", "r"));
    plain.advance(60_000);
    expect(plain.letters).toEqual([]);
  });

  it.each([
    ["a port that is none", "70000"],
    ["no number", "x"],
  ])("pass over %s", (_what, port) => {
    const desk = added();
    const answer = answerTo(desk.next(), "200 OK", "r");
    desk.receive(answer.replace(";rport", `;received=203.0.113.7;rport=${port}`));
    expect(desk.letters).toEqual([]);
  });
});

describe("Registrations over a stream", () => {
  it("name the stream in their Contact, and register again once it breaks", () => {
    const desk = added({ server: TCP });
    const first = desk.next();
    expect(field(first, "Via")).toMatch(/^SIP\/2\.0\/TCP 192\.0\.2\.10:5060;rport;branch=/);
    expect(contactsOf(first)).toEqual(["<sip:101@192.0.2.10:5060;transport=tcp>"]);
    desk.receive(answerTo(first, "200 OK", "r"), TCP);
    desk.sendFailed({ ...TCP, flow: 1 });
    desk.advance(REGISTRATION_TIMES.flowAgainMs - 1);
    expect(desk.letters).toEqual([]);
    desk.advance(REGISTRATION_TIMES.flowAgainMs + 1);
    expect(desk.next()).toMatch(/^REGISTER /);
  });

  it.each([
    ["another server's", { ...TCP, host: "192.0.2.99" }],
    ["another transport's", TLS],
  ])("do not where the connection is %s", (_what, lost) => {
    const desk = added({ server: TCP });
    desk.receive(answerTo(desk.next(), "200 OK", "r"), TCP);
    desk.sendFailed(lost);
    desk.advance(10_000);
    expect(desk.letters).toEqual([]);
  });

  it("are called on the connection where nobody can connect to us", () => {
    const desk = added({ server: TLS });
    desk.connected(TLS, { host: OURS.host, port: 50_123 });
    const first = desk.next();
    expect(contactsOf(first)).toEqual(["<sip:101@192.0.2.10;transport=tls>"]);
    desk.receive(answerTo(first, "200 OK", "r"), TLS);
    expect(contactsOf(desk.next())[0]).toBe("<sip:101@192.0.2.10:50123;transport=tls>");
  });

  it("with a server that keeps flows see a dead one by its silence", () => {
    const desk = added({ server: TCP, instance: INSTANCE });
    const first = desk.next();
    expect(contactsOf(first)[0]).toContain(`;+sip.instance="<${INSTANCE}>";reg-id=1`);
    expect(field(first, "Supported")).toBe("path, outbound");
    const granted = ["Require: outbound", "Flow-Timer: 60"];
    desk.receive(answerTo(first, "200 OK", "r", granted), TCP);
    desk.advance(60_000);
    expect(desk.next()).toBe("\r\n\r\n");
    desk.receiveBytes(new Uint8Array([0x0d, 0x0a]), TCP);
    desk.advance(60_000);
    expect(desk.next()).toBe("\r\n\r\n");
    desk.advance(10_000);
    expect(desk.next()).toMatch(/^REGISTER /);
  });

  it("ask for no flow inside the box", () => {
    const memory = { transport: "memory", host: "exchange", port: 0 } as const;
    const local = { memory: { host: "lines", port: 0 } };
    const desk = added({ server: memory, instance: INSTANCE }, { local });
    const first = desk.next();
    expect(first).not.toContain("+sip.instance");
    expect(field(first, "Supported")).not.toContain("outbound");
  });
});

describe("Registrations kept open by STUN", () => {
  const granted = ["Require: outbound"];

  /** The binding response of a server to what was sent. */
  function bound(request: Uint8Array, host: string, port: number): Uint8Array {
    const transaction = request.slice(8, 20);
    const value = xorAddress({ host, port }, transaction) ?? new Uint8Array(0);
    const attributes = [{ type: STUN_ATTRIBUTE.xorMappedAddress, value }];
    return printStun({ kind: "success", method: 1, transaction, attributes });
  }

  const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

  it("ask the server, and register anew where it sees us elsewhere than before", () => {
    const desk = added({ instance: INSTANCE });
    desk.receive(answerTo(desk.next(), "200 OK", "r", granted));
    for (const [host, isNew] of [
      [OURS.host, false],
      [OURS.host, false],
      ["203.0.113.7", true],
    ] as const) {
      const request = bytesOf(untilSent(desk, 29_000));
      expect([request[0], request[1], request.length]).toEqual([0, 1, 20]);
      desk.receiveBytes(bound(request, host, OURS.port));
      expect(desk.letters.length > 0).toBe(isNew);
    }
    expect(contactsOf(desk.next())[0]).toMatch(/^<sip:101@203\.0\.113\.7:5060>/);
  });

  it("register anew where the server falls silent, and drop answers to nothing of ours", () => {
    const desk = added({ instance: INSTANCE });
    desk.receive(answerTo(desk.next(), "200 OK", "r", granted));
    desk.advance(29_000);
    desk.receiveBytes(bound(new Uint8Array(20), "203.0.113.7", 1));
    desk.receiveBytes(bound(bytesOf(desk.letters[0]?.text ?? ""), "203.0.113.7", 1), {
      ...PEER,
      host: "198.51.100.1",
    });
    desk.letters = [];
    desk.advance(10_000);
    expect(desk.firstLines().some((line) => line.startsWith("REGISTER "))).toBe(true);
  });
});

describe("Registrations kept open by OPTIONS", () => {
  const keepAlive = { kind: "options", everyS: 30 } as const;

  it("are content with any answer", () => {
    const desk = added({ keepAlive });
    desk.receive(answerTo(desk.next(), "200 OK", "r"));
    const ping = untilSent(desk, 30_000);
    expect(ping).toMatch(/^OPTIONS sip:example\.com SIP\/2\.0\r\n/);
    desk.receive(answerTo(ping, "404 Not Found", "r"));
    desk.advance(20_000);
    expect(desk.letters).toEqual([]);
  });

  it("register anew where there is none", () => {
    const desk = added({ keepAlive });
    desk.receive(answerTo(desk.next(), "200 OK", "r"));
    desk.advance(40_000);
    expect(desk.firstLines().at(-1)).toMatch(/^REGISTER /);
  });
});

describe("Registrations and what the registrar grants", () => {
  const call = (desk: Desk): string => {
    desk.command({ kind: "invite", session: "a", account: "line-1", uri: "sip:102@example.com" });
    return desk.next();
  };

  it("send calls along the service route", () => {
    const desk = added();
    const route = "Service-Route: <sip:192.0.2.77:5070;lr>, <sip:orig@home.example;lr>";
    desk.receive(answerTo(desk.next(), "200 OK", "r", [route]));
    const to = (): string | undefined => desk.letters[0]?.to.host;
    desk.command({ kind: "invite", session: "a", account: "line-1", uri: "sip:102@example.com" });
    expect(to()).toBe("192.0.2.77");
    const routes = desk.next().match(/^Route: .*$/gm);
    expect(routes).toEqual([
      "Route: <sip:192.0.2.77:5070;lr>",
      "Route: <sip:orig@home.example;lr>",
    ]);
  });

  it.each([
    [true, "<sip:101@example.com;gr=kjh29x97us97d>"],
    [false, "<sip:101@192.0.2.10:5060>"],
  ])("name a GRUU in calls where that is wanted (%s)", (usesGruu, contact) => {
    const desk = added({ instance: INSTANCE, usesGruu });
    const first = desk.next();
    expect(field(first, "Supported").includes("gruu")).toBe(usesGruu);
    const gruu = 'pub-gruu="sip:101@example.com;gr=kjh29x97us97d"';
    const granted = `Contact: ${contactsOf(first)[0]};expires=600;${gruu}`;
    desk.receive(answerTo(first, "200 OK", "r", [granted]));
    expect(contactsOf(call(desk))).toEqual([contact]);
  });

  it.each([
    [["Require: outbound"], "<sip:101@192.0.2.10:5060;ob>"],
    [["Require: path"], "<sip:101@192.0.2.10:5060>"],
    [[], "<sip:101@192.0.2.10:5060>"],
  ])("granted %j ask for their flow in calls too: %s", (granted, contact) => {
    const desk = added({ instance: INSTANCE });
    const first = desk.next();
    expect(contactsOf(first)[0]).not.toContain(";ob");
    desk.receive(answerTo(first, "200 OK", "r", granted));
    expect(contactsOf(call(desk))).toEqual([contact]);
  });

  it("read the lease of their own instance where the registrar rewrote the address", () => {
    const desk = added({ instance: INSTANCE });
    const granted = [
      "Contact: <sip:101@192.0.2.98>;expires=10",
      `Contact: <sip:101@203.0.113.7:40000>;expires=300;+sip.instance="<${INSTANCE}>"`,
    ];
    desk.receive(answerTo(desk.next(), "200 OK", "r", granted));
    expect(desk.event("registered")?.expiresS).toBe(300);
  });
});

describe("Registrations with backups", () => {
  const BACKUP = { ...PEER, host: "192.0.2.30" };

  it("go to the backup where the first is silent, and back as soon as it answers", () => {
    const desk = added({ backups: [BACKUP] });
    desk.advance(5_000);
    expect(desk.letters.at(-1)?.to.host).toBe(BACKUP.host);
    desk.receive(answerTo(desk.letters.at(-1)?.text ?? "", "200 OK", "r"), BACKUP);
    expect(desk.event("registered")?.server.host).toBe(BACKUP.host);
    desk.letters = [];
    desk.command({ kind: "invite", session: "a", account: "line-1", uri: "sip:102@example.com" });
    expect(desk.letters[0]?.to.host).toBe(BACKUP.host);
    desk.receive(answerTo(desk.next(), "486 Busy Here", "b"), BACKUP);
    desk.letters = [];
    const register = untilSent(desk, REGISTRATION_TIMES.primaryAgainMs);
    desk.receive(answerTo(register, "200 OK", "r"), PEER);
    expect(desk.event("registered")?.server.host).toBe(PEER.host);
  });

  it("ask the backup at once where the first says 503", () => {
    const desk = added({ backups: [BACKUP] });
    desk.receive(answerTo(desk.next(), "503 Service Unavailable", "r", ["Retry-After: 60"]));
    expect(desk.letters[0]?.to.host).toBe(BACKUP.host);
  });

  it("stay with the first where it refuses", () => {
    const desk = added({ backups: [BACKUP] });
    desk.receive(answerTo(desk.next(), "403 Forbidden", "r"));
    expect(desk.letters).toEqual([]);
    expect(desk.eventKinds()).toEqual(["registration-failed"]);
  });
});

describe("Registrations after a change of the network", () => {
  it("register at once, and believe nothing that they have learned", () => {
    const desk = added();
    desk.receive(seenAt(desk.next(), "203.0.113.7", 40_000));
    desk.receive(seenAt(desk.next(), "203.0.113.7", 40_000));
    desk.networkChanged();
    expect(contactsOf(desk.next())[0]).toBe("<sip:101@192.0.2.10:5060>");
  });

  it("do not wait any longer where they waited", () => {
    const desk = added();
    desk.receive(answerTo(desk.next(), "403 Forbidden", "r"));
    desk.networkChanged();
    expect(desk.next()).toMatch(/^REGISTER /);
  });
});

describe("A request that is too long for a datagram", () => {
  const long = { name: "subject", value: "x".repeat(1300) };
  const send = (desk: Desk): void =>
    desk.command({
      ...{ kind: "send-request", request: "r", method: "MESSAGE", to: PEER },
      ...{ uri: "sip:bob@192.0.2.20", headers: [long] },
    });

  it("goes over TCP, and as a datagram where nobody takes it", () => {
    const desk = added({ register: false });
    send(desk);
    expect(desk.letters.map(({ to }) => to.transport)).toEqual(["tcp"]);
    expect(field(desk.next(), "Via")).toContain("SIP/2.0/TCP");
    desk.sendFailed(TCP);
    expect(desk.letters.map(({ to }) => to.transport)).toEqual(["udp"]);
    desk.letters = [];
    send(desk);
    expect(desk.letters.map(({ to }) => to.transport)).toEqual(["udp"]);
  });

  it("goes as a datagram where there is no TCP", () => {
    const local = { udp: { host: OURS.host, port: OURS.port } };
    const desk = added({ register: false }, { local });
    send(desk);
    expect(desk.letters.map(({ to }) => to.transport)).toEqual(["udp"]);
  });
});
