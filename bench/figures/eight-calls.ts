import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { type Figure, type FigureGroup, figure, type Peer } from "../figure.ts";
import { baresipName, configureBaresip, NO_BARESIP, startBaresip } from "../support/baresip.ts";
import { bundle } from "../support/bundle.ts";
import { COLLECT_MS, COLLECT_SIGNAL } from "../support/collect.ts";
import { completeGaps, deviationMs, PACKET_MS, printFarOff } from "../support/pacing.ts";
import { cpuMs, endChild, pidOf, residentMb } from "../support/processes.ts";
import { buildProduct, workerScript } from "../support/product.ts";
import { RtpFarEnd } from "../support/rtp-far-end-client.ts";
import { withScratch } from "../support/scratch.ts";
import { type AnsweredCall, SipServer } from "../support/sip-server.ts";
import { median } from "../support/statistics.ts";
import { VOICES, type Voice } from "../support/voices.ts";
import { waitMs } from "../support/wait.ts";

/** Calls at a time, each with figures of its own. */
const COUNTS = [1, 8, 32];
const bareName = (calls: number): string => `media.cpu-per-call.${calls}`;
/** The same with modems listened for, which the peer does not do. */
const WATCHED = COUNTS.slice(1);
const watchName = (calls: number): string => `media.cpu-per-call-watch.${calls}`;
const fullName = (calls: number): string => `media.cpu-per-call-full.${calls}`;
const RSS = "media.rss-per-call-kb";
const PACING = "media.pacing-p99";
/** Pacing is judged with so many. */
const PACING_CALLS = 8;
/** What a call takes is the difference of these. */
const MEMORY_CALLS = COUNTS.slice(-2);
const RUNS = 5;
/** The full box has no peer to take turns with. */
const FULL_RUNS = 3;
const LIMIT_MS = 15_000;
/** Calls are up by then. Watched twice: until it is compiled what runs, and after that. */
const SETTLE_MS = 5000;
const WATCH_MS = 8000;
const OUR_RTP_PORT = 27_000;
const HAMMER_PER_SECOND = 200;
const usersOf = (calls: number): readonly string[] =>
  Array.from({ length: calls }, (_, at) => String(101 + at));

/** What was seen of a program in calls. */
export interface Measured {
  /** Processor time a call takes in 20 ms, all threads of the process, µs. */
  readonly cpuUs: number;
  /** The same of the time before, in which an engine still compiles. */
  readonly earlyCpuUs: number;
  /** Distances between packets, ms: while the SIP port is asked, where it is. */
  readonly gapsMs: readonly number[];
  /** Memory of the process that is in the machine's memory. */
  readonly residentKb: number;
}

/** What is bundled for that. */
export const PROGRAMS = {
  box: "bench/support/many-line-box.ts",
  bare: "bench/support/bare-media-box.ts",
  board: "bench/support/answering-board.ts",
  farEnd: "bench/support/rtp-far-end.ts",
  flooder: "bench/support/flooder.ts",
} as const;

/** Programs that the bench runs beside itself, bundled. */
export interface Programs {
  readonly box: string;
  readonly bare: string;
  readonly board: string;
  readonly farEnd: string;
  readonly flooder: string;
}

/** A program in so many calls with the far end; `sipPort` is where its control plane listens. */
interface InCalls {
  readonly child: ChildProcess;
  readonly answered: readonly AnsweredCall[];
  readonly sipPort: number | undefined;
  /** Whether it clears its garbage away when it is told to. */
  readonly collects?: boolean;
}

/** Brings a program into calls with a far end whose ports are given. */
export type Contestant = (rtpPorts: readonly number[], server: SipServer) => Promise<InCalls>;

/**
 * One, 8 and 32 calls in one process, G.711 µ-law at 20 ms both ways over real sockets of loopback,
 * talked to by the bench's far end, a process of its own, which also notes when packets come. Bare:
 * our real-time plane in its worker, which sends back what it hears, as the peer's bridge module
 * does, and as little as that listens for modems (`rtp.fax: off`); with the watch for them it has
 * figures of its own. Full: both planes as `tipring run` wires them, on a board without chip,
 * copper and telephone; captured is speech, in which digits are looked for, and echoes cancelled. A
 * new process each run; runs take turns; medians. Memory and pacing are the full box's, the latter
 * while its SIP port and the peer's are asked 200 times a second. Each is watched twice, and the
 * second time counts; the first, in which an engine still compiles, is noted. Before memory is read
 * both of our threads are told to collect their garbage: else it hangs on whether they just had.
 */
export const eightCalls: FigureGroup = {
  limits: {
    ...Object.fromEntries(COUNTS.flatMap((calls) => [[bareName(calls), undefined]])),
    ...Object.fromEntries(WATCHED.map((calls) => [watchName(calls), undefined])),
    ...Object.fromEntries(COUNTS.flatMap((calls) => [[fullName(calls), undefined]])),
    [RSS]: { atMost: 300 },
    [PACING]: undefined,
  },

  async measure(note, isWanted) {
    buildProduct();
    const peerName = baresipName();
    if (peerName === undefined) note(NO_BARESIP);
    const figures: Figure[] = [];
    const memory: number[] = [];
    await withScratch(async (folder) => {
      const programs = await bundle(folder, PROGRAMS);
      for (const calls of COUNTS) {
        const contestants = contestantsFor(calls, isWanted);
        const seen = await measureCalls(programs, calls, {
          ...contestants,
          peer: contestants.peer && peerName !== undefined,
        });
        const beside = (of: (one: Measured) => number): Peer | undefined =>
          peerName === undefined ? undefined : { name: peerName, value: middle(seen.peer, of) };
        const unit = "us/call-frame";
        for (const [who, of] of [
          ["bare", seen.bare],
          ["bare with the watch", seen.watch],
          ["full", seen.full],
          ["peer", seen.peer],
        ] as const) {
          if (of.length > 0) note(`${who}, ${calls} calls: ${printEarly(of)}`);
        }
        if (contestants.bare) {
          figures.push(figure(bareName(calls), middle(seen.bare, cpu), unit, beside(cpu)));
        }
        if (contestants.watch)
          figures.push(figure(watchName(calls), middle(seen.watch, cpu), unit));
        if (!contestants.full) continue;
        figures.push(figure(fullName(calls), middle(seen.full, cpu), unit));
        memory.push(middle(seen.full, ({ residentKb }) => residentKb));
        if (contestants.sized) note(`memory of ${calls} calls, KiB: ${printMemory(seen.full)}`);
        if (calls === PACING_CALLS && isWanted(PACING)) {
          figures.push(figure(PACING, middle(seen.full, pacing), "ms", beside(pacing)));
          for (const { gapsMs } of seen.full) note(`pacing: ${printFarOff(gapsMs)}`);
        }
      }
    });
    if (!isWanted(RSS)) return figures;
    const [few = 1, many = 2] = MEMORY_CALLS;
    const [less = 0, more = 0] = memory.slice(-2);
    return [...figures, figure(RSS, (more - less) / (many - few), "KiB")];
  },
};

/** The seconds before those of the figures, and all runs: what compiling takes is in the former. */
function printEarly(seen: readonly Measured[]): string {
  const list = (of: (one: Measured) => number): string =>
    seen.map((one) => of(one).toFixed(0)).join(", ");
  return `${list(earlyCpu)} us/call-frame from the 6th second on, ${list(cpu)} from the 14th`;
}

function printMemory(seen: readonly Measured[]): string {
  return seen.map(({ residentKb }) => residentKb).join(", ");
}

/** Who has to be measured with so many calls. */
interface Contestants {
  readonly bare: boolean;
  /** Bare, but for the watch for modems. */
  readonly watch: boolean;
  readonly full: boolean;
  readonly peer: boolean;
  /** Whether memory is what is asked for. */
  readonly sized: boolean;
}

function contestantsFor(calls: number, isWanted: (name: string) => boolean): Contestants {
  const bare = isWanted(bareName(calls));
  const paced = isWanted(PACING) && calls === PACING_CALLS;
  const sized = isWanted(RSS) && MEMORY_CALLS.includes(calls);
  const full = isWanted(fullName(calls)) || paced || sized;
  const watch = WATCHED.includes(calls) && isWanted(watchName(calls));
  return { bare, watch, full, peer: bare || paced, sized };
}

const cpu = ({ cpuUs }: Measured): number => cpuUs;
const earlyCpu = ({ earlyCpuUs }: Measured): number => earlyCpuUs;
const pacing = ({ gapsMs }: Measured): number => deviationMs(gapsMs);
const middle = (all: readonly Measured[], of: (one: Measured) => number): number =>
  median(all.map(of));

async function measureCalls(programs: Programs, calls: number, wanted: Contestants) {
  const bare: Measured[] = [];
  const watch: Measured[] = [];
  const full: Measured[] = [];
  const peer: Measured[] = [];
  const run = (make: (folder: string) => Contestant): Promise<Measured> =>
    withScratch((folder) => inCalls(programs, make(folder), calls));
  for (let round = 0; round < RUNS; round++) {
    if (wanted.bare) bare.push(await run(() => ourMedia(programs)));
    if (wanted.watch) watch.push(await run(() => ourMedia(programs, "pcmu", true)));
    if (wanted.peer) peer.push(await run(baresip));
    if (wanted.full && round < FULL_RUNS)
      full.push(await run((folder) => ourBox(programs, folder, wanted.sized)));
  }
  return { bare, watch, full, peer };
}

/** The real-time plane alone; with `watches` it listens for modems as well. */
export function ourMedia(programs: Programs, voice: Voice = "pcmu", watches = false): Contestant {
  return async (rtpPorts) => {
    const urls = [pathToFileURL(programs.board).href, pathToFileURL(workerScript).href];
    const words = [String(rtpPorts.length), ...urls, String(OUR_RTP_PORT), voice];
    if (watches) words.push("watch");
    const child = fork(programs.bare, words, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const [ports] = await once(child, "message", { signal: AbortSignal.timeout(LIMIT_MS) });
    child.send([...rtpPorts]);
    // Only bare-media-box.ts is at the other end, and it tells its ports.
    const answered = (ports as readonly number[]).map((port) => ({ host: "127.0.0.1", port }));
    return { child, answered, sipPort: undefined };
  };
}

function ourBox(programs: Programs, folder: string, collects: boolean): Contestant {
  return async (rtpPorts, server) => {
    const urls = [pathToFileURL(programs.board).href, pathToFileURL(workerScript).href];
    const words = [String(server.port), String(rtpPorts.length), ...urls, String(OUR_RTP_PORT)];
    const flags = collects ? ["--expose-gc"] : [];
    const child = spawn(process.execPath, [...flags, programs.box, ...words], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    return { ...(await called(child, rtpPorts, server)), collects };
  };
}

/** The peer. */
export function baresip(folder: string, voice: Voice = "pcmu"): Contestant {
  return async (rtpPorts, server) => {
    const users = usersOf(rtpPorts.length);
    await configureBaresip({ folder, users, registrarPort: server.port, voice });
    const child = startBaresip(folder);
    // What it prints is read and dropped: a full pipe would hold it up.
    child.stdout?.resume();
    child.stderr?.resume();
    return called(child, rtpPorts, server, voice);
  };
}

/** Calls each of the accounts that a program registers. */
async function called(
  child: ChildProcess,
  rtpPorts: readonly number[],
  server: SipServer,
  voice: Voice = "pcmu",
): Promise<InCalls> {
  try {
    const users = usersOf(rtpPorts.length);
    const bindings = await Promise.all(users.map((user) => server.registered(user, LIMIT_MS)));
    const answered = await Promise.all(
      users.map((user, at) => server.call(user, rtpPorts[at] ?? 0, LIMIT_MS, VOICES[voice])),
    );
    return { child, answered, sipPort: bindings[0]?.port };
  } catch (error) {
    await endChild(child);
    throw error;
  }
}

/** One run: the program's calls, watched twice. */
export async function inCalls(
  programs: Programs,
  contestant: Contestant,
  calls: number,
  voice: Voice = "pcmu",
): Promise<Measured> {
  const server = await SipServer.open();
  const farEnd = new RtpFarEnd(programs.farEnd);
  let started: InCalls | undefined;
  try {
    started = await contestant(await farEnd.open(calls, voice), server);
    farEnd.talk(started.answered);
    await waitMs(SETTLE_MS);
    const pid = pidOf(started.child);
    const { cpuUs: earlyCpuUs } = await watch(pid, farEnd, calls);
    const watched = await watch(pid, farEnd, calls);
    const measured = { ...watched, earlyCpuUs, residentKb: await residentKbOf(started) };
    const isPaced = calls === PACING_CALLS && voice === "pcmu";
    if (!isPaced || started.sipPort === undefined) return measured;
    return { ...measured, gapsMs: await hammered(programs, started.sipPort, farEnd, calls) };
  } finally {
    if (started !== undefined) await endChild(started.child);
    farEnd.close();
    server.close();
  }
}

/** Memory, without garbage where the program can be told to clear it away. */
async function residentKbOf({ child, collects }: InCalls): Promise<number> {
  if (collects === true) {
    child.kill(COLLECT_SIGNAL);
    await waitMs(COLLECT_MS);
  }
  return residentMb(pidOf(child)) * 1024;
}

async function watch(
  pid: number,
  farEnd: RtpFarEnd,
  calls: number,
): Promise<Pick<Measured, "cpuUs" | "gapsMs">> {
  farEnd.listen();
  const startedMs = performance.now();
  const before = cpuMs(pid);
  await waitMs(WATCH_MS);
  const usedMs = cpuMs(pid) - before;
  const wallMs = performance.now() - startedMs;
  const heard = await farEnd.report();
  const expected = Math.round((calls * wallMs) / PACKET_MS);
  return {
    cpuUs: (usedMs * 1000) / expected,
    gapsMs: completeGaps(heard, expected),
  };
}

/** Distances between packets while the control plane is asked all the time. */
async function hammered(
  programs: Programs,
  sipPort: number,
  farEnd: RtpFarEnd,
  calls: number,
): Promise<readonly number[]> {
  const words = [sipPort, HAMMER_PER_SECOND, WATCH_MS].map(String);
  farEnd.listen();
  const hammer = fork(programs.flooder, words, { stdio: "inherit" });
  await once(hammer, "message");
  hammer.disconnect();
  return completeGaps(await farEnd.report(), (calls * WATCH_MS) / PACKET_MS);
}
