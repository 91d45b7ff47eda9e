import type { SocketAddress } from "../../base/address.ts";
import { ok } from "../../base/result.ts";
import type {
  ControlAccountConfig,
  ControlLineConfig,
  GuardConfig,
  LineServer,
} from "../../gateway/control/control-config.ts";
import type { SipTlsConfig } from "../../gateway/control/sip-streams.ts";
import type { SipAccount, SipHop } from "../../sip/index.ts";
import type { ConfigPath, ConfigProblem } from "./config-problem.ts";
import { parseOption120 } from "./option-120.ts";
import { plainFingerprints, readTlsFiles } from "./tls-files.ts";
import type { ReadTextFile, UserConfig, UserLine } from "./user-config.ts";
import { isAddress, isNameOrIpv4 } from "./written-host.ts";

/** The port of SIP. @see RFC 3261 §19.1.1 */
export const SIP_PORT = 5060;
/** The port of SIP over TLS. @see RFC 3261 §19.1.1 */
const SIPS_PORT = 5061;

/** A registrar as it is written: without a port its SRV records are looked for. */
export interface WrittenRegistrar {
  readonly host: string;
  readonly port?: number;
}

/** A registrar as written, `host` or `host:port`; undefined where it is neither. */
export function parseRegistrar(text: string): WrittenRegistrar | undefined {
  const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text);
  const [, address, name, digits] = parts ?? [];
  const isGood = address === undefined ? isNameOrIpv4(name ?? "") : isAddress(address, 6);
  const host = address ?? name;
  if (host === undefined || !isGood) return undefined;
  if (digits === undefined) return { host };
  const port = Number(digits);
  return port < 1 || port > 65535 ? undefined : { host, port };
}

/** The configuration with the servers that DHCP has told in the place of the registrar. */
export function withDhcpServers(user: UserConfig): UserConfig {
  const { dhcpOption120 } = user.sip ?? {};
  if (dhcpOption120 === undefined || user.registrar !== undefined) return user;
  const servers = parseOption120(dhcpOption120);
  const [registrar, ...backups] = servers.ok ? servers.value : [];
  if (registrar === undefined) return user;
  return { ...user, registrar, ...(backups.length === 0 ? {} : { registrarBackups: backups }) };
}

/** The registrar that the lines have; undefined where none is named or it cannot be read. */
export function registrarOf(
  user: UserConfig,
  problems: ConfigProblem[],
): WrittenRegistrar | undefined {
  const { registrar, sip } = user;
  const option = sip?.dhcpOption120 === undefined ? ok([]) : parseOption120(sip.dhcpOption120);
  if (!option.ok) {
    problems.push({ path: ["sip", "dhcpOption120"], text: `${option.error}: RFC 3361 §3` });
  }
  return registrar === undefined ? undefined : readRegistrar(registrar, ["registrar"], problems);
}

function readRegistrar(
  text: string,
  path: ConfigPath,
  problems: ConfigProblem[],
): WrittenRegistrar | undefined {
  const registrar = parseRegistrar(text);
  if (registrar === undefined) {
    problems.push({
      path,
      text: `is "${text}"; it must be host or host:port, like pbx.example.net:5060${whyNot(text)}`,
    });
  }
  return registrar;
}

/** What is said besides of a host that looks like an address and is none. */
function whyNot(text: string): string {
  if (!/^[\d.]+(?::\d+)?$/.test(text)) return "";
  return " (all digits, it is no host name, and it is no address either)";
}

/** Where the lines' requests go. */
export function serverOf(
  user: UserConfig,
  registrar: WrittenRegistrar | undefined,
  problems: ConfigProblem[],
): LineServer {
  const { sips, transport } = user.sip ?? {};
  if (sips === true && transport !== undefined && transport !== "tls") {
    const text = `goes over TLS alone, but sip.transport is ${transport}; take that one out`;
    problems.push({ path: ["sip", "sips"], text, atKey: true });
  }
  if (registrar === undefined) {
    if (user.registrarBackups !== undefined) {
      const text = "stands behind a registrar; name that one too";
      problems.push({ path: ["registrarBackups"], text, atKey: true });
    }
    return { kind: "exchange", transport: user.exchange?.transport ?? "memory" };
  }
  if (user.registrarBackups !== undefined && user.outboundProxies !== undefined) {
    const text = "stand behind a registrar, but requests go to outboundProxies; name more of those";
    problems.push({ path: ["registrarBackups"], text, atKey: true });
  }
  const backups = readServers("registrarBackups", user, problems);
  const [proxy] = readServers("outboundProxies", user, []);
  return { kind: "network", hop: proxy ?? hopOf(registrar, user), backups };
}

function readServers(
  key: "registrarBackups" | "outboundProxies",
  user: UserConfig,
  problems: ConfigProblem[],
): readonly SipHop[] {
  return (user[key] ?? []).flatMap((text, at) => {
    const server = readRegistrar(text, [key, at], problems);
    return server === undefined ? [] : [hopOf(server, user)];
  });
}

/** What the lines have in common beside their server: more ways to it, and who registers. */
export function registrationOf(
  user: UserConfig,
  problems: ConfigProblem[],
): Partial<
  Pick<SipAccount, "flows" | "throughProxy" | "trunk" | "authUser" | "password" | "authRealm">
> {
  const [, ...flows] = readServers("outboundProxies", user, problems);
  const { trunk, registrar } = user;
  for (const key of ["outboundProxies", "trunk"] as const) {
    if (user[key] === undefined || registrar !== undefined) continue;
    problems.push({ path: [key], text: "needs a registrar; name that one too", atKey: true });
  }
  return {
    ...(flows.length === 0 ? {} : { flows }),
    ...(user.outboundProxies === undefined ? {} : { throughProxy: true }),
    ...(trunk === undefined
      ? {}
      : {
          trunk: { id: TRUNK_ID, user: trunk.user },
          authUser: trunk.authUser ?? trunk.user,
          ...(trunk.password === undefined ? {} : { password: trunk.password }),
          ...(trunk.realm === undefined ? {} : { authRealm: trunk.realm }),
        }),
  };
}

/** No line's account is called so. */
const TRUNK_ID = "trunk";

function hopOf({ host, port }: WrittenRegistrar, user: UserConfig): SipHop {
  const transport = user.sip?.sips === true ? "tls" : user.sip?.transport;
  return {
    host,
    ...(port === undefined ? {} : { port }),
    ...(transport === undefined ? {} : { transport }),
  };
}

/** A line with the accounts that it has beside its first one. */
export function withMore(
  made: ControlLineConfig,
  written: UserLine,
  user: UserConfig,
  problems: ConfigProblem[],
): ControlLineConfig {
  const more = moreAccounts(made.line - 1, written, made.account, user, problems);
  return more.length === 0 ? made : { ...made, more };
}

function moreAccounts(
  at: number,
  line: UserLine,
  first: ControlAccountConfig,
  user: UserConfig,
  problems: ConfigProblem[],
): NonNullable<ControlLineConfig["more"]> {
  const { registrars = [] } = line;
  if (registrars.length > 0 && user.registrar === undefined) {
    const text = "stand beside a registrar; name that one too";
    problems.push({ path: ["lines", at, "registrars"], text, atKey: true });
  }
  return registrars.flatMap((written, index) => {
    const path: ConfigPath = ["lines", at, "registrars", index, "registrar"];
    const registrar = readRegistrar(written.registrar, path, problems);
    if (registrar === undefined) return [];
    const { password = line.password, authUser = line.authUser, realm } = written;
    const {
      password: _,
      authUser: __,
      authRealm: ___,
      trunk: ____,
      flows: _____,
      throughProxy: ______,
      ...common
    } = first;
    return [
      {
        account: {
          ...common,
          user: written.user ?? line.number,
          domain: written.domain ?? registrar.host,
          ...(password === undefined ? {} : { password }),
          ...(authUser === undefined ? {} : { authUser }),
          ...(realm === undefined ? {} : { authRealm: realm }),
        },
        server: { kind: "network" as const, hop: hopOf(registrar, user), backups: [] },
      },
    ];
  });
}

/** What a line says of the realms that it is asked with. */
export function realmsOf({
  number,
  realm,
  realms,
  authUser,
}: UserLine): Pick<SipAccount, "authRealm" | "otherRealms"> {
  return {
    ...(realm === undefined ? {} : { authRealm: realm }),
    ...(realms === undefined
      ? {}
      : {
          otherRealms: realms.map(({ user = authUser ?? number, ...more }) => ({ user, ...more })),
        }),
  };
}

/** How an account's way through translators is kept. */
export function natOf({
  sip,
}: UserConfig): Pick<
  SipAccount,
  | "keepAlive"
  | "followsPublicAddress"
  | "usesGruu"
  | "digestAlgorithms"
  | "secure"
  | "watchesRegistration"
> {
  const { keepAlive: kind = "auto", keepAliveS: everyS, followAddress } = sip?.nat ?? {};
  return {
    keepAlive: { kind, ...(everyS === undefined ? {} : { everyS }) },
    ...(sip?.digest === undefined ? {} : { digestAlgorithms: sip.digest }),
    ...(sip?.gruu === undefined ? {} : { usesGruu: sip.gruu }),
    ...(sip?.watchRegistration === true ? { watchesRegistration: true } : {}),
    ...(sip?.sips === true ? { secure: true } : {}),
    ...(followAddress === undefined ? {} : { followsPublicAddress: followAddress }),
  };
}

/** The server that tells our addresses outside, as written; undefined where none is named. */
export function stunServerOf(
  user: UserConfig,
  problems: ConfigProblem[],
): WrittenRegistrar | undefined {
  const text = user.sip?.nat?.stunServer;
  if (text === undefined) return undefined;
  const path: ConfigPath = ["sip", "nat", "stunServer"];
  const server = parseRegistrar(text);
  if (server === undefined) {
    const wanted = `it must be host or host:port, like stun.example.net:3478${whyNot(text)}`;
    problems.push({ path, text: `is "${text}"; ${wanted}` });
    return undefined;
  }
  if (user.registrar === undefined) {
    const text = "is for lines at a registrar; name that one too";
    problems.push({ path, text, atKey: true });
  }
  return server;
}

/** A text of the simulated world, which stands in for PEM there. */
const SIMULATED = /^simulated /;

/** What the box shows over TLS and asks of others. Its files are read here. */
export function tlsOf(
  user: UserConfig,
  readTextFile: ReadTextFile | undefined,
  problems: ConfigProblem[],
): SipTlsConfig {
  const tls = user.sip?.tls ?? {};
  const path: ConfigPath = ["sip", "tls"];
  const files = readTlsFiles(tls, { path, readTextFile, alsoTaken: SIMULATED }, problems);
  return {
    policy: {
      verify: tls.verify ?? true,
      wildcards: tls.wildcards ?? false,
      fingerprints: plainFingerprints(tls.fingerprints),
    },
    ...files,
  };
}

/** What one source may send unless told, requests a second. */
const REQUESTS_PER_SECOND = 50;

/** The class of signalling, CS5. @see RFC 4594 §4.2 */
export const SIGNALLING_DSCP = 40;

/** What strangers may send; undefined where nothing is dropped. */
export function guardOf({ sip }: UserConfig): GuardConfig | undefined {
  const { requestsPerSecond: perSecond = REQUESTS_PER_SECOND, dropScanners = true } = sip ?? {};
  if (perSecond === 0) return dropScanners ? { dropsScanners: true } : undefined;
  return { rate: { perSecond, burst: perSecond * 4 }, dropsScanners: dropScanners };
}

/** Where telephones reach the exchange over TLS, if there is something to show them. */
export function exchangeTlsPort(user: UserConfig): number | undefined {
  return user.sip?.tls?.certificate === undefined ? undefined : (user.sip.tls.port ?? SIPS_PORT);
}

/** Where IP phones reach the exchange. */
export function exchangeListen(user: UserConfig, host: string): SocketAddress {
  return { host, port: user.sip?.port ?? SIP_PORT };
}
