import type { Stack } from "../stack.ts";
import type { SipAccount, SipAddress, SipHop } from "../user-agent-types.ts";

/** Ways to their servers that the accounts of one group are registered over at a time. */
export const WAYS_MAX = 4;

/**
 * Accounts that are registered together, over one way or several: most often one account and one
 * way. An account may have more ways (flows to several outbound proxies, RFC 5626 §4.2), and many
 * accounts may be covered by the registration of their trunk (RFC 6140).
 *
 *     accounts ──── group ──── way 1 (reg-id 1)
 *                        └──── way 2 (reg-id 2)
 */
export class AccountGroup {
  /** Who registers: the account, or the trunk in place of many. */
  readonly account: SipAccount;
  readonly #stack: Stack;
  readonly #members = new Map<string, SipAccount>();
  /** Ways that have us now. */
  readonly #up = new Map<number, { readonly expiresS: number; readonly server: SipAddress }>();
  /** Ways that are not given up. */
  #left: number;
  #isLeaving = false;

  constructor(stack: Stack, account: SipAccount) {
    this.#stack = stack;
    this.account = account.trunk === undefined ? account : trunkOf(account);
    this.#left = this.ways.length;
    if (account.trunk !== undefined) stack.accounts.set(this.account);
  }

  /** Where it registers, the way that calls prefer first. */
  get ways(): readonly SipHop[] {
    return [this.account.server, ...(this.account.flows ?? [])].slice(0, WAYS_MAX);
  }

  get size(): number {
    return this.#members.size;
  }

  has(id: string): boolean {
    return this.#members.has(id);
  }

  /** Whether another way than this one has us. */
  isUpBeside(way: number): boolean {
    return [...this.#up.keys()].some((other) => other !== way);
  }

  /** Takes an account in; where the group is registered so is the account. */
  add(account: SipAccount): void {
    this.#members.set(account.id, account);
    this.#stack.accounts.set(account);
    for (const { expiresS, server } of this.#up.values()) {
      this.#stack.emit({ kind: "registered", account: account.id, expiresS, server });
    }
  }

  /** Lets one of many accounts go; the registration stays for the others. */
  release(id: string): void {
    this.#members.delete(id);
    this.#stack.accounts.delete(id);
    this.#stack.emit({ kind: "unregistered", account: id });
  }

  registered(way: number, expiresS: number, server: SipAddress): void {
    this.#up.set(way, { expiresS, server });
    for (const id of this.#members.keys()) {
      this.#stack.emit({ kind: "registered", account: id, expiresS, server });
    }
  }

  /** A way was refused; who has another one is told nothing but by the log. */
  failed(
    way: number,
    refusal: { readonly status?: number; readonly reason: string },
    retryMs: number,
  ): void {
    this.#up.delete(way);
    if (this.isUpBeside(way)) {
      const { id } = this.account;
      const text = `${id}: way ${way + 1} of ${this.ways.length} is lost: ${refusal.reason}`;
      this.#stack.log("warn", text);
      return;
    }
    for (const id of this.#members.keys()) {
      this.#stack.emit({ kind: "registration-failed", account: id, ...refusal, retryMs });
    }
  }

  /** A way was given up; with the last one go the accounts. */
  gone(way: number): void {
    this.#up.delete(way);
    if (--this.#left > 0) return;
    for (const id of this.#members.keys()) this.#stack.emit({ kind: "unregistered", account: id });
  }

  /** Whether it is being given up. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** It is given up: no more requests are made for its accounts. */
  leave(): void {
    this.#isLeaving = true;
    for (const id of this.#members.keys()) this.#stack.accounts.delete(id);
    if (!this.has(this.account.id)) this.#stack.accounts.delete(this.account.id);
  }
}

/** The account that registers in the place of one that its trunk covers. */
function trunkOf({ trunk, displayName: _, ...account }: SipAccount): SipAccount {
  return trunk === undefined ? account : { ...account, ...trunk, bulk: true };
}
