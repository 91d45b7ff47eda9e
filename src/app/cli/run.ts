import { printAddress } from "../../base/address.ts";
import type { SimTold } from "../../base/sim-messages.ts";
import type { BoxEvent } from "../../gateway/control/box-events.ts";
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
import type { UserConfig } from "../config/user-config.ts";
import { NetworkWatch } from "../network-watch.ts";
import { localWallTime } from "../wall-time.ts";
import { createWorkerHost } from "../worker-host.ts";
import { boardSpec } from "./board-spec.ts";
import type { CommandOptions } from "./command-line.ts";
import { createServiceLog, createTerminalLog, printable, whileRead } from "./log.ts";
import { tellBox } from "./plain-words.ts";
import { Prompt } from "./prompt.ts";
import { type ReadConfig, readConfig } from "./read-config.ts";
import { ReloadWhenIdle } from "./reload-when-idle.ts";
import { watchSignals } from "./stop-signals.ts";

/** The extension that a softphone on this machine may use where nothing is configured. */
const GUEST_NUMBER = "201";
/** How long a stop may take before the process ends all the same, ms. */
const STOP_LIMIT_MS = 5000;

/** `tipring run`: the adapter itself, with a prompt where there is a terminal. */
export async function run(options: CommandOptions): Promise<number> {
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
  const read = () => readConfig(options, createToken, withGuest);
  const problems = async (): Promise<readonly string[]> => {
    const now = await read();
    return now.ok ? [] : now.error;
  };
  const write = whileRead(process.stdout);
  return followMoves(read, (config, isElsewhere) =>
    runBox(config, guestPassword, write, { isElsewhere, problems }),
  );
}

/** What a box ends with that has to be started anew: at another address, or as it is told now. */
export const START_AGAIN = -1;

/**
 * Runs one box after the other, each with the configuration as it is then, until one ends for good;
 * its exit code. A configuration that cannot be read is told, and is 1.
 */
export async function followMoves(
  read: () => ReturnType<typeof readConfig>,
  runOne: (config: ReadConfig, isElsewhere: () => Promise<boolean>) => Promise<number>,
): Promise<number> {
  for (;;) {
    const config = await read();
    if (!config.ok) {
      for (const line of config.error) process.stderr.write(`${line}\n`);
      return 1;
    }
    const isElsewhere = async (): Promise<boolean> => {
      const now = await read();
      return now.ok && hasMoved(config.value, now.value);
    };
    const code = await runOne(config.value, isElsewhere);
    if (code !== START_AGAIN) return code;
  }
}

/**
 * Whether the address that a registrar can answer to is another one: sockets stay where they were
 * bound, so the box has to begin anew. While there is no way at all it waits where it is.
 */
export function hasMoved(before: ReadConfig, now: ReadConfig): boolean {
  const isReachable = now.user.sip?.host !== undefined;
  return isReachable && now.box.control.sipHost !== before.box.control.sipHost;
}

/** Looks at the configuration as it is now. */
interface Anew {
  readonly isElsewhere: () => Promise<boolean>;
  /** What is wrong with it. */
  readonly problems: () => Promise<readonly string[]>;
}

async function runBox(
  config: ReadConfig,
  guestPassword: string | undefined,
  write: (text: string) => void,
  anew: Anew,
): Promise<number> {
  const { promise: ended, resolve: end } = withResolvers<number>();
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const simulated = config.board.module === "tipring/hw-sim";
  const prompt =
    interactive && simulated ? new Prompt(config.lines.length, () => end(0)) : undefined;
  const print = (line: string): void => {
    if (prompt === undefined) process.stdout.write(`${printable(line)}\n`);
    else prompt.print(line);
  };
  const level = config.user.log?.level ?? "info";
  const log: LogSink = interactive
    ? createTerminalLog(level, print)
    : createServiceLog(level, write);
  const asked: { reload?: ReloadWhenIdle } = {};
  const onEvent = (event: BoxEvent): void => {
    if (event.kind === "board") {
      // The only board that speaks is the simulated one, and it speaks SimTold.
      prompt?.told(event.message as SimTold);
      return;
    }
    const told = tellBox(event);
    if (told !== undefined && interactive) print(told);
    else if (told !== undefined) log({ level: levelOf(event), area: "box", text: told });
    if (event.kind === "fatal") end(1);
    const isReload = event.kind === "check-sync" && config.user.sip?.checkSync === "reload";
    if (isReload) asked.reload?.asked();
  };
  for (const text of config.warnings) log({ level: "warn", area: "box", text });
  if (config.board.module === "linux") void warnOfMixer(config, log);
  const realtime = createWorkerHost(boardSpec(config));
  const unwatchSignals = endAtSignals(realtime, () => end(0));
  const forget = endOnCrash(realtime, log, () => end(1));
  const box = await start(config, realtime, log, onEvent);
  if (interactive) greet(config, box, guestPassword, print);
  else log({ level: "info", area: "box", text: started(config, box) });
  prompt?.open(box);
  const reload = reloadOf(box, anew, log, () => end(START_AGAIN));
  asked.reload = reload;
  const unwatch = watchNetwork(config, box, async () => {
    if (await anew.isElsewhere()) end(START_AGAIN);
  });
  const code = await ended;
  reload.stop();
  unwatch();
  prompt?.close();
  if (code !== START_AGAIN) {
    // Not cleared: it also ends a process that something else would keep alive.
    setTimeout(() => process.exit(code), STOP_LIMIT_MS).unref();
  }
  try {
    await box.stop();
  } finally {
    await realtime.stop();
    if (code === START_AGAIN) {
      forget();
      unwatchSignals();
    }
  }
  return code;
}

/** Ends the box at the first signal, and at any more at once, its lines safe. */
function endAtSignals(realtime: RealtimeHost, end: () => void): () => void {
  const first = (): void => {
    // Also where the start waits for something that never comes.
    setTimeout(() => process.exit(1), 2 * STOP_LIMIT_MS).unref();
    end();
  };
  return watchSignals(process, first, () => void realtime.stop().finally(() => process.exit(1)));
}

/** What starts the box over where its server asks for that. */
function reloadOf(box: Box, anew: Anew, log: LogSink, reload: () => void): ReloadWhenIdle {
  return new ReloadWhenIdle({
    nowMs: () => performance.now(),
    later: (run, ms) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    status: () => box.status(),
    problems: anew.problems,
    reload,
    tell: (text) => log({ level: "warn", area: "box", text }),
  });
}

/** Lines at a registrar follow this machine into another network; the exchange stays. */
function watchNetwork(config: ReadConfig, box: Box, look: () => Promise<void>): () => void {
  if (config.user.registrar === undefined) return () => {};
  const watch = new NetworkWatch((what) => {
    box.networkChanged(what);
    void look();
  });
  return watch.start();
}

/** Says it where a sound card's mixer was moved since its levels were measured. */
async function warnOfMixer(config: ReadConfig, log: LogSink): Promise<void> {
  const { mixerWarnings } = await import("./mixer-warnings.ts");
  for (const text of await mixerWarnings(config)) log({ level: "warn", area: "sound", text });
}

/**
 * What nobody caught is a bug: the lines are made safe before anything else is tried, since no
 * state of this thread can be relied on any more. What follows from the first error is not told.
 * What is returned takes the watch away again.
 */
function endOnCrash(realtime: RealtimeHost, log: LogSink, end: () => void): () => void {
  let crashed = false;
  const crash = (error: Error): void => {
    if (crashed) return;
    crashed = true;
    process.exitCode = 1;
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    void realtime.stop().then(end, end);
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
    const why = error instanceof Error ? error.message : String(error);
    log({ level: "info", area: "sip", text: `SIP is sent without a mark (sip.dscp): ${why}` });
    return undefined;
  });
  return compose(config.box, {
    clock: createClock(),
    random: createRandom(),
    udp: createUdp(marks === undefined ? {} : { bindMarked: marks.bindUdp }),
    streams: createStreams(marks === undefined ? {} : { mark: marks.mark }),
    resolver: createResolver(nameServers === undefined ? {} : { servers: nameServers }),
    store: createFileStore(config.user.data ?? "tipring-data"),
    hashes,
    realtime,
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

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((take) => {
    resolve = take;
  });
  return { promise, resolve };
}
