import type { ChildProcess } from "node:child_process";
import { type Figure, type FigureGroup, figure, type Peer } from "../figure.ts";
import { baresipName, configureBaresip, NO_BARESIP, startBaresip } from "../support/baresip.ts";
import { cpuMs, endChild, pidOf, residentMb, untilPrinted } from "../support/processes.ts";
import { buildProduct, startProduct } from "../support/product.ts";
import { withScratch } from "../support/scratch.ts";
import { SipServer } from "../support/sip-server.ts";
import { waitMs } from "../support/wait.ts";

const RSS = "box.idle-rss-mb";
const CPU = "box.idle-cpu-percent";
const USERS = ["201", "202"];
const LIMIT_MS = 10_000;
/** What a program does after its start is over by then. */
const SETTLE_MS = 3000;
const WATCH_MS = 12_000;

interface Idle {
  readonly rssMb: number;
  readonly cpuPercent: number;
}

/**
 * What two idle lines take: memory in use at the end, and processor time as a share of one core.
 * Ours is `tipring run` with no configuration and no terminal (the simulated board, two lines on
 * the hook, its own exchange); the peer has two accounts registered. Both run at the same time.
 */
export const idle: FigureGroup = {
  limits: { [RSS]: { atMost: 80 }, [CPU]: { atMost: 2 } },

  async measure(note) {
    buildProduct();
    const peerName = baresipName();
    if (peerName === undefined) note(NO_BARESIP);
    const [ours, theirs] = await Promise.all([
      withScratch(ourIdle),
      peerName === undefined ? undefined : withScratch(baresipIdle),
    ]);
    const beside = (of: (idle: Idle) => number): Peer | undefined =>
      peerName === undefined || theirs === undefined
        ? undefined
        : { name: peerName, value: of(theirs) };
    const figures: Figure[] = [
      figure(
        RSS,
        ours.rssMb,
        "MiB",
        beside(({ rssMb }) => rssMb),
      ),
      figure(
        CPU,
        ours.cpuPercent,
        "% of a core",
        beside(({ cpuPercent }) => cpuPercent),
      ),
    ];
    return figures;
  },
};

async function ourIdle(folder: string): Promise<Idle> {
  const child = startProduct(folder);
  try {
    await untilPrinted(child, /line \d+ is registered/, USERS.length, LIMIT_MS);
    return await watch(child);
  } finally {
    await endChild(child);
  }
}

async function baresipIdle(folder: string): Promise<Idle> {
  const server = await SipServer.open();
  await configureBaresip({ folder, users: USERS, registrarPort: server.port });
  const child = startBaresip(folder);
  try {
    await Promise.all(USERS.map((user) => server.registered(user, LIMIT_MS)));
    return await watch(child);
  } finally {
    await endChild(child);
    server.close();
  }
}

async function watch(child: ChildProcess): Promise<Idle> {
  const pid = pidOf(child);
  await waitMs(SETTLE_MS);
  const startedMs = performance.now();
  const before = cpuMs(pid);
  await waitMs(WATCH_MS);
  const usedMs = cpuMs(pid) - before;
  const wallMs = performance.now() - startedMs;
  return { rssMb: residentMb(pid), cpuPercent: (100 * usedMs) / wallMs };
}
