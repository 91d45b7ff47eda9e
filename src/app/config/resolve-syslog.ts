import type { LogLevel } from "../../base/log-event.ts";
import type { CertificatePolicy } from "../../sip/index.ts";
import { FACILITIES, MESSAGE_MIN_BYTES } from "../syslog/syslog-message.ts";
import type { ConfigPath, ConfigProblem } from "./config-problem.ts";
import { parseRegistrar } from "./resolve-sip.ts";
import { plainFingerprints, readTlsFiles } from "./tls-files.ts";
import type { ReadTextFile, UserConfig } from "./user-config.ts";
import type { UserSyslog } from "./user-syslog.ts";

/**
 * The port of each transport. TCP has none of its own: rsyslog and syslog-ng listen at 514 too.
 * @see RFC 5426 §3.3, RFC 5425 §4.1, RFC 6587 §3.2
 */
const PORTS = { udp: 514, tcp: 514, tls: 6514 } as const;

/**
 * The longest message where nothing is told: a datagram of IPv6 that nobody has to cut (1280 bytes
 * without its headers), and what receivers of streams should take. @see RFC 5426 §3.2, RFC 5425
 * §4.3.1
 */
const MAX_BYTES = { udp: 1232, tcp: 8192, tls: 8192 } as const;

/** The number that documents use for enterprises; nobody has to register it. @see RFC 5612 §2 */
const EXAMPLE_ENTERPRISE = 32_473;

/** Where the log goes besides. */
export interface SyslogSettings {
  readonly host: string;
  readonly port: number;
  /** As it is written. */
  readonly name: string;
  readonly transport: "udp" | "tcp" | "tls";
  readonly level?: LogLevel;
  /** This machine's own name where absent. */
  readonly hostName?: string;
  readonly source: {
    readonly facility: number;
    readonly enterpriseId: number;
    readonly maxBytes: number;
  };
  readonly tls?: { readonly authorities?: string; readonly policy: CertificatePolicy };
}

/** Where the log goes besides; undefined where to no server, or that is not well written. */
export function resolveSyslog(
  user: UserConfig,
  readTextFile: ReadTextFile | undefined,
  problems: ConfigProblem[],
): SyslogSettings | undefined {
  const written = user.log?.syslog;
  if (written === undefined) return undefined;
  const { transport = "udp", server, level, hostname } = written;
  const parsed = parseRegistrar(server);
  if (parsed === undefined) {
    const text = `is "${server}"; it must be host or host:port, like logs.example.net:514`;
    problems.push({ path: ["log", "syslog", "server"], text });
    return undefined;
  }
  const tls = tlsOf(written, transport, readTextFile, problems);
  return {
    host: parsed.host,
    port: parsed.port ?? PORTS[transport],
    name: server,
    transport,
    ...(level === undefined ? {} : { level }),
    ...(hostname === undefined ? {} : { hostName: hostname }),
    source: {
      facility: FACILITIES.indexOf(written.facility ?? "daemon"),
      enterpriseId: written.enterpriseId ?? EXAMPLE_ENTERPRISE,
      maxBytes: Math.max(MESSAGE_MIN_BYTES, written.maxBytes ?? MAX_BYTES[transport]),
    },
    ...(tls === undefined ? {} : { tls }),
  };
}

function tlsOf(
  { tls }: UserSyslog,
  transport: "udp" | "tcp" | "tls",
  readTextFile: ReadTextFile | undefined,
  problems: ConfigProblem[],
): SyslogSettings["tls"] {
  const path: ConfigPath = ["log", "syslog", "tls"];
  if (transport !== "tls") {
    const text = `is of no use over ${transport}; set log.syslog.transport to tls`;
    if (tls !== undefined) problems.push({ path, text, atKey: true });
    return undefined;
  }
  const policy = {
    verify: tls?.verify ?? true,
    wildcards: true,
    fingerprints: plainFingerprints(tls?.fingerprints),
  };
  return { policy, ...readTlsFiles(tls ?? {}, { path, readTextFile }, problems) };
}
