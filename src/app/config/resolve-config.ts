import { err, ok, type Result } from "../../base/result.ts";
import { DEFAULT_CALL_TIMERS } from "../../call/index.ts";
import { type CountryProfile, parseDigitMap } from "../../fxs/index.ts";
import type {
  CallSettings,
  ControlAccountConfig,
  ControlConfig,
  ControlExchangeConfig,
  ControlLineConfig,
  LineServer,
} from "../../gateway/control/control-config.ts";
import type { RealtimeLineConfig } from "../../gateway/realtime/realtime-config.ts";
import { type BoardFile, boardLine, boardLinesMax } from "./board-file.ts";
import type { BoxConfig } from "./box-config.ts";
import type { ConfigPath, ConfigProblem } from "./config-problem.ts";
import { EXCHANGE_SERVICES, exchangeDigitMap, OPEN_DIGIT_MAP } from "./exchange-digit-map.ts";
import { callFax, lineFax, rtpFax } from "./resolve-fax.ts";
import { checkFeatureCodes, codesBeside, featuresOf } from "./resolve-features.ts";
import { hotlineOf } from "./resolve-hotline.ts";
import { identityOf } from "./resolve-identity.ts";
import { checkRings, countryOf, ringSupplyOf, toneWatchOf, wiringOf } from "./resolve-line.ts";
import { checkPickupCode, pickupOf } from "./resolve-pickup.ts";
import {
  type CodecFaults,
  codecOffers,
  digitRelays,
  eventPayloadType,
  resolveRtp,
} from "./resolve-rtp.ts";
import {
  exchangeListen,
  exchangeTlsPort,
  guardOf,
  natOf,
  realmsOf,
  registrarOf,
  registrationOf,
  SIGNALLING_DSCP,
  serverOf,
  stunServerOf,
  tlsOf,
  withDhcpServers,
  withMore,
} from "./resolve-sip.ts";
import { rtpSrtp } from "./resolve-srtp.ts";
import type { ReadTextFile, UserConfig, UserLine } from "./user-config.ts";
import { isAddress } from "./written-host.ts";

const DEFAULT_LINES: readonly UserLine[] = [
  { number: "101", phone: "touch-tone" },
  { number: "102", phone: "rotary" },
];

const LOOPBACK = "127.0.0.1";
/** The lease a line asks for. */
const REGISTER_EXPIRES_S = 3600;
/** The interval that RFC 4028 §4 recommends, and the shortest that it allows, seconds. */
const SESSION_EXPIRES_S = 1800;
const SESSION_EXPIRES_MIN_S = 90;
/** As Cisco's SPA and ATA adapters have it. */
const BLIND_TRANSFER_CODE = "*98";

/** The hybrid of a line, and what its loop reflects, is over long before. */
const ECHO_TAIL_MS = 32;

/** What resolving needs that is not written in the configuration. */
export interface ResolveContext {
  readonly board: BoardFile;
  readonly version: string;
  /** Reads the files that the configuration names (certificates). */
  readonly readTextFile?: ReadTextFile;
  /** Makes the passwords that lines and the built-in exchange share when none is written. */
  readonly createToken: () => string;
  /** Codecs from outside that this machine lacks, of those that the configuration names. */
  readonly codecFaults?: CodecFaults;
  /** Why T.38 cannot be had here; then a fax that was to go over it goes as sound. */
  readonly faxFault?: string;
  /** Why keys by DTLS cannot be had here, where the configuration names them. */
  readonly dtlsFault?: string;
}

/** The lines as written; a box that was told nothing has a touch-tone and a rotary phone. */
export function linesOf(user: UserConfig, board: BoardFile): readonly UserLine[] {
  return user.lines ?? DEFAULT_LINES.slice(0, boardLinesMax(board));
}

/** Fills in every default and checks what a schema cannot; all problems come at once. */
export function resolveConfig(
  written: UserConfig,
  context: ResolveContext,
): Result<BoxConfig, readonly ConfigProblem[]> {
  const user = withDhcpServers(written);
  const problems: ConfigProblem[] = [];
  const lines = linesOf(user, context.board);
  checkLineNumbers(lines, user, context.board, problems);
  const sipHost = user.sip?.host ?? LOOPBACK;
  checkHosts(user, problems);
  const registrar = registrarOf(user, problems);
  const server = serverOf(user, registrar, problems);
  const common = { ...natOf(user), ...registrationOf(user, problems) };
  const guard = guardOf(user);
  const stunServer = stunServerOf(user, problems);
  const tls = tlsOf(user, context.readTextFile, problems);
  const call = callSettings(user, lines, registrar !== undefined, problems);
  const hasModems = context.faxFault === undefined;
  const rtp = rtpOf(user, lines, sipHost, context, problems);
  const domain = user.domain ?? registrar?.host ?? sipHost;
  const realtimeLines: RealtimeLineConfig[] = [];
  const controlLines: ControlLineConfig[] = [];
  const passwords: { user: string; password: string }[] = [];
  for (const [at, line] of lines.entries()) {
    const wiring = boardLine(context.board, at + 1);
    const country = countryOf(line, user, ["lines", at], problems);
    if (wiring === undefined || country === undefined) continue;
    checkRings(line, country, ["lines", at], problems);
    const password = line.password ?? (registrar === undefined ? context.createToken() : undefined);
    if (password !== undefined) passwords.push({ user: line.number, password });
    realtimeLines.push({
      line: at + 1,
      ...wiringOf(wiring, line, country, ["lines", at], problems),
      ...ringSupplyOf(wiring, line, user, context.board, ["lines", at], problems),
      country,
      pulseDialing: line.pulseDialing ?? true,
      relaysDigits: digitRelays(user).includes("rfc4733"),
      ...soundOf(line, country),
      ...toneWatchOf(line, country, ["lines", at], problems),
      ...lineFax(user, line),
    });
    const own = identityOf(user, line, country, domain, call.digitMap);
    const features = featuresOf(user, line, call.digitMap, country, ["lines", at], problems);
    const hotline = hotlineOf(user, line, ["lines", at], problems);
    const fax = callFax(user, line, hasModems);
    const settings = { ...call, ...own, ...features, ...hotline, ...fax };
    const made = controlLine(at + 1, line, password, domain, server, common, settings, country);
    const showsMessages = user.dialing?.showMessages ?? false;
    controlLines.push({ ...withMore(made, line, user, problems), showsMessages });
  }
  checkFeatureCodes(user, codesBeside(user, call, controlLines), problems);
  if (problems.length > 0) return err(problems);
  const exchange = exchangeOf(user, sipHost, domain, passwords);
  return ok({
    control: {
      lines: controlLines,
      sipHost,
      ...(user.sip?.host6 === undefined ? {} : { sipHost6: user.sip.host6 }),
      tls,
      ...(stunServer === undefined ? {} : { stunServer }),
      sipDscp: user.sip?.dscp ?? SIGNALLING_DSCP,
      userAgentName: `Tipring/${context.version}`,
      ...(guard === undefined ? {} : { guard }),
      directCalls: user.sip?.directCalls ?? false,
      ...sessionsOf(user),
      ...(registrar === undefined ? { exchange } : {}),
    },
    realtime: { lines: realtimeLines, rtp },
  });
}

function sessionsOf(user: UserConfig): Pick<ControlConfig, "sessionTimer" | "sessionIds"> {
  const expiresS = user.sip?.sessionExpiresS ?? SESSION_EXPIRES_S;
  const sessionIds = user.sip?.sessionId ?? true;
  if (expiresS === 0) return { sessionIds };
  return { sessionIds, sessionTimer: { expiresS, minS: SESSION_EXPIRES_MIN_S } };
}

function exchangeOf(
  user: UserConfig,
  sipHost: string,
  domain: string,
  lineUsers: readonly { readonly user: string; readonly password: string }[],
): ControlExchangeConfig {
  const tlsPort = exchangeTlsPort(user);
  const guard = guardOf(user);
  const extensions = user.exchange?.extensions ?? [];
  return {
    listen: exchangeListen(user, sipHost),
    ...(tlsPort === undefined ? {} : { tlsPort }),
    domain,
    ...(guard === undefined ? {} : { guard }),
    ...(user.exchange?.digest === undefined ? {} : { digestAlgorithms: user.exchange.digest }),
    ...(user.exchange?.voicemail === undefined ? {} : { voicemail: user.exchange.voicemail }),
    ...(user.exchange?.qop === undefined ? {} : { digestQop: user.exchange.qop }),
    ...pickupOf(user),
    users: [...lineUsers, ...extensions.map(({ number: user, ...rest }) => ({ user, ...rest }))],
  };
}

function checkHosts({ sip, rtp }: UserConfig, problems: ConfigProblem[]): void {
  checkHost(sip?.host, ["sip", "host"], problems);
  checkHost(rtp?.host, ["rtp", "host"], problems);
  checkHost(sip?.host6, ["sip", "host6"], problems, 6);
}

/** Peers are told this address: it must be one, and one that they can answer to. */
function checkHost(
  host: string | undefined,
  path: ConfigPath,
  problems: ConfigProblem[],
  family?: 6,
): void {
  if (host === undefined) return;
  if (isAddress(host, family) && host !== "0.0.0.0" && !/^[0:]+$/.test(host)) return;
  const [one, like] =
    family === 6 ? ["one IPv6 address", "2001:db8::20"] : ["one address", "192.168.1.20"];
  problems.push({ path, text: `is "${host}"; it must be ${one} of this machine, like ${like}` });
}

function controlLine(
  line: number,
  written: UserLine,
  password: string | undefined,
  domain: string,
  lineServer: LineServer,
  common: Partial<ControlAccountConfig>,
  call: BoxCallSettings,
  { emergency, supervision }: CountryProfile,
): ControlLineConfig {
  const { metering } = supervision;
  return {
    line,
    account: {
      user: written.number,
      domain,
      register: true,
      expiresS: REGISTER_EXPIRES_S,
      ...(written.name === undefined ? {} : { displayName: written.name }),
      ...(password === undefined ? {} : { password }),
      ...(written.authUser === undefined ? {} : { authUser: written.authUser }),
      ...realmsOf(written),
      ...common,
    },
    server: lineServer,
    call: {
      ...call,
      emergencyNumbers: emergency.numbers,
      emergencyShared: emergency.shared,
      openLoopMs: supervision.openLoopMs,
      ringRules: written.rings ?? [],
      ...(metering.byServer ? { charging: { unitPrice: metering.unitPrice } } : {}),
    },
    answerReversal: supervision.answerReversal,
    meteringEveryMs: metering.everyMs,
  };
}

function soundOf(
  { echoCanceller, gain }: UserLine,
  { line }: CountryProfile,
): Partial<RealtimeLineConfig> {
  const { tailMs = ECHO_TAIL_MS, off = false, fax = true } = echoCanceller ?? {};
  const { txDb = line.fromPhoneDb, rxDb = line.toPhoneDb } = gain ?? {};
  const isUnity = gain === undefined && txDb === 0 && rxDb === 0;
  return {
    ...(off ? {} : { echoTailMs: tailMs, ...(fax ? {} : { cancelsModemEcho: false }) }),
    ...(isUnity ? {} : { gain: { txDb, rxDb } }),
    ...(gain?.auto === true ? { automaticGain: true } : {}),
  };
}

function checkLineNumbers(
  lines: readonly UserLine[],
  user: UserConfig,
  board: BoardFile,
  problems: ConfigProblem[],
): void {
  const most = boardLinesMax(board);
  if (lines.length > most) {
    problems.push({
      path: ["lines", most],
      text: `is line ${most + 1}, but the board ${board.name} has ${most}`,
    });
  }
  const seen = new Set<string>();
  const services = user.registrar === undefined ? EXCHANGE_SERVICES : [];
  const isService = (number: string): boolean => services.some((one) => one === number);
  const service = (number: string): string =>
    `is "${number}", which the built-in exchange answers itself`;
  for (const [at, { number }] of lines.entries()) {
    if (isService(number)) {
      problems.push({ path: ["lines", at, "number"], text: service(number) });
    } else if (seen.has(number)) {
      problems.push({ path: ["lines", at, "number"], text: `is "${number}" a second time` });
    }
    seen.add(number);
  }
  for (const [at, { number }] of (user.exchange?.extensions ?? []).entries()) {
    const path: ConfigPath = ["exchange", "extensions", at, "number"];
    if (isService(number)) problems.push({ path, text: service(number) });
    else if (seen.has(number)) problems.push({ path, text: `is "${number}", which is taken` });
    seen.add(number);
  }
  for (const [at, { numbers = [] }] of (user.exchange?.extensions ?? []).entries()) {
    for (const [place, number] of numbers.entries()) {
      const path: ConfigPath = ["exchange", "extensions", at, "numbers", place];
      if (seen.has(number)) problems.push({ path, text: `is "${number}", which is taken` });
      seen.add(number);
    }
  }
  checkPickupCode(user, [...seen, ...services], problems);
  const voicemail = user.exchange?.voicemail;
  if (voicemail !== undefined && !seen.has(voicemail)) {
    const text = `is "${voicemail}", which is no extension; add it to exchange.extensions`;
    problems.push({ path: ["exchange", "voicemail"], text });
  }
}

/** What all lines' calls have in common. */
function rtpOf(
  user: UserConfig,
  lines: readonly UserLine[],
  host: string,
  { board, codecFaults = {}, faxFault, dtlsFault }: ResolveContext,
  problems: ConfigProblem[],
) {
  return {
    ...resolveRtp(user, host, board, codecFaults, problems),
    ...rtpFax(user, lines, faxFault === undefined),
    ...rtpSrtp(user, dtlsFault, problems),
  };
}

type BoxCallSettings = Omit<CallSettings, "emergencyNumbers" | "emergencyShared" | "openLoopMs">;

function callSettings(
  user: UserConfig,
  lines: readonly UserLine[],
  isElsewhere: boolean,
  problems: ConfigProblem[],
): BoxCallSettings {
  const known = isElsewhere ? OPEN_DIGIT_MAP : exchangeDigitMap(lines, user);
  const digitMap = user.dialing?.digitMap ?? known;
  const parsed = parseDigitMap(digitMap);
  if (!parsed.ok) {
    const { message, at } = parsed.error;
    problems.push({
      path: ["dialing", "digitMap"],
      text: `is wrong at character ${at + 1}: ${message}`,
    });
  }
  return {
    digitMap,
    timers: {
      ...DEFAULT_CALL_TIMERS,
      ...(user.dialing?.firstDigitMs === undefined
        ? {}
        : { firstDigitMs: user.dialing.firstDigitMs }),
      ...(user.dialing?.interDigitMs === undefined
        ? {}
        : { interDigitMs: user.dialing.interDigitMs }),
      ...(user.dialing?.noAnswerMs === undefined ? {} : { noAnswerMs: user.dialing.noAnswerMs }),
    },
    codecs: codecOffers(user),
    telephoneEventPayloadType: eventPayloadType(user),
    comfortNoise: user.rtp?.silenceSuppression ?? false,
    redundancy: user.rtp?.redundancy ?? 0,
    voiceBand: user.rtp?.voiceBandData ?? false,
    toneEvents: user.rtp?.toneEvents ?? false,
    ptimeMs: user.rtp?.ptimeMs ?? 20,
    rtcpXr: user.rtp?.rtcpXr ?? false,
    rtcpMux: user.rtp?.rtcpMux ?? false,
    dtmfRelay: digitRelays(user),
    callerId: true,
    // A stranger may assert what he likes; the server we register at is believed.
    trustAssertedIdentity: user.sip?.directCalls !== true,
    flash: {
      mode: user.dialing?.flash ?? "local",
      second: user.dialing?.secondFlash ?? "toggle",
      transferOnHangUp: user.dialing?.transferOnHangUp ?? true,
      blindTransferCode: user.dialing?.blindTransferCode ?? BLIND_TRANSFER_CODE,
    },
    emergency: {
      asUrn: user.dialing?.emergencyUrn ?? false,
      ...(user.dialing?.emergencyLocation === undefined
        ? {}
        : { location: user.dialing.emergencyLocation }),
      ...(user.dialing?.emergencyPlace === undefined ? {} : { place: user.dialing.emergencyPlace }),
    },
    asksForMessages: user.dialing?.askForMessages ?? false,
    ...qualityReports(user),
    silenceLimitMs: user.dialing?.silenceLimitMs ?? 0,
    callLimitMs: user.dialing?.callLimitMs ?? 0,
    ...(user.dialing?.musicOnHold === undefined ? {} : { musicOnHold: user.dialing.musicOnHold }),
    ...(user.dialing?.announcements === undefined
      ? {}
      : { announcements: user.dialing.announcements }),
    disconnectTone: "busy",
  };
}

function qualityReports({ sip }: UserConfig): Partial<BoxCallSettings> {
  const { qualityCollector, qualityEveryS, qualityAlertMos } = sip ?? {};
  if (qualityCollector === undefined) return {};
  return {
    qualityCollector,
    ...(qualityEveryS === undefined ? {} : { qualityEveryMs: qualityEveryS * 1000 }),
    ...(qualityAlertMos === undefined ? {} : { qualityAlertMos }),
  };
}
