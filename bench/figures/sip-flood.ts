import { type ChildProcess, fork, spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { type FigureGroup, figure } from "../figure.ts";
import { bundle } from "../support/bundle.ts";
import type { Flood } from "../support/flooder.ts";
import { completeGaps, deviationMs, PACKET_MS } from "../support/pacing.ts";
import { endChild } from "../support/processes.ts";
import { buildProduct, workerScript } from "../support/product.ts";
import { RtpFarEnd } from "../support/rtp-far-end-client.ts";
import { withScratch } from "../support/scratch.ts";
import { SipServer } from "../support/sip-server.ts";
import { median } from "../support/statistics.ts";
import { waitMs } from "../support/wait.ts";

const FLOOD = "sip.flood";
const USER = "101";
const RUNS = 3;
const PER_SECOND = 2000;
const WATCH_MS = 5000;
const SETTLE_MS = 3000;
const LIMIT_MS = 15_000;
const RTP_PORT = 27_600;

/**
 * The pacing of a call's RTP while 2,000 OPTIONS a second come in at the box's SIP port: 99 % of
 * the distances between successive packets are within so much of 20 ms; beside it ("peer") the same
 * call in the seconds before the flood. Three processes besides the box share the machine's cores.
 */
export const sipFlood: FigureGroup = {
  limits: { [FLOOD]: undefined },

  async measure(note) {
    buildProduct();
    const flooded: number[] = [];
    const calm: number[] = [];
    await withScratch(async (folder) => {
      const programs = await bundle(folder, {
        box: "bench/support/many-line-box.ts",
        board: "bench/support/answering-board.ts",
        farEnd: "bench/support/rtp-far-end.ts",
        flooder: "bench/support/flooder.ts",
      });
      for (let run = 0; run < RUNS; run++) {
        const seen = await withScratch((place) => inCall(programs, place));
        calm.push(seen.calmMs);
        flooded.push(seen.floodedMs);
        note(`flood ${run + 1}: ${seen.flood.sent} sent, ${seen.flood.answered} answered`);
      }
    });
    const beside = { name: "without flood", value: median(calm) };
    return [figure(FLOOD, median(flooded), "ms", beside)];
  },
};

interface Programs {
  readonly box: string;
  readonly board: string;
  readonly farEnd: string;
  readonly flooder: string;
}

interface Seen {
  readonly calmMs: number;
  readonly floodedMs: number;
  readonly flood: Flood;
}

async function inCall(programs: Programs, folder: string): Promise<Seen> {
  const server = await SipServer.open();
  const farEnd = new RtpFarEnd(programs.farEnd);
  let box: ChildProcess | undefined;
  try {
    const [rtpPort = 0] = await farEnd.open(1, "pcmu");
    const urls = [pathToFileURL(programs.board).href, pathToFileURL(workerScript).href];
    const words = [programs.box, String(server.port), "1", ...urls, String(RTP_PORT)];
    box = spawn(process.execPath, words, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    const binding = await server.registered(USER, LIMIT_MS);
    farEnd.talk([await server.call(USER, rtpPort, LIMIT_MS)]);
    await waitMs(SETTLE_MS);
    const calmMs = await pacingMs(farEnd, () => waitMs(WATCH_MS));
    let flood: Flood = { sent: 0, answered: 0 };
    const floodedMs = await pacingMs(farEnd, async () => {
      flood = await floodPort(programs.flooder, binding.port);
    });
    return { calmMs, floodedMs, flood };
  } finally {
    if (box !== undefined) await endChild(box);
    farEnd.close();
    server.close();
  }
}

async function pacingMs(farEnd: RtpFarEnd, meanwhile: () => Promise<void>): Promise<number> {
  farEnd.listen();
  await meanwhile();
  return deviationMs(completeGaps(await farEnd.report(), WATCH_MS / PACKET_MS));
}

function floodPort(program: string, port: number): Promise<Flood> {
  const words = [port, PER_SECOND, WATCH_MS].map(String);
  const child = fork(program, words, { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the flooder ended with ${code}`)));
    child.once("message", (flood) => {
      child.disconnect();
      // Only flooder.ts is at the other end, and it sends this shape.
      resolve(flood as Flood);
    });
  });
}
