import { type ChildProcess, spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { type Figure, type FigureGroup, figure, type Peer } from "../figure.ts";
import { baresipName, configureBaresip, NO_BARESIP, startBaresip } from "../support/baresip.ts";
import { bundle } from "../support/bundle.ts";
import { cpuMs, endChild, pidOf, residentMb } from "../support/processes.ts";
import { buildProduct, workerScript } from "../support/product.ts";
import { RtpFarEnd } from "../support/rtp-far-end-client.ts";
import { withScratch } from "../support/scratch.ts";
import { SipServer } from "../support/sip-server.ts";
import { median, quantile } from "../support/statistics.ts";
import { waitMs } from "../support/wait.ts";

/** Calls at a time, each with a figure of its own. */
const COUNTS = [1, 8, 32];
const cpuName = (calls: number): string => `media.cpu-per-call.${calls}`;
const RSS = "media.rss-per-call-kb";
const PACING = "media.pacing-p99";
/** Pacing is judged with so many. */
const PACING_CALLS = 8;
const RUNS = 5;
const LIMIT_MS = 15_000;
/** Calls are up and the code is compiled by then. */
const SETTLE_MS = 5000;
const WATCH_MS = 8000;
const PACKET_MS = 20;
/** Fewer packets than this share of what is due, and the calls were not what they should be. */
const COMPLETE_SHARE = 0.9;
const OUR_RTP_PORT = 27_000;
const usersOf = (calls: number): readonly string[] =>
  Array.from({ length: calls }, (_, at) => String(101 + at));

interface Measured {
  /** Processor time a call takes in 20 ms, all threads of the process, µs. */
  readonly cpuUs: number;
  /** How far 99 % of the packets' distances are from 20 ms at the most, ms. */
  readonly pacingMs: number;
  /** Memory of the process that is in the machine's memory. */
  readonly residentKb: number;
}

/** Programs that the bench runs beside itself, bundled. */
interface Programs {
  readonly box: string;
  readonly board: string;
  readonly farEnd: string;
}

/**
 * One, 8 and 32 calls in one process, G.711 µ-law at 20 ms both ways over real sockets of loopback,
 * called and talked to by the bench's far end, a process of its own, which also notes when packets
 * come. Ours: both planes as `tipring run` wires them, on a board without chip, copper and
 * telephone; captured is speech, in which digits are looked for. The peer: its bridge module plays
 * what it hears into what it says, a thread a call. A new process each run; runs take turns;
 * medians.
 */
export const eightCalls: FigureGroup = {
  limits: {
    ...Object.fromEntries(COUNTS.map((calls) => [cpuName(calls), undefined])),
    [RSS]: { atMost: 300 },
    [PACING]: undefined,
  },

  async measure(note) {
    buildProduct();
    const peerName = baresipName();
    if (peerName === undefined) note(NO_BARESIP);
    const figures: Figure[] = [];
    const memory = new Map<number, number>();
    await withScratch(async (folder) => {
      const programs = await bundle(folder, {
        box: "bench/support/many-line-box.ts",
        board: "bench/support/answering-board.ts",
        farEnd: "bench/support/rtp-far-end.ts",
      });
      for (const calls of COUNTS) {
        const ours: Measured[] = [];
        const peers: Measured[] = [];
        for (let run = 0; run < RUNS; run++) {
          const box = (place: string): Start => ourBox(programs, place, calls);
          ours.push(await withScratch((place) => inCalls(programs, box(place), calls)));
          if (peerName === undefined) continue;
          const peer = (place: string): Start => baresip(place, calls);
          peers.push(await withScratch((place) => inCalls(programs, peer(place), calls)));
        }
        const middle = (of: (one: Measured) => number): number => median(ours.map(of));
        const beside = (of: (one: Measured) => number): Peer | undefined =>
          peerName === undefined ? undefined : { name: peerName, value: median(peers.map(of)) };
        const cpu = ({ cpuUs }: Measured): number => cpuUs;
        const pacing = ({ pacingMs }: Measured): number => pacingMs;
        figures.push(figure(cpuName(calls), middle(cpu), "us/call-frame", beside(cpu)));
        memory.set(
          calls,
          middle(({ residentKb }) => residentKb),
        );
        if (calls === PACING_CALLS) {
          figures.push(figure(PACING, middle(pacing), "ms", beside(pacing)));
        }
      }
    });
    const [few = 1, many = 2] = COUNTS.slice(-2);
    const grown = (memory.get(many) ?? 0) - (memory.get(few) ?? 0);
    return [...figures, figure(RSS, grown / (many - few), "KiB")];
  },
};

type Start = (registrarPort: number) => Promise<ChildProcess>;

function ourBox(programs: Programs, folder: string, calls: number): Start {
  return async (registrarPort) =>
    spawn(
      process.execPath,
      [
        programs.box,
        String(registrarPort),
        String(calls),
        pathToFileURL(programs.board).href,
        pathToFileURL(workerScript).href,
        String(OUR_RTP_PORT),
      ],
      { cwd: folder, stdio: ["ignore", "ignore", "inherit"] },
    );
}

function baresip(folder: string, calls: number): Start {
  return async (registrarPort) => {
    await configureBaresip({ folder, users: usersOf(calls), registrarPort });
    const child = startBaresip(folder);
    // What it prints is read and dropped: a full pipe would hold it up.
    child.stdout?.resume();
    child.stderr?.resume();
    return child;
  };
}

async function inCalls(programs: Programs, start: Start, calls: number): Promise<Measured> {
  const users = usersOf(calls);
  const server = await SipServer.open();
  const farEnd = new RtpFarEnd(programs.farEnd);
  let child: ChildProcess | undefined;
  try {
    const ports = await farEnd.open(calls);
    child = await start(server.port);
    await Promise.all(users.map((user) => server.registered(user, LIMIT_MS)));
    const answered = await Promise.all(
      users.map((user, at) => server.call(user, ports[at] ?? 0, LIMIT_MS)),
    );
    farEnd.talk(answered);
    await waitMs(SETTLE_MS);
    return await watch(pidOf(child), farEnd, calls);
  } finally {
    if (child !== undefined) await endChild(child);
    farEnd.close();
    server.close();
  }
}

async function watch(pid: number, farEnd: RtpFarEnd, calls: number): Promise<Measured> {
  farEnd.listen();
  const startedMs = performance.now();
  const before = cpuMs(pid);
  await waitMs(WATCH_MS);
  const usedMs = cpuMs(pid) - before;
  const wallMs = performance.now() - startedMs;
  const { gapsMs, lost } = await farEnd.report();
  const expected = Math.round((calls * wallMs) / PACKET_MS);
  if (gapsMs.length < COMPLETE_SHARE * expected) {
    throw new Error(`${gapsMs.length} packets came of ${expected}; ${lost} were out of order`);
  }
  const offMs = gapsMs.map((gapMs) => Math.abs(gapMs - PACKET_MS));
  return {
    cpuUs: (usedMs * 1000 * PACKET_MS) / (calls * wallMs),
    pacingMs: quantile(offMs, 0.99),
    residentKb: residentMb(pid) * 1024,
  };
}
