import { describe, expect, it } from "vitest";
import type { UaCommand, UaEvent } from "../../sip/index.ts";
import { LineAccounts } from "./line-accounts.ts";

const account = (user: string, domain: string) => ({
  ...{ user, domain, register: true, expiresS: 3600 },
});
const at = (host: string) => ({ transport: "udp", host, port: 5060 }) as const;

function two(): LineAccounts {
  return new LineAccounts(
    1,
    [
      { config: account("101", "a.example"), servers: [{ host: "a.example" }] },
      { config: account("5551", "b.example"), servers: [{ host: "b.example", port: 5070 }] },
    ],
    "urn:uuid:x",
  );
}

const registered = (id: string, host: string): UaEvent => ({
  ...{ kind: "registered", account: id, expiresS: 3600, server: at(host) },
});
const failed = (id: string): UaEvent => ({
  ...{ kind: "registration-failed", account: id, reason: "nobody answered" },
});
const invite: UaCommand = {
  ...{ kind: "invite", session: "s", account: "line-1", uri: "sip:102@a.example", body: "" },
};
const accountOf = (command: UaCommand): unknown => "account" in command && command.account;

describe("LineAccounts", () => {
  it("registers every account and takes every one back", () => {
    const accounts = two();
    expect(accounts.ids).toEqual(["line-1", "line-1-2"]);
    expect(accounts.adding().map((command) => command.kind)).toEqual([
      "add-account",
      "add-account",
    ]);
    expect(accounts.removing().map(accountOf)).toEqual(["line-1", "line-1-2"]);
  });

  it("names each account's user and server", () => {
    expect(two().describe("line-1-2")).toEqual({ user: "5551", server: "b.example:5070" });
    expect(two().describe()).toEqual({ user: "101", server: "a.example" });
  });

  it("tells call control of a change of the line, as of its first account", () => {
    const accounts = two();
    expect(accounts.note(failed("line-1"))).toMatchObject({ account: "line-1" });
    expect(accounts.note(registered("line-1-2", "192.0.2.2"))).toMatchObject({
      ...{ kind: "registered", account: "line-1" },
    });
    expect(accounts.state).toBe("registered");
    // Another one more or less changes nothing that the line can do.
    expect(accounts.note(failed("line-1"))).toBe(undefined);
    expect(accounts.note(registered("line-1-2", "192.0.2.2"))).toBe(undefined);
    expect(accounts.note(failed("line-1-2"))).toMatchObject({ account: "line-1" });
    expect(accounts.state).toBe("failed");
  });

  it("calls by the first that is registered, at that one's domain", () => {
    const accounts = two();
    expect(accounts.through(invite)).toBe(invite);
    accounts.note(registered("line-1-2", "192.0.2.2"));
    expect(accounts.through(invite)).toMatchObject({
      ...{ account: "line-1-2", uri: "sip:102@b.example" },
    });
    accounts.note(registered("line-1", "192.0.2.1"));
    expect(accounts.through(invite)).toBe(invite);
  });

  it("passes on what is of no account", () => {
    const event: UaEvent = { kind: "confirmed", session: "s" };
    expect(two().note(event)).toBe(event);
    const end: UaCommand = { kind: "end", session: "s" };
    expect(two().through(end)).toBe(end);
  });
});
