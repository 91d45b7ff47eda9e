import { carriedText } from "./auth/digest.ts";
import type { Credentials, Route } from "./client-request.ts";
import { hopOfUri } from "./locator.ts";
import type { Granted } from "./registration/granted.ts";
import type { SipAccount, SipAddress, SipHop } from "./user-agent-types.ts";
import { parseNameAddr, printNameAddr } from "./wire/name-addr.ts";
import { printUri } from "./wire/uri.ts";

interface Entry {
  readonly account: SipAccount;
  /** Where its server was reached last. */
  reached?: SipAddress;
  granted?: Granted;
}

/** The accounts that a stack has, and where their servers were found. */
export class AccountBook {
  readonly #entries = new Map<string, Entry>();

  set(account: SipAccount): void {
    this.#entries.set(account.id, { account });
  }

  delete(id: string): void {
    this.#entries.delete(id);
  }

  get(id: string): SipAccount | undefined {
    return this.#entries.get(id)?.account;
  }

  /** Remembers the address at which the server answered. */
  setReached(id: string, address: SipAddress | undefined): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if (address === undefined) delete entry.reached;
    else entry.reached = address;
  }

  /** Remembers what the server granted. */
  setGranted(id: string, granted: Granted | undefined): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if (granted === undefined) delete entry.granted;
    else entry.granted = granted;
  }

  /** What our Contact is to name for that user toward that server, in place of an address. */
  gruuOf(user: string, near: SipAddress): string | undefined {
    for (const { account, reached, granted } of this.#entries.values()) {
      const isThere = reached?.transport === near.transport && reached.host === near.host;
      if (isThere && account.user === user) return granted?.gruu;
    }
    return undefined;
  }

  /** The address at which the server answered last. */
  reachedOf(id: string): SipAddress | undefined {
    return this.#entries.get(id)?.reached;
  }

  /**
   * Where requests of the account go: the address that answered last, behind it what its server's
   * name has, and the servers behind that.
   */
  routeOf(id: string): Route {
    const entry = this.#entries.get(id);
    if (entry === undefined) return { hop: undefined };
    const { account, reached, granted } = entry;
    const [first] = granted?.serviceRoute ?? [];
    if (first !== undefined) {
      const hop = hopOfRoute(first, reached);
      if (hop !== undefined) return { hop, routes: granted?.serviceRoute ?? [] };
    }
    return {
      hop: account.server,
      ...(reached === undefined ? {} : { prefer: reached }),
      ...(account.backups === undefined ? {} : { backups: account.backups }),
    };
  }

  /**
   * The account that a Request-URI's user names (readable text). An empty user means the box
   * itself, which is the account where there is one only.
   */
  findByUser(user: string, source: SipAddress): SipAccount | undefined {
    const all = [...this.#entries.values()];
    if (user === "") return all.length === 1 ? all[0]?.account : undefined;
    const named = all.filter((entry) => entry.account.user === user);
    // Two providers may have given us the same user: then the one that calls is meant.
    const from = named.find((entry) => entry.reached?.host === source.host);
    return (from ?? named[0])?.account;
  }
}

/** Where a route begins; where it is the server that we are registered at, at its address. */
function hopOfRoute(route: string, reached: SipAddress | undefined): SipHop | undefined {
  const parsed = parseNameAddr(route);
  const hop = parsed.ok ? hopOfUri(parsed.value.uriText, reached?.transport) : undefined;
  return hop !== undefined && reached !== undefined && hop.host === reached.host ? reached : hop;
}

/** The address of record as a URI. */
export function aorOf(account: SipAccount): string {
  return printUri({
    scheme: "sip",
    user: carriedText(account.user),
    host: account.domain,
    params: new Map(),
  });
}

/** A From value, with display name and tag. `displayName` is readable text. */
export function fromValue(uriText: string, displayName: string | undefined, tag: string): string {
  return printNameAddr({
    ...(displayName === undefined ? {} : { displayName: carriedText(displayName) }),
    uriText,
    params: new Map([["tag", tag]]),
  });
}

/** What an account answers challenges with; `undefined` where it has no password. */
export function credentialsOf(account: SipAccount): Credentials | undefined {
  if (account.password === undefined) return undefined;
  return {
    user: account.authUser ?? account.user,
    password: account.password,
    realm: account.authRealm,
    algorithms: account.digestAlgorithms,
    account: account.id,
  };
}
