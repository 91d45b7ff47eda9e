import type { SocketAddress } from "../../base/address.ts";
import type { LineId } from "../../base/line-messages.ts";
import type { CallConfig } from "../../call/index.ts";
import type { PickupConfig } from "../../exchange/index.ts";
import type {
  DigestHash,
  GuardLimits,
  SessionTimerConfig,
  SipAccount,
  SipHop,
} from "../../sip/index.ts";
import type { SipTlsConfig } from "./sip-streams.ts";

/** Where a line's SIP account registers: a server on the network, or the box's own exchange. */
export type LineServer =
  | { readonly kind: "network"; readonly hop: SipHop; readonly backups: readonly SipHop[] }
  /** `udp` takes the long way, through sockets, so that it can be captured. */
  | { readonly kind: "exchange"; readonly transport: "memory" | "udp" };

/** What call control is told that does not come from the box's own ports. */
export type CallSettings = Omit<CallConfig, "line" | "account" | "wallTime" | "createToken">;

/** A SIP account as it is configured; where and as what it stands is the plane's. */
export type ControlAccountConfig = Omit<SipAccount, "server" | "backups" | "instance" | "id">;

/** One line, as the control plane sees it. */
export interface ControlLineConfig {
  readonly line: LineId;
  readonly account: ControlAccountConfig;
  readonly server: LineServer;
  /** More accounts of the line, registered at the same time; calls go out by the first that is. */
  readonly more?: readonly {
    readonly account: ControlAccountConfig;
    readonly server: LineServer;
  }[];
  readonly call: CallSettings;
  /** Whether texts (MESSAGE) are shown on the telephone's display. */
  readonly showsMessages?: boolean;
  /** Whether the battery turns round while a call that the line has made is answered. */
  readonly answerReversal: boolean;
  /** From one metering pulse of such a call to the next, ms; 0 for none. */
  readonly meteringEveryMs: number;
}

/** What is dropped without a word; see `GuardLimits`. */
export type GuardConfig = Omit<GuardLimits, "isTrusted">;

/** The embedded exchange. */
export interface ControlExchangeConfig {
  readonly listen: SocketAddress;
  /** Where telephones with TLS reach it; needs a certificate. */
  readonly tlsPort?: number;
  readonly domain: string;
  readonly users: readonly {
    readonly user: string;
    readonly password: string;
    readonly numbers?: readonly string[];
  }[];
  /** Best first; the exchange's own default where absent. */
  readonly digestAlgorithms?: readonly DigestHash[];
  readonly digestQop?: readonly ("auth" | "auth-int")[];
  readonly guard?: GuardConfig;
  /** The user that tells of everybody's mailbox. */
  readonly voicemail?: string;
  /** How calls that ring elsewhere are picked up; not at all where absent. */
  readonly pickup?: PickupConfig;
  /** What is dialled before the number of who has a call on hold, to take that over. */
  readonly retrieveCode?: string;
}

/** All that the control plane is told at its start. */
export interface ControlConfig {
  readonly lines: readonly ControlLineConfig[];
  /** The address of this machine that the lines' SIP uses; the port is the system's choice. */
  readonly sipHost: string;
  /** The same of IPv6, where this machine has both families. */
  readonly sipHost6?: string;
  readonly tls: SipTlsConfig;
  /** The server that tells SIP and voice their addresses outside; absent: nobody does. */
  readonly stunServer?: Pick<SipHop, "host" | "port">;
  /** The code point that SIP is sent with, 0–63. */
  readonly sipDscp?: number;
  readonly userAgentName: string;
  /** How long a call may go without a sign of life; absent: nobody watches. */
  readonly sessionTimer?: SessionTimerConfig;
  /** Whether calls carry a Session-ID. @see RFC 7989 */
  readonly sessionIds?: boolean;
  /** What the lines' stack takes of one source that it is not registered at. */
  readonly guard?: GuardConfig;
  /** Whether a line takes calls from anyone; else only from the server it is registered at. */
  readonly directCalls: boolean;
  readonly exchange?: ControlExchangeConfig;
}
