import type { SocketAddress } from "../base/address.ts";

/** How a message travels: through a socket, or inside the box. */
export type SipTransport = "udp" | "tcp" | "tls" | "memory";

/**
 * Where a SIP message goes to or came from. In the box `host` is a stack's name; a stream's port 0
 * is a far end that can be reached through its `flow` alone.
 */
export interface SipAddress extends SocketAddress {
  readonly transport: SipTransport;
  /** The connection: used while it is open, else one is opened to `host` and `port`. */
  readonly flow?: number;
  /** Of `tls`: the name that the far end's certificate must carry. Absent: its address. */
  readonly serverName?: string;
}

/**
 * A hop before anything was looked up: what is absent is found by NAPTR and SRV records, or is the
 * default. @see RFC 3263 §4
 */
export interface SipHop {
  /** A name or an IP address (IPv6 without brackets). */
  readonly host: string;
  readonly port?: number | undefined;
  readonly transport?: SipTransport | undefined;
  /** Whether `sips:` asks for TLS whatever the records say. */
  readonly secure?: boolean | undefined;
  /** What is looked for there: SIP unless told. @see RFC 8489 §8 */
  readonly service?: "stun" | undefined;
  readonly flow?: number | undefined;
  readonly serverName?: string | undefined;
}

/** A SIP account of a line: who it is, and where it registers. */
export interface SipAccount {
  /** Our own name for it, e.g. `line-1`. */
  readonly id: string;
  /** User part of the address of record and of the contact. */
  readonly user: string;
  /** Host part of the address of record. */
  readonly domain: string;
  /**
   * Whether it is a `sips:` address: then every hop of its calls is to be encrypted, and what it
   * calls is called by `sips:` too. Its server has to be reached over TLS. @see RFC 5630
   */
  readonly secure?: boolean;
  readonly displayName?: string;
  /** Where REGISTER and requests go (also the outbound proxy). */
  readonly server: SipHop;
  /**
   * `urn:uuid:…`, the same for ever: by it a server knows us again. Absent: no flows are asked for.
   * @see RFC 5626 §4.1
   */
  readonly instance?: string;
  /** How the way to the server is kept open; by what it can do where absent. */
  readonly keepAlive?: {
    readonly kind: "auto" | "off" | "crlf" | "stun" | "options";
    readonly everyS?: number;
  };
  /**
   * Whether a GRUU that the registrar grants stands in our Contact. Default false: some registrars
   * grant one that their proxy cannot route to. @see RFC 5627
   */
  readonly usesGruu?: boolean;
  /** Whether our Contact follows the address that the server sees us at. Default true. */
  readonly followsPublicAddress?: boolean;
  /** Servers that are asked where none of those before answers; the first is gone back to. */
  readonly backups?: readonly SipHop[];
  /** Whether `server` is a proxy on the way to the registrar, which all requests go through. */
  readonly throughProxy?: boolean;
  /**
   * More servers (outbound proxies) over which it is registered at the same time, each a flow of
   * its own; calls go by the first that has it. @see RFC 5626 §4.2
   */
  readonly flows?: readonly SipHop[];
  /**
   * Who registers in its place, and in that of all accounts that name the same: `id` is no other
   * account's. What is not here is as at the first of them. @see RFC 6140
   */
  readonly trunk?: { readonly id: string; readonly user: string };
  /** Whether it registers for every number of its trunk. @see RFC 6140 §5.2 */
  readonly bulk?: boolean;
  readonly authUser?: string;
  readonly password?: string;
  /**
   * The only realm that `password` is for; where it is absent, those that the registrar asks with.
   * Challenges of other realms are not answered.
   */
  readonly authRealm?: string;
  /** Names and passwords of other realms, such as those of proxies on the way. */
  readonly otherRealms?: readonly {
    readonly realm: string;
    readonly user: string;
    readonly password: string;
  }[];
  /** The only hashes that challenges are answered with; every known one where absent. */
  readonly digestAlgorithms?: readonly ("MD5" | "SHA-256" | "SHA-512-256")[];
  /** Whether the registrar is asked to tell of the registration. @see RFC 3680 */
  readonly watchesRegistration?: boolean;
  readonly register: boolean;
  /** The lease asked for, seconds. */
  readonly expiresS: number;
}
