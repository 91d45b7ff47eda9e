import { printAddress } from "../../base/address.ts";
import type { LineId } from "../../base/line-messages.ts";
import type { SipHop, UaCommand, UaEvent } from "../../sip/index.ts";
import type { ControlAccountConfig } from "./control-config.ts";

/** Where one account registers: the first, and those that stand in for it. */
export type AccountServers = readonly [SipHop, ...SipHop[]];

/** One account of a line, and where it stands. */
interface LineAccount {
  readonly id: string;
  readonly config: ControlAccountConfig;
  readonly servers: AccountServers;
  state: "not-registered" | "registered" | "failed";
}

/**
 * The SIP accounts of one line, all registered at the same time: calls come in by any, and go out
 * by the first that is registered. Call control knows of the first one alone; what is told of the
 * others is told as if it were of that one, and only where it changes what the line can do.
 */
export class LineAccounts {
  readonly #accounts: readonly [LineAccount, ...LineAccount[]];
  readonly #instance: string;

  /** @param instance who the box is to SIP servers */
  constructor(line: LineId, [first, ...more]: readonly [Placed, ...Placed[]], instance: string) {
    const make = ({ config, servers }: Placed, at: number): LineAccount => ({
      id: at === 0 ? `line-${line}` : `line-${line}-${at + 1}`,
      config,
      servers,
      state: "not-registered",
    });
    this.#accounts = [make(first, 0), ...more.map((one, at) => make(one, at + 1))];
    this.#instance = instance;
  }

  /** The account that call control speaks as. */
  get mainId(): string {
    return this.#accounts[0].id;
  }

  get ids(): readonly string[] {
    return this.#accounts.map(({ id }) => id);
  }

  /** The user of an account, and its server in words; of the first where it is none of ours. */
  describe(id: string = this.mainId): { readonly user: string; readonly server: string } {
    const { config, servers } = this.#accounts.find((one) => one.id === id) ?? this.#accounts[0];
    const [{ transport, host, port }] = servers;
    if (transport === "memory") return { user: config.user, server: "the built-in exchange" };
    const server = port === undefined ? host : printAddress({ host, port });
    return { user: config.user, server };
  }

  /** Whether any account is registered; else what became of the first. */
  get state(): LineAccount["state"] {
    return this.#registered === undefined ? this.#accounts[0].state : "registered";
  }

  get #registered(): LineAccount | undefined {
    return this.#accounts.find(({ state }) => state === "registered");
  }

  /** What makes all accounts register. */
  adding(): readonly UaCommand[] {
    return this.#accounts.map(({ id, config, servers: [server, ...backups] }) => ({
      kind: "add-account",
      account: { ...config, id, server, backups, instance: this.#instance },
    }));
  }

  /** What takes all registrations back. */
  removing(): readonly UaCommand[] {
    return this.#accounts.map(({ id }) => ({ kind: "remove-account", account: id }));
  }

  /** Takes note of an event; what call control is to be told of it, if anything. */
  note(event: UaEvent): UaEvent | undefined {
    if (!("account" in event) || event.account === undefined) return event;
    const account = this.#accounts.find(({ id }) => id === event.account);
    if (account === undefined) return event;
    const told = { ...event, account: this.mainId };
    const isMain = account === this.#accounts[0];
    const before = this.state;
    switch (event.kind) {
      case "registered":
        account.state = "registered";
        return isMain || before !== "registered" ? told : undefined;
      case "registration-failed":
        account.state = "failed";
        return this.state === "registered" ? undefined : told;
      case "unregistered":
        account.state = "not-registered";
        return this.state === "registered" ? undefined : told;
      default:
        return told;
    }
  }

  /** A command of call control, by the account that can carry it out. */
  through(command: UaCommand): UaCommand {
    if (command.kind !== "invite" || command.account !== this.mainId) return command;
    const [main] = this.#accounts;
    const chosen = main.state === "registered" ? main : (this.#registered ?? main);
    if (chosen === main) return command;
    // The number is one of the other server's then.
    const uri = command.uri.replace(`@${main.config.domain}`, `@${chosen.config.domain}`);
    return { ...command, account: chosen.id, uri };
  }
}

/** An account with its place. */
interface Placed {
  readonly config: ControlAccountConfig;
  readonly servers: AccountServers;
}
