import { printAddress } from "../../base/address.ts";
import type { LogLevel } from "../../base/log-event.ts";
import type { SimTold } from "../../base/sim-messages.ts";
import { errorText } from "../../base/thrown.ts";
import type { BoxEvent } from "../../gateway/control/box-events.ts";
import { CALL_RECORDS_FILE } from "../../gateway/control/record-keeper.ts";
import { createTokenSource } from "../../gateway/control/token.ts";
import type { RealtimeHost } from "../../gateway/realtime/host.ts";
import { loadSocketMarks } from "../../hal/linux/index.ts";
import {
  createClock,
  createFileStore,
  createRandom,
  createResolver,
  createStreams,
  createUdp,
  hashes,
} from "../../hal/node/index.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import { type Box, compose } from "../compose.ts";
import { callRecordLimit, DATA_FOLDER } from "../config/call-records.ts";
import type { UserConfig } from "../config/user-config.ts";
import { ConfigReader } from "../config-reader.ts";
import { loadDtls } from "../load-dtls.ts";
import { NetworkWatch } from "../network-watch.ts";
import type { SyslogLink } from "../syslog-link.ts";
import { localWallTime } from "../wall-time.ts";
import { createWorkerHost } from "../worker-host.ts";
import { boardSpec } from "./board-spec.ts";
import type { CommandOptions } from "./command-line.ts";
import type { CheckCandidate, FollowServer } from "./follow-server.ts";
import { keepLines } from "./kept-lines.ts";
import { later } from "./later.ts";
import {
  createServiceLog,
  createTerminalLog,
  lossNote,
  printable,
  terminalLossNote,
} from "./log.ts";
import { lossyWriter, serviceOutput } from "./log-output.ts";
import { LookForMoves } from "./look-for-moves.ts";
import { lookToward } from "./look-toward.ts";
import { isLoggable, tellBox } from "./plain-words.ts";
import { Prompt } from "./prompt.ts";
import { type ReadConfig, readConfig, tellProblems } from "./read-config.ts";
import { liveInZone } from "./read-lease.ts";
import { isAtRest, ReloadWhenIdle } from "./reload-when-idle.ts";
import { RunEnd, START_AGAIN } from "./run-end.ts";
import { watchSignals } from "./stop-signals.ts";

/** The extension that a softphone on this machine may use where nothing is configured. */
const GUEST_NUMBER = "201";

/** `tipring run`: the adapter itself, with a prompt where there is a terminal. */
export async function run(
  options: CommandOptions,
  reader: ConfigReader = new ConfigReader(),
): Promise<number> {
  const createToken = createTokenSource(createRandom());
  let guestPassword: string | undefined;
  const withGuest = (user: UserConfig): UserConfig => {
    const isTaken = user.lines?.some(({ number }) => number === GUEST_NUMBER) === true;
    const isTold = options.config !== undefined || Object.keys(user.exchange ?? {}).length > 0;
    if (isTaken || isTold) return user;
    guestPassword = createToken();
    const extensions = [{ number: GUEST_NUMBER, password: guestPassword }];
    return { ...user, exchange: { extensions } };
  };
  const read = () => readConfig(options, createToken, withGuest, reader);
  const check: CheckCandidate = (candidate) =>
    readConfig({ ...options, candidate }, createToken, withGuest, reader);
  const problems = async (): Promise<readonly string[]> => {
    try {
      const now = await read();
      return now.ok ? [] : now.error;
    } catch (error) {
      return [errorText(error)];
    }
  };
  const end = new RunEnd();
  const unwatch = watchSignals(process, end.ask, end.hurry);
  const note = isInteractive() ? terminalLossNote : lossNote;
  const output = lossyWriter(serviceOutput(), note, later);
  try {
    return await runBoxes(read, end, (config) =>
      runBox(config, guestPassword, output.write, end, { problems, check }),
    );
  } finally {
    output.close();
    unwatch();
  }
}

/** Whether a person sits at it. */
function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/**
 * Runs one box after the other, each with the configuration as it is then, until one ends for good
 * or the end is asked for; its exit code. A configuration that cannot be read is told.
 */
export async function runBoxes(
  read: () => ReturnType<typeof readConfig>,
  end: Pick<RunEnd, "isAsked" | "code">,
  runOne: (config: ReadConfig) => Promise<number>,
): Promise<number> {
  while (!end.isAsked) {
    const config = await read();
    if (!config.ok) return tellProblems(config.error);
    const code = await runOne(config.value);
    if (code !== START_AGAIN) return code;
  }
  return end.code;
}

/** Looks at the configuration as it is now, or would be. */
interface Anew {
  /** What is wrong with it. */
  readonly problems: () => Promise<readonly string[]>;
  readonly check: CheckCandidate;
}

async function runBox(
  config: ReadConfig,
  guestPassword: string | undefined,
  write: (text: string) => boolean,
  ending: RunEnd,
  { problems, check }: Anew,
): Promise<number> {
  const interactive = isInteractive();
  const simulated = config.board.module === "tipring/hw-sim";
  const prompt =
    interactive && simulated ? new Prompt(config.lines.length, ending.ask, write) : undefined;
  const print = (line: string): void => {
    if (prompt === undefined) write(`${printable(line)}\n`);
    else prompt.print(line);
  };
  const { log, news, close } = await openLogs(config, interactive ? print : undefined, write);
  for (const text of [...config.warnings, ...liveInZone(config.lease)])
    log({ level: "warn", area: "box", text });
  if (config.board.module === "linux") void warnOfMixer(config, log);
  const realtime = createWorkerHost(boardSpec(config));
  const forget = endOnCrash(ending, log);
  try {
    return await ending.live(realtime, async (end) => {
      const asked: { reload?: { asked(): void } } = {};
      const onEvent = (event: BoxEvent): void => {
        if (event.kind === "board") {
          // The only board that speaks is the simulated one, and it speaks SimTold.
          prompt?.told(event.message as SimTold);
          return;
        }
        const told = tellBox(event);
        if (told !== undefined) {
          const show = (): void => print(told);
          if (isLoggable(event)) news(levelOf(event), told, show);
          else if (interactive) show();
        }
        if (event.kind === "fatal") end(1);
        const isReload = event.kind === "check-sync" && config.user.sip?.checkSync === "reload";
        if (isReload) asked.reload?.asked();
      };
      const box = await start(config, realtime, log, onEvent);
      news("info", started(config, box), () => greet(config, box, guestPassword, print));
      prompt?.open(box);
      const reload = reloadOf(box, problems, log, () => end(START_AGAIN));
      const server = await serverOf(config, check, log, reload);
      asked.reload = server ?? reload;
      const unwatch = watchNetwork(config, box, problems, log, () => end(START_AGAIN));
      return {
        unwatch() {
          server?.stop();
          reload.stop();
          unwatch();
          prompt?.close();
        },
        stop: () => box.stop(),
      };
    });
  } finally {
    prompt?.close();
    await close();
    forget();
  }
}

/**
 * The log of a box: what goes to this machine's goes to the server's, where there is one. A person
 * at a terminal, to whom `print` shows lines, is shown news of the box in other words.
 */
async function openLogs(
  config: ReadConfig,
  print: ((line: string) => void) | undefined,
  write: (text: string) => boolean,
) {
  const level = config.user.log?.level ?? "info";
  const own =
    print === undefined ? createServiceLog(level, write) : createTerminalLog(level, print);
  const syslog = await syslogOf(config, level, own);
  const log: LogSink = (event) => {
    own(event);
    syslog?.log(event);
  };
  const news = (of: LogLevel, text: string, show: () => void): void => {
    const event = { level: of, area: "box", text };
    if (print === undefined) own(event);
    else show();
    syslog?.log(event);
  };
  return { log, news, close: async () => syslog?.close() };
}

/** What looks for a new configuration at a server, where one is named. */
async function serverOf(
  config: ReadConfig,
  check: CheckCandidate,
  log: LogSink,
  reload: ReloadWhenIdle,
): Promise<FollowServer | undefined> {
  if (config.provisioning === undefined) return undefined;
  const { followServer } = await import("./provisioning-ports.ts");
  return followServer(config, check, log, {
    changed: () => reload.changed(),
    unchanged: () => reload.asked(),
  });
}

/** The server that gets the log too, where there is one; its own troubles stay on this machine. */
async function syslogOf(
  { syslog, user }: ReadConfig,
  level: LogLevel,
  own: LogSink,
): Promise<SyslogLink | undefined> {
  if (syslog === undefined) return undefined;
  const { openSyslog } = await import("../syslog-link.ts");
  const nameServers = user.sip?.nameServers;
  const ports = {
    clock: createClock(),
    udp: createUdp(),
    streams: createStreams(),
    resolver: createResolver(nameServers === undefined ? {} : { servers: nameServers }),
    random: createRandom(),
  };
  return openSyslog(syslog, syslog.level ?? level, ports, own);
}

/** What starts the box over where its server asks for that. */
function reloadOf(
  box: Box,
  problems: () => Promise<readonly string[]>,
  log: LogSink,
  reload: () => void,
): ReloadWhenIdle {
  return new ReloadWhenIdle({
    nowMs: () => performance.now(),
    later,
    status: () => box.status(),
    problems,
    reload,
    tell: (text) => log({ level: "warn", area: "box", text }),
  });
}

/** Lines at a registrar follow this machine into another network; the exchange stays. */
function watchNetwork(
  config: ReadConfig,
  box: Box,
  problems: () => Promise<readonly string[]>,
  log: LogSink,
  moved: () => void,
): () => void {
  if (config.user.registrar === undefined) return () => {};
  const tell = (text: string): void => log({ level: "warn", area: "box", text });
  const hasCalls = (): boolean => !box.status().every(isAtRest);
  const look = lookToward(config, { hasCalls, problems, tell });
  const moves = new LookForMoves({ look, moved, later }, config.way?.isSure ?? true);
  const watch = new NetworkWatch((what) => {
    box.networkChanged(what);
    moves.changed();
  });
  const unwatch = watch.start();
  return () => {
    unwatch();
    moves.stop();
  };
}

/** Says it where a sound card's mixer was moved since its levels were measured. */
async function warnOfMixer(config: ReadConfig, log: LogSink): Promise<void> {
  const tell = (text: string): void => log({ level: "warn", area: "sound", text });
  try {
    const { mixerWarnings } = await import("./mixer-warnings.ts");
    for (const text of await mixerWarnings(config)) tell(text);
  } catch (error) {
    tell(`the mixer: ${errorText(error)}`);
  }
}

/** What nobody caught is a bug, and ends the run. What is returned takes the watch away again. */
function endOnCrash(ending: RunEnd, log: LogSink): () => void {
  const crash = (error: Error): void => {
    if (!ending.crashed()) return;
    process.exitCode = 1;
    log({ level: "error", area: "box", text: `a bug: ${error.stack ?? error.message}` });
  };
  process.on("uncaughtException", crash);
  return () => void process.off("uncaughtException", crash);
}

async function start(
  config: ReadConfig,
  realtime: RealtimeHost,
  log: LogSink,
  onEvent: (event: BoxEvent) => void,
): Promise<Box> {
  const nameServers = config.user.sip?.nameServers;
  const marks = await loadSocketMarks().catch((error: unknown) => {
    const why = errorText(error);
    log({ level: "info", area: "sip", text: `SIP is sent without a mark (sip.dscp): ${why}` });
    return undefined;
  });
  const store = createFileStore(
    config.user.data ?? DATA_FOLDER,
    { [CALL_RECORDS_FILE]: callRecordLimit(config.user) },
    (text) => log({ level: "warn", area: "records", text }),
  );
  await keepLines(store, config, log);
  const byDtls = config.box.realtime.rtp.srtp?.dtls !== undefined;
  return compose(config.box, {
    clock: createClock(),
    random: createRandom(),
    udp: createUdp(marks === undefined ? {} : { bindMarked: marks.bindUdp }),
    streams: createStreams(marks === undefined ? {} : { mark: marks.mark }),
    resolver: createResolver(nameServers === undefined ? {} : { servers: nameServers }),
    store,
    hashes,
    realtime,
    ...(byDtls ? { dtls: await loadDtls() } : {}),
    wallTime: localWallTime,
    log,
    onEvent,
  });
}

function greet(
  config: ReadConfig,
  box: Box,
  guestPassword: string | undefined,
  print: (line: string) => void,
): void {
  const { lines } = config;
  const phones = lines.map(
    (line, at) => `phone ${at + 1} is ${line.number} (${line.phone ?? "touch-tone"})`,
  );
  print(`Tipring runs on the board "${config.board.name}": ${phones.join(", ")}.`);
  const address = box.exchangeAddress;
  if (address !== undefined && guestPassword !== undefined) {
    print(
      `A softphone on this machine can register as ${GUEST_NUMBER}, password ${guestPassword}, ` +
        `at ${printAddress(address)}.`,
    );
  }
  const { registrar } = config.user;
  if (registrar !== undefined) {
    print(`The lines register at ${registrar}; "status" tells how far they are.`);
  }
  const other = lines[1]?.number ?? (registrar === undefined ? "600" : "and a number");
  const echo = registrar === undefined ? "; 600 is an echo" : "";
  print(`Try: lift 1, then dial 1 ${other}. "help" lists the rest${echo}.`);
}

/** The service's first word in its log: what it runs, and where it is to be reached. */
function started(config: ReadConfig, box: Box): string {
  const { registrar } = config.user;
  const address = box.exchangeAddress;
  const numbers = config.lines.map(({ number }, at) => `line ${at + 1} is ${number}`).join(", ");
  const where =
    registrar !== undefined
      ? `; they register at ${registrar}`
      : address !== undefined
        ? `; SIP is reached at ${printAddress(address)}`
        : "";
  return `Tipring runs on the board "${config.board.name}": ${numbers}${where}`;
}

function levelOf(event: BoxEvent): "error" | "warn" | "info" {
  if (event.kind === "fatal") return "error";
  if (event.kind === "line-failed" || event.kind === "registration-failed") return "warn";
  return "info";
}
