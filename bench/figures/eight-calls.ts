import { type ChildProcess, spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { type Figure, type FigureGroup, figure, type Peer } from "../figure.ts";
import { baresipName, configureBaresip, NO_BARESIP, startBaresip } from "../support/baresip.ts";
import { bundle } from "../support/bundle.ts";
import { cpuMs, endChild, pidOf } from "../support/processes.ts";
import { buildProduct, workerScript } from "../support/product.ts";
import { RtpFarEnd } from "../support/rtp-far-end-client.ts";
import { withScratch } from "../support/scratch.ts";
import { SipServer } from "../support/sip-server.ts";
import { median, quantile } from "../support/statistics.ts";
import { waitMs } from "../support/wait.ts";

const CPU = "media.cpu-per-call.8";
const PACING = "media.pacing-p99-ms";
const CALLS = 8;
const RUNS = 5;
const LIMIT_MS = 15_000;
/** Calls are up and the code is compiled by then. */
const SETTLE_MS = 5000;
const WATCH_MS = 10_000;
const PACKET_MS = 20;
/** Fewer packets than this share of what is due, and the calls were not what they should be. */
const COMPLETE_SHARE = 0.9;
const OUR_RTP_PORT = 27_000;
const USERS = Array.from({ length: CALLS }, (_, at) => String(101 + at));

interface Measured {
  /** Processor time a call takes in 20 ms, all threads of the process, µs. */
  readonly cpuUs: number;
  /** How far 99 % of the packets' distances are from 20 ms at the most, ms. */
  readonly pacingMs: number;
}

/** Programs that the bench runs beside itself, bundled. */
interface Programs {
  readonly box: string;
  readonly board: string;
  readonly farEnd: string;
}

/**
 * Eight calls in one process, G.711 µ-law at 20 ms both ways over real sockets of loopback, called
 * and talked to by the bench's far end, a process of its own, which also notes when packets come.
 * Ours: both planes as `tipring run` wires them, on a board without chip, copper and telephone;
 * captured is speech, in which digits are looked for. The peer: its bridge module plays what
 * it hears into what it says, a thread a call. A new process each run; runs take turns; medians.
 */
export const eightCalls: FigureGroup = {
  limits: { [CPU]: undefined, [PACING]: undefined },

  async measure(note) {
    buildProduct();
    const peerName = baresipName();
    if (peerName === undefined) note(NO_BARESIP);
    const ours: Measured[] = [];
    const peers: Measured[] = [];
    await withScratch(async (folder) => {
      const programs = await bundle(folder, {
        box: "bench/support/many-line-box.ts",
        board: "bench/support/answering-board.ts",
        farEnd: "bench/support/rtp-far-end.ts",
      });
      for (let run = 0; run < RUNS; run++) {
        ours.push(await withScratch((place) => inCalls(programs, ourBox(programs, place))));
        if (peerName !== undefined) {
          peers.push(await withScratch((place) => inCalls(programs, baresip(place))));
        }
      }
    });
    const middle = (runs: readonly Measured[], of: (one: Measured) => number): number =>
      median(runs.map(of));
    const beside = (of: (one: Measured) => number): Peer | undefined =>
      peerName === undefined ? undefined : { name: peerName, value: middle(peers, of) };
    const cpu = ({ cpuUs }: Measured): number => cpuUs;
    const pacing = ({ pacingMs }: Measured): number => pacingMs;
    const figures: Figure[] = [
      figure(CPU, middle(ours, cpu), "us/call-frame", beside(cpu)),
      figure(PACING, middle(ours, pacing), "ms", beside(pacing)),
    ];
    return figures;
  },
};

type Start = (registrarPort: number) => Promise<ChildProcess>;

function ourBox(programs: Programs, folder: string): Start {
  return async (registrarPort) =>
    spawn(
      process.execPath,
      [
        programs.box,
        String(registrarPort),
        String(CALLS),
        pathToFileURL(programs.board).href,
        pathToFileURL(workerScript).href,
        String(OUR_RTP_PORT),
      ],
      { cwd: folder, stdio: ["ignore", "ignore", "inherit"] },
    );
}

function baresip(folder: string): Start {
  return async (registrarPort) => {
    await configureBaresip({ folder, users: USERS, registrarPort });
    const child = startBaresip(folder);
    // What it prints is read and dropped: a full pipe would hold it up.
    child.stdout?.resume();
    child.stderr?.resume();
    return child;
  };
}

async function inCalls(programs: Programs, start: Start): Promise<Measured> {
  const server = await SipServer.open();
  const farEnd = new RtpFarEnd(programs.farEnd);
  let child: ChildProcess | undefined;
  try {
    const ports = await farEnd.open(CALLS);
    child = await start(server.port);
    await Promise.all(USERS.map((user) => server.registered(user, LIMIT_MS)));
    const answered = await Promise.all(
      USERS.map((user, at) => server.call(user, ports[at] ?? 0, LIMIT_MS)),
    );
    farEnd.talk(answered);
    await waitMs(SETTLE_MS);
    return await watch(pidOf(child), farEnd);
  } finally {
    if (child !== undefined) await endChild(child);
    farEnd.close();
    server.close();
  }
}

async function watch(pid: number, farEnd: RtpFarEnd): Promise<Measured> {
  farEnd.listen();
  const startedMs = performance.now();
  const before = cpuMs(pid);
  await waitMs(WATCH_MS);
  const usedMs = cpuMs(pid) - before;
  const wallMs = performance.now() - startedMs;
  const { gapsMs, lost } = await farEnd.report();
  const expected = Math.round((CALLS * wallMs) / PACKET_MS);
  if (gapsMs.length < COMPLETE_SHARE * expected) {
    throw new Error(`${gapsMs.length} packets came of ${expected}; ${lost} were out of order`);
  }
  const offMs = gapsMs.map((gapMs) => Math.abs(gapMs - PACKET_MS));
  return {
    cpuUs: (usedMs * 1000 * PACKET_MS) / (CALLS * wallMs),
    pacingMs: quantile(offMs, 0.99),
  };
}
