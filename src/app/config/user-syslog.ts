import type { LogLevel } from "../../base/log-event.ts";
import type { FACILITIES } from "../syslog/syslog-message.ts";

/** What is logged, and where it goes. */
export interface UserLog {
  /** Default info. */
  readonly level?: LogLevel;
  /** A server that gets the log too, as RFC 5424 has it. */
  readonly syslog?: UserSyslog;
}

/** A server that takes logs, as a person writes it. */
export interface UserSyslog {
  /** `host` or `host:port`. Default port 514, over TLS 6514. */
  readonly server: string;
  /** Default udp. Over TCP and TLS messages are counted in octets (RFC 6587, RFC 5425). */
  readonly transport?: "udp" | "tcp" | "tls";
  /** Default: as `log.level`. */
  readonly level?: LogLevel;
  /** Default daemon. */
  readonly facility?: (typeof FACILITIES)[number];
  /** Who we are. Default: this machine's name. */
  readonly hostname?: string;
  /** The private enterprise number in the name of our structured data. Default 32473. */
  readonly enterpriseId?: number;
  /** The longest message. Default 1232 over UDP, 8192 else. */
  readonly maxBytes?: number;
  readonly tls?: {
    /** File of the authorities that are believed, PEM. Default: the system's list. */
    readonly ca?: string;
    /** SHA-256 of the only certificates that are taken, whatever else they say. */
    readonly fingerprints?: readonly string[];
    /** Whether the server's certificate is checked. Default on. */
    readonly verify?: boolean;
  };
}
