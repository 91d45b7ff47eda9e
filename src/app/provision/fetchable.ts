import type { ConfigPath, ConfigProblem } from "../config/config-problem.ts";

/** Settings of which all, or some by their names, may be fetched. */
interface Settings {
  readonly [name: string]: true | Settings;
}

/** What each entry of a line may be: nothing of its hardware, and no file. */
const LINE: Settings = {
  ...{ number: true, name: true, password: true, authUser: true, realm: true, realms: true },
  ...{ registrars: true, country: true, callerId: true, pulseDialing: true, autoAnswer: true },
  ...{ forward: true, doNotDisturb: true, fax: true, ren: true, rings: true },
  ...{ releaseAtTone: true, gain: true, echoCanceller: true, hotline: true, speedDial: true },
  ...{ lock: true, blocked: true },
};

/**
 * The settings that a fetched configuration may have. All others are this machine's own: what its
 * hardware is, which files and folders it uses, whom it believes, what is recorded, its own
 * addresses, and where its configuration comes from. A setting that is new is not among them.
 */
export const FETCHABLE: Settings = {
  ...{ country: true, countryOverrides: true, lines: LINE, dialing: true, exchange: true },
  ...{ registrar: true, registrarBackups: true, outboundProxies: true, trunk: true },
  ...{ domain: true, ringing: true },
  sip: {
    ...{ port: true, sessionExpiresS: true, directCalls: true, requestsPerSecond: true },
    ...{ dropScanners: true, digest: true, transport: true, sips: true, dscp: true },
    ...{ sessionId: true, redirects: true, gruu: true, qualityCollector: true },
    ...{ qualityEveryS: true, qualityAlertMos: true, checkSync: true, watchRegistration: true },
    nat: true,
  },
  rtp: {
    ...{ portMin: true, portMax: true, ptimeMs: true, codecs: true, dtmfRelay: true },
    ...{ srtp: true, srtpKeys: true, srtpSuites: true },
    ...{ eventPayloadType: true, silenceSuppression: true },
    ...{ redundancy: true, opus: true, jitter: true, digits: true, dscp: true, ice: true },
    ...{ fax: true, voiceBandData: true, toneEvents: true, t38: true, rtcpXr: true },
    ...{ rtcpMux: true, g726Packing: true },
  },
  log: {
    level: true,
    syslog: { server: true, transport: true, level: true, facility: true, enterpriseId: true },
  },
};

/** What a configuration has that may not be fetched: one problem each, at its key. */
export function notFetchable(config: unknown): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  look(config, FETCHABLE, [], problems);
  return problems;
}

function look(
  value: unknown,
  allowed: Settings,
  path: ConfigPath,
  problems: ConfigProblem[],
): void {
  if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) look(one, allowed, [...path, at], problems);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const rule = Object.hasOwn(allowed, key) ? allowed[key] : undefined;
    if (rule === undefined) {
      const text = "cannot be fetched; write it in this machine's own file if it is wanted";
      problems.push({ path: [...path, key], text, atKey: true });
    } else if (rule !== true) look(inner, rule, [...path, key], problems);
  }
}
