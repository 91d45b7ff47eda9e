import { type FigureGroup, figure } from "../figure.ts";
import { baresipName, configureBaresip, NO_BARESIP, startBaresip } from "../support/baresip.ts";
import { endChild, untilPrinted } from "../support/processes.ts";
import { buildProduct, startProduct } from "../support/product.ts";
import { withScratch } from "../support/scratch.ts";
import { SipServer } from "../support/sip-server.ts";
import { median } from "../support/statistics.ts";

const NAME = "box.start-to-registered-ms";
const RUNS = 5;
const LIMIT_MS = 10_000;
const OUR_LINES = 2;

/**
 * From starting the process until its lines are registered. Ours: `tipring run` with no
 * configuration (the simulated board, two lines at its own exchange, which it also starts), until
 * the log says so of both lines. The peer: two accounts at a registrar of the bench's that asks for
 * a digest, until that one has said 200 to both. Median of runs that take turns.
 */
export const startTime: FigureGroup = {
  limits: { [NAME]: { atMost: 1000 } },

  async measure(note) {
    buildProduct();
    const peerName = baresipName();
    if (peerName === undefined) note(NO_BARESIP);
    const ours: number[] = [];
    const peers: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      ours.push(await withScratch(ourStartMs));
      if (peerName !== undefined) peers.push(await withScratch(baresipStartMs));
    }
    const peer = peerName === undefined ? undefined : { name: peerName, value: median(peers) };
    return [figure(NAME, median(ours), "ms", peer)];
  },
};

async function ourStartMs(folder: string): Promise<number> {
  const startedMs = performance.now();
  const child = startProduct(folder);
  try {
    return (await untilPrinted(child, /line \d+ is registered/, OUR_LINES, LIMIT_MS)) - startedMs;
  } finally {
    await endChild(child);
  }
}

async function baresipStartMs(folder: string): Promise<number> {
  const server = await SipServer.open();
  const users = ["201", "202"];
  await configureBaresip({ folder, users, registrarPort: server.port });
  const startedMs = performance.now();
  const child = startBaresip(folder);
  try {
    const bound = await Promise.all(users.map((user) => server.registered(user, LIMIT_MS)));
    return Math.max(...bound.map(({ atMs }) => atMs)) - startedMs;
  } finally {
    await endChild(child);
    server.close();
  }
}
