import type { Credentials } from "./auth/credentials.ts";
import { carriedText } from "./auth/digest.ts";
import { hopOfUri } from "./locator.ts";
import { type Granted, gruuInTrunk } from "./registration/granted.ts";
import type { Route } from "./route.ts";
import { TrustedHosts } from "./security/trusted-hosts.ts";
import type { SipAccount, SipAddress, SipHop } from "./user-agent-types.ts";
import { parseNameAddr, printNameAddr } from "./wire/name-addr.ts";
import { printUri } from "./wire/uri.ts";

/** One way to a server of an account. */
interface Way {
  /** Where it was reached last. */
  reached?: SipAddress;
  granted?: Granted;
}

interface Entry {
  readonly account: SipAccount;
  readonly ways: Map<number, Way>;
  /** Realms (latin-1 carried) that its server has asked with. */
  readonly realms: Set<string>;
  readonly hosts: TrustedHosts;
  /** Whether its registrar has sent it on to another one, whose realms are not ours to believe. */
  isLedOn: boolean;
}

/** Realms of one account that become known. */
const REALMS_MAX = 8;

/** The accounts that a stack has, and where their servers were found. */
export class AccountBook {
  readonly #entries = new Map<string, Entry>();

  set(account: SipAccount): void {
    const { server, backups = [], flows = [] } = account;
    const hosts = new TrustedHosts([server, ...backups, ...flows].map(({ host }) => host));
    this.#entries.set(account.id, {
      account,
      ways: new Map(),
      realms: new Set(),
      hosts,
      isLedOn: false,
    });
  }

  delete(id: string): void {
    this.#entries.delete(id);
  }

  get(id: string): SipAccount | undefined {
    return this.#entries.get(id)?.account;
  }

  /**
   * The server of a way (0 for the first) has taken a registration where it was reached; `located`
   * are the addresses that its name has: another one of the servers behind it may call us as well.
   */
  setReached(
    id: string,
    way: number,
    { reached, located }: { readonly reached: SipAddress; readonly located: readonly SipAddress[] },
    leaseS: number,
    nowMs: number,
  ): void {
    const entry = this.#entries.get(id);
    entry?.ways.set(way, { ...entry.ways.get(way), reached });
    const hosts = [reached, ...located].map(({ host }) => host);
    entry?.hosts.registered(hosts, way, leaseS * 1000, nowMs);
  }

  /** Where an account registers now: at its own server, or where that sent it on to. */
  setLedOn(id: string, isLedOn: boolean): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.isLedOn = isLedOn;
  }

  /** Nobody answers on a way any more. */
  setUnreached(id: string, way: number): void {
    this.#entries.get(id)?.ways.delete(way);
  }

  /** What was learned of where servers are holds for a little while yet. */
  networkChanged(nowMs: number): void {
    for (const { hosts } of this.#entries.values()) hosts.networkChanged(nowMs);
  }

  /** What stands for an account: itself, or the trunk that registers in its place. */
  #registrantOf(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    return this.#entries.get(entry?.account.trunk?.id ?? id) ?? entry;
  }

  /** Whether a message from there comes from a server of the account. */
  isServerOf(id: string, source: SipAddress, nowMs: number): boolean {
    const entry = this.#registrantOf(id);
    if (entry === undefined) return false;
    const isInside = entry.account.server.transport === "memory";
    return (source.transport === "memory") === isInside && entry.hosts.has(source.host, nowMs);
  }

  /** Whether a message from there comes from a server of any account. */
  isAnyServer(source: SipAddress, nowMs: number): boolean {
    return [...this.#entries.keys()].some((id) => this.isServerOf(id, source, nowMs));
  }

  /** Remembers what the server of a way granted. */
  setGranted(id: string, way: number, granted: Granted): void {
    const entry = this.#entries.get(id);
    entry?.ways.set(way, { ...entry.ways.get(way), granted });
  }

  /**
   * Whether a challenge of a realm is answered where the configuration names none: the registrar's
   * own are, and where it never asked the first that anybody on the way to it asks with. A realm
   * that turns up later, or in a call, is somebody else's, who would learn what to guess our
   * password from. So is, where the registrar has sent us on, any that it did not ask with itself
   * but the account's domain.
   */
  takesRealm(id: string, realm: string, request: "register" | "outside" | "inside"): boolean {
    const { realms, isLedOn = false, account } = this.#registrantOf(id) ?? {};
    if (isLedOn) return realms?.has(realm) === true || carriedText(account?.domain ?? "") === realm;
    const mayLearn = request === "register" || (request === "outside" && (realms?.size ?? 0) === 0);
    if (mayLearn && realms !== undefined && realms.size < REALMS_MAX) realms.add(realm);
    return request === "register" || realms?.has(realm) === true;
  }

  /** What our Contact is to name for that user toward that server, in place of an address. */
  gruuOf(user: string, near: SipAddress): string | undefined {
    const granted = this.#grantedTo(user, near);
    if (granted?.gruu === undefined) return undefined;
    return granted.account.trunk === undefined
      ? granted.gruu
      : gruuInTrunk(granted.gruu, granted.account);
  }

  /** Whether a server keeps the flow that the user is registered over. @see RFC 5626 §4.3 */
  keepsFlow(user: string, near: SipAddress): boolean {
    return this.#grantedTo(user, near)?.hasOutbound === true;
  }

  #grantedTo(
    user: string,
    near: SipAddress,
  ): (Granted & { readonly account: SipAccount }) | undefined {
    for (const { account } of this.#entries.values()) {
      if (account.user !== user) continue;
      for (const { reached, granted } of this.#registrantOf(account.id)?.ways.values() ?? []) {
        const isThere = reached?.transport === near.transport && reached.host === near.host;
        if (isThere) return granted === undefined ? undefined : { ...granted, account };
      }
    }
    return undefined;
  }

  /** The address at which the server of a way answered last. */
  reachedOf(id: string, way: number): SipAddress | undefined {
    return this.#registrantOf(id)?.ways.get(way)?.reached;
  }

  /**
   * Where requests of the account go: the address that answered last on its first way that is up,
   * behind it what its server's name has, the other ways, and the servers behind that.
   */
  routeOf(id: string): Route {
    const entry = this.#registrantOf(id);
    if (entry === undefined) return { hop: undefined };
    const { account, ways } = entry;
    const up = [...ways].toSorted(([a], [b]) => a - b).filter(([, way]) => way.reached);
    const [[at, first] = [0, undefined], ...others] = up;
    const [route] = first?.granted?.serviceRoute ?? [];
    if (route !== undefined) {
      const hop = hopOfRoute(route, first?.reached);
      if (hop !== undefined) return { hop, routes: first?.granted?.serviceRoute ?? [] };
    }
    const hop = at === 0 ? account.server : (account.flows?.[at - 1] ?? account.server);
    const beside = others.flatMap(([, { reached }]) => (reached === undefined ? [] : [reached]));
    const backups = [...beside, ...(account.backups ?? [])];
    return {
      hop,
      ...(first?.reached === undefined ? {} : { prefer: first.reached }),
      ...(backups.length === 0 ? {} : { backups }),
    };
  }

  /**
   * The account that a Request-URI's user names (readable text). An empty user means the box
   * itself, which is the account where there is one only.
   */
  findByUser(user: string, source: SipAddress, nowMs: number): SipAccount | undefined {
    const all = [...this.#entries.values()].filter(({ account }) => account.bulk !== true);
    if (user === "") return all.length === 1 ? all[0]?.account : undefined;
    const named = all.filter((entry) => entry.account.user === user);
    // Two providers may have given us the same user: then the one that calls is meant.
    const from = named.find(({ account }) => this.isServerOf(account.id, source, nowMs));
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
    scheme: account.secure === true ? "sips" : "sip",
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
    others: account.otherRealms,
    algorithms: account.digestAlgorithms,
    account: account.id,
  };
}
