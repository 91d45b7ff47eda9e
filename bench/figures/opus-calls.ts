import { type Figure, type FigureGroup, figure } from "../figure.ts";
import { baresipName, NO_BARESIP } from "../support/baresip.ts";
import { bundle } from "../support/bundle.ts";
import { buildProduct } from "../support/product.ts";
import { withScratch } from "../support/scratch.ts";
import { median } from "../support/statistics.ts";
import {
  baresip,
  type Contestant,
  inCalls,
  type Measured,
  ourMedia,
  PROGRAMS,
} from "./eight-calls.ts";

const COUNTS = [1, 8, 32];
const RUNS = 5;
const nameOf = (calls: number): string => `media.cpu-per-call-opus.${calls}`;
const cpu = ({ cpuUs }: Measured): number => cpuUs;

/**
 * The same as `media.cpu-per-call` with Opus, at 20 kbit/s, complexity 5, with in-band FEC, one
 * channel. Ours works at the line's 8 kHz; the peer's at 48 kHz, which is the only rate it has.
 */
export const opusCalls: FigureGroup = {
  limits: Object.fromEntries(COUNTS.map((calls) => [nameOf(calls), undefined])),

  async measure(note, isWanted) {
    buildProduct();
    const peerName = baresipName();
    if (peerName === undefined) note(NO_BARESIP);
    const figures: Figure[] = [];
    await withScratch(async (folder) => {
      const programs = await bundle(folder, PROGRAMS);
      const run = (calls: number, make: (folder: string) => Contestant): Promise<Measured> =>
        withScratch((own) => inCalls(programs, make(own), calls, "opus"));
      for (const calls of COUNTS.filter((count) => isWanted(nameOf(count)))) {
        const ours: number[] = [];
        const theirs: number[] = [];
        for (let round = 0; round < RUNS; round++) {
          ours.push(cpu(await run(calls, () => ourMedia(programs, "opus"))));
          if (peerName === undefined) continue;
          theirs.push(cpu(await run(calls, (own) => baresip(own, "opus"))));
        }
        const peer = peerName === undefined ? undefined : { name: peerName, value: median(theirs) };
        figures.push(figure(nameOf(calls), median(ours), "us/call-frame", peer));
      }
    });
    return figures;
  },
};
