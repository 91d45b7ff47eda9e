import { type Box, type BoxPorts, compose } from "../../../src/app/compose.ts";
import type { BoxConfig } from "../../../src/app/config/box-config.ts";
import { printConfigProblem } from "../../../src/app/config/config-problem.ts";
import { resolveConfig } from "../../../src/app/config/resolve-config.ts";
import type { ReadTextFile, UserConfig } from "../../../src/app/config/user-config.ts";
import type { DtlsEngine } from "../../../src/base/dtls-engine.ts";
import type { FaxEngine } from "../../../src/base/fax-engine.ts";
import type { LogEvent } from "../../../src/base/log-event.ts";
import { err, ok } from "../../../src/base/result.ts";
import type { BoxEvent } from "../../../src/gateway/control/box-events.ts";
import { createTokenSource } from "../../../src/gateway/control/token.ts";
import type { RealtimeHost } from "../../../src/gateway/realtime/host.ts";
import { createSameThreadHost } from "../../../src/gateway/realtime/same-thread-host.ts";
import type { RealtimePorts } from "../../../src/hal/ports/board.ts";
import type { Resolver, Streams, Udp } from "../../../src/hal/ports/net.ts";
import type { Pcm } from "../../../src/hal/ports/pcm-stream.ts";
import type { Random } from "../../../src/hal/ports/random.ts";
import type { Sounds } from "../../../src/hal/ports/sounds.ts";
import { pcm16FromVolts } from "../audio/levels.ts";
import { speechLike } from "../audio/speech-like.ts";
import { MemoryStore } from "../board/memory-store.ts";
import { createSimBoard, type SimBoard } from "../board/sim-board.ts";
import type { SimLineOptions } from "../board/sim-line.ts";
import { traceNetwork } from "../trace/datagram-trace.ts";
import type { CapturedDatagram } from "../trace/pcap.ts";
import { Trace } from "../trace/trace.ts";
import type { LinkConditions } from "../world/link.ts";
import { createNameTable, type NameTable } from "../world/names.ts";
import { VirtualNetwork } from "../world/network.ts";
import { pacedResolver, pacedStreams, pacedUdp } from "../world/paced-net.ts";
import type { RealTimePacer } from "../world/pacer.ts";
import { createRealTimePacer } from "../world/real-time.ts";
import { ciphers, createRealPorts, hashes, loadCodecs } from "../world/real-time-ports.ts";
import { World } from "../world/world.ts";
import { BENCH_HOST } from "./bench-host.ts";
import { BenchPhone, ScenarioError, type SpeechTimes } from "./bench-phone.ts";
import { lineOptions } from "./line-options.ts";
import { displayFor, type PhoneSpec, plugIn } from "./phone-maker.ts";
import { simBoardFile } from "./sim-board-file.ts";
import { tapUdp } from "./tap-udp.ts";
import { utcWallTime } from "./utc-wall-time.ts";
import { WireWatch } from "./wire-watch.ts";
import { WorldRecorder } from "./world-recorder.ts";

export { BENCH_HOST };

/** How a bench is laid out. */
export interface BenchOptions {
  /** All chance of the world follows from it. Default 1. */
  readonly seed?: number | string;
  readonly board?: "hw-sim";
  /** A set a line; default a touch-tone and a rotary phone. */
  readonly phones?: readonly PhoneSpec[];
  /** The box's configuration; lines are made to fit the phones where it names none. */
  readonly config?: UserConfig;
  /** Texts of the files that the configuration names (certificates), by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** The box's address in the virtual network, of either family. Default {@link BENCH_HOST}. */
  readonly host?: string;
  /** How the virtual network treats every datagram, the box's own among them. */
  readonly network?: Partial<LinkConditions>;
  /** What is special about every line's copper, chip and sound card; or about each, in order. */
  readonly line?: Partial<SimLineOptions> | readonly Partial<SimLineOptions>[];
  /**
   * Bound to wall time, with the real sockets of this machine in place of the virtual network:
   * the other side may be any SIP server.
   */
  readonly realTime?: boolean;
  /** Start without waiting until every line has registered. */
  readonly startUnregistered?: boolean;
  /**
   * Done before the box starts, when all else is laid out: far ends that it will look for,
   * hardware that fails, a receiver that is off the hook already.
   */
  readonly prepare?: (place: BenchPlace) => void | Promise<void>;
  /** Where recordings go and sounds come from; without it there are none. */
  readonly sounds?: Sounds;
  /** What stands between the box and its real-time plane, at each start anew. */
  readonly between?: (plane: RealtimeHost, clock: World["clock"]) => RealtimeHost;
  /** The sound port that the box gets in place of the board's own, on which it may stand. */
  readonly pcm?: (board: SimBoard, world: World) => Pcm;
  /** Modems for T.38; without them a line that wants it passes faxes as sound. */
  readonly fax?: FaxEngine;
  /** What keys by DTLS come from. */
  readonly dtls?: DtlsEngine;
  /** Keeps what viewers can show: {@link Bench.recorder} has it. */
  readonly record?: boolean;
  /** Told every datagram once. `payload` may be kept. */
  readonly onDatagram?: (datagram: CapturedDatagram) => void;
  /** Told every event of the trace, as a line of JSON. */
  readonly onTraceLine?: (line: string) => void;
}

/** What there is before the box starts. */
export type BenchPlace = Omit<Bench, "box" | "start" | "stop" | "configure">;

const REGISTERED_WITHIN_MS = 10_000;
const STOP_WITHIN_MS = 10_000;
const FIRST_NUMBER = 101;

interface Surroundings {
  readonly world: World;
  readonly trace: Trace;
  readonly network: VirtualNetwork | undefined;
  readonly names: NameTable | undefined;
  readonly pacer: RealTimePacer | undefined;
  readonly udp: Udp;
  readonly streams: Streams;
  readonly resolver: Resolver;
  readonly wire: WireWatch;
  readonly recorder: WorldRecorder | undefined;
}

/** A running box with its telephones, and everything that can be watched from outside. */
export class Bench {
  readonly world: World;
  readonly trace: Trace;
  readonly board: SimBoard;
  /** The first line's telephone first. */
  readonly phones: readonly [BenchPhone, BenchPhone, ...BenchPhone[]];
  readonly store: MemoryStore;
  /** What the box told so far. */
  readonly events: readonly BoxEvent[];
  readonly logs: readonly LogEvent[];
  /** What crosses the virtual network; under wall time it sees nothing. */
  readonly wire: WireWatch;
  readonly #around: Surroundings;
  readonly #compose: () => Promise<Box>;
  readonly #configure: (config: UserConfig) => void;
  #box: Box | undefined;

  /** Use {@link bench}. */
  constructor(
    parts: Pick<Bench, "board" | "phones" | "store" | "events" | "logs"> & {
      readonly around: unknown;
      readonly compose: () => Promise<Box>;
      readonly configure: (config: UserConfig) => void;
    },
  ) {
    // Only `bench` below makes one, and it hands in what it made.
    this.#around = parts.around as Surroundings;
    this.world = this.#around.world;
    this.trace = this.#around.trace;
    this.wire = this.#around.wire;
    this.board = parts.board;
    this.phones = parts.phones;
    this.store = parts.store;
    this.events = parts.events;
    this.logs = parts.logs;
    this.#compose = parts.compose;
    this.#configure = parts.configure;
  }

  /** The program under test. */
  get box(): Box {
    if (this.#box === undefined) throw new ScenarioError("the box has not started yet");
    return this.#box;
  }

  /** The virtual network; there is none under wall time. */
  get network(): VirtualNetwork {
    const { network } = this.#around;
    if (network === undefined) throw new ScenarioError("a bench in real time has real sockets");
    return network;
  }

  /** Pins, registers, audio and datagrams for viewers, where the bench was told to `record`. */
  get recorder(): WorldRecorder {
    const { recorder } = this.#around;
    if (recorder === undefined) throw new ScenarioError("lay the bench out with `record: true`");
    return recorder;
  }

  /** The virtual name server; there is none under wall time. */
  get names(): NameTable {
    const { names } = this.#around;
    if (names === undefined) throw new ScenarioError("a bench in real time has a real resolver");
    return names;
  }

  /** Sockets for a far end of the scenario: at an address of its own, or real ones. */
  readonly udp = (host: string): Udp => this.#around.network?.host(host).udp ?? this.#around.udp;

  /** The call records that the box has written. */
  get records(): readonly Extract<BoxEvent, { kind: "record" }>["record"][] {
    return this.events.flatMap((event) => (event.kind === "record" ? [event.record] : []));
  }

  /** Something to say that nobody else says: one name is one piece. */
  speech(name: string, durationMs = 2000): Int16Array {
    return pcm16FromVolts(speechLike(this.world.random(`speech ${name}`), durationMs));
  }

  /**
   * Has the box another configuration from its next start on; telephones and chips stay what they
   * are. Throws `ScenarioError` where it is refused.
   */
  configure(config: UserConfig): void {
    this.#configure(config);
  }

  /** Starts the box; {@link bench} has done it. */
  async start(): Promise<void> {
    this.#around.pacer?.start();
    this.#box = await this.world.complete(this.#compose(), REGISTERED_WITHIN_MS);
  }

  /** Stops the box, and fails where the hardware was treated in a way its datasheet forbids. */
  async stop(): Promise<void> {
    await this.world.complete(this.box.stop(), STOP_WITHIN_MS);
    // The chips' way out of ringing takes some milliseconds.
    await this.world.advance(100);
    this.#around.pacer?.stop();
    for (const line of this.board.lines) {
      const violation = line.chip.violations[0];
      if (violation !== undefined) {
        throw new ScenarioError(`line ${line.id}, seed ${this.world.seed}: ${violation.text}`);
      }
    }
  }
}

/** Lays out a bench and waits until its lines are registered (see `startUnregistered`). */
export async function bench(options: BenchOptions = {}): Promise<Bench> {
  const around = surroundings(options);
  const { world, trace } = around;
  const specs = options.phones ?? ["touch-tone", "rotary"];
  const realTime = options.realTime === true;
  const host = realTime ? "127.0.0.1" : (options.host ?? BENCH_HOST);
  const random = world.random("box");
  const createToken = createTokenSource(random);
  const lines = specs.map((_, at) => lineOptions(options.line, at));
  const configOf = (config: UserConfig = {}) => {
    const user = userConfig({ ...options, config }, specs.length, host);
    const box = boxConfig(user, lines, createToken, options);
    return { box, codecs: loadCodecs(config.rtp?.codecs ?? []) };
  };
  let current = configOf(options.config);
  const board = boardOf(lines, around);
  const store = new MemoryStore(world);
  const events: BoxEvent[] = [];
  const logs: LogEvent[] = [];
  const ports: Omit<BoxPorts, "realtime"> = {
    clock: world.clock,
    random,
    udp: around.udp,
    streams: around.streams,
    resolver: around.resolver,
    store,
    ...{ hashes, wallTime: utcWallTime },
    ...(options.dtls === undefined ? {} : { dtls: options.dtls }),
    log: (event) => void logs.push(event),
    onEvent: (event) => void events.push(event),
  };
  const realtime = realtimePorts(around, board, random, options);
  const speech: SpeechTimes = new WeakMap();
  const [first, second, ...more] = board.lines.map((line, at) => {
    const profile = current.box.realtime.lines[at]?.country;
    const phone = plugIn(line, specs[at] ?? "touch-tone", {
      world,
      name: `phone${line.id}`,
      country: profile?.code ?? "us",
      display: displayFor(profile?.callerId),
      trace: trace.add,
    });
    return new BenchPhone(phone, world, speech);
  });
  if (first === undefined || second === undefined) {
    throw new ScenarioError("a bench has two telephones or more");
  }
  const made = new Bench({
    board,
    phones: [first, second, ...more],
    store,
    events,
    logs,
    around,
    // Each start has a plane of its own.
    compose: () => {
      const { box, codecs } = current;
      const plane = createSameThreadHost({ ports: { ...realtime, codecs } });
      const between = options.between?.(plane, world.clock) ?? plane;
      return compose(box, { ...ports, realtime: between });
    },
    configure: (config) => {
      current = configOf(config);
    },
  });
  await options.prepare?.(made);
  await made.start();
  if (options.startUnregistered !== true) await untilRegistered(made);
  return made;
}

/** Throws `ScenarioError` with all that is wrong with a configuration. */
function boxConfig(
  user: UserConfig,
  lines: readonly SimLineOptions[],
  createToken: () => string,
  options: BenchOptions,
): BoxConfig {
  const resolved = resolveConfig(user, {
    ...{ board: simBoardFile(lines), version: "sim", createToken },
    readTextFile: filesOf(options),
    ...(options.fax === undefined ? { faxFault: "the bench has no modems for it" } : {}),
  });
  if (resolved.ok) return resolved.value;
  const problems = resolved.error.map((problem) => printConfigProblem("bench", problem));
  throw new ScenarioError(problems.join("\n"));
}

function boardOf(
  lines: readonly SimLineOptions[],
  { world, trace, recorder }: Surroundings,
): SimBoard {
  return createSimBoard(world, { lines, trace: trace.add, onAudio: recorder?.onAudio });
}

function realtimePorts(
  { world, udp }: Surroundings,
  board: SimBoard,
  random: Random,
  { sounds, fax, pcm }: BenchOptions,
): RealtimePorts {
  const { gpio, spi, serial } = board;
  return {
    ...{ clock: world.clock, random, udp, gpio, spi, serial, ciphers },
    pcm: pcm?.(board, world) ?? board.pcm,
    ...(sounds === undefined ? {} : { sounds }),
    ...(fax === undefined ? {} : { fax }),
  };
}

/** Reads the files that the scenario brought. */
function filesOf({ files = {} }: BenchOptions): ReadTextFile {
  return (file) => {
    const text = files[file];
    return text === undefined ? err("the bench has no such file") : ok(text);
  };
}

async function untilRegistered({ world, box, events }: Bench): Promise<void> {
  const registered = (): boolean =>
    box.status().every((line) => line.registration === "registered");
  if (await world.waitUntil(registered, REGISTERED_WITHIN_MS)) return;
  const failed = events.find((event) => event.kind === "registration-failed");
  const why = failed?.kind === "registration-failed" ? `: ${failed.reason}` : "";
  throw new ScenarioError(`the lines did not register within ${REGISTERED_WITHIN_MS} ms${why}`);
}

function surroundings(options: BenchOptions): Surroundings {
  const world = new World({ seed: options.seed ?? 1 });
  const { onTraceLine, onDatagram } = options;
  const recorder = options.record === true ? new WorldRecorder(`seed ${world.seed}`) : undefined;
  const trace = new Trace({
    ...(onTraceLine === undefined ? {} : { onLine: onTraceLine }),
    ...(recorder === undefined ? {} : { onEvent: recorder.onEvent }),
  });
  const listeners = [onDatagram, recorder?.onDatagram].filter((told) => told !== undefined);
  const tap = (udp: Udp): Udp =>
    listeners.reduce((tapped, told) => tapUdp(tapped, () => world.clock.wallMs(), told), udp);
  const wire = new WireWatch();
  if (options.realTime === true) {
    const pacer = createRealTimePacer(world);
    const real = createRealPorts(options.config?.sip?.nameServers);
    return {
      world,
      trace,
      network: undefined,
      names: undefined,
      pacer,
      udp: tap(pacedUdp(pacer, real.udp)),
      streams: pacedStreams(pacer, real.streams),
      resolver: pacedResolver(pacer, real.resolver),
      wire,
      recorder,
    };
  }
  const network = new VirtualNetwork(world, options.network);
  const { host = BENCH_HOST } = options;
  if (options.network !== undefined) network.setLink(host, host, options.network);
  traceNetwork(network, trace);
  network.tap((event) => wire.note(event));
  const names = createNameTable(world);
  const { udp, streams } = network.host(host);
  const net = { udp: tap(udp), streams, resolver: names };
  return { world, trace, network, names, pacer: undefined, ...net, wire, recorder };
}

/** The configuration with what a bench needs beside: a line a phone, and an address. */
function userConfig(options: BenchOptions, lineCount: number, host: string): UserConfig {
  const config = options.config ?? {};
  const lines =
    config.lines ??
    Array.from({ length: lineCount }, (_, at) => ({ number: String(FIRST_NUMBER + at) }));
  // Under wall time the port is free for any number of benches at once.
  const port = options.realTime === true ? { port: 0 } : {};
  return { ...config, lines, sip: { host, ...port, ...config.sip } };
}
