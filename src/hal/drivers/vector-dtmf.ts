import { copyNumbers } from "../../base/copy-numbers.ts";
import {
  type CreateDtmfArithmetic,
  GROUP_TONES,
  HOP_SAMPLES,
  HOPS_AT_ONCE,
  KEPT_SAMPLES,
} from "../../base/dtmf-arithmetic.ts";
import { DTMF_CODE } from "./dtmf-code.ts";
import { compileKernel, type KernelExports } from "./vector-code.ts";

/** What `kernels/dtmf.ts` exports. */
interface DtmfExports extends KernelExports {
  layOut(base: number): number;
  tables(): number;
  signal(): number;
  hops(): number;
  output(): number;
  results(): number;
  spectrum(): number;
  take(count: number, a1: number, a2: number, b1: number, b2: number): void;
  weigh(from: number): number;
  fold(): number;
  lookAtRows(): void;
  lookAtColumns(): void;
}

/** Where in what `take` gives back the hops' energies begin. */
const ENERGIES = 4;

/**
 * The arithmetic of DTMF receivers for the vector unit of this processor; undefined where it has
 * none that WebAssembly knows, and the plain reference is to be used.
 */
export function createVectorDtmfArithmetic(): CreateDtmfArithmetic | undefined {
  const instantiate = compileKernel(DTMF_CODE);
  if (instantiate === undefined) return undefined;
  return ({ window, rows, columns }) => {
    const exports = instantiate<DtmfExports>((made, base) => made.layOut(base));
    const { buffer } = exports.memory;
    const floats = (at: number, count: number) => new Float64Array(buffer, at, count);
    const all = [...window, ...rows, ...columns];
    floats(exports.tables(), all.length).set(all);
    const words = new Int16Array(buffer, exports.hops(), HOPS_AT_ONCE * HOP_SAMPLES);
    const both = floats(exports.output(), HOPS_AT_ONCE * HOP_SAMPLES);
    const one = floats(exports.output(), HOP_SAMPLES);
    const results = floats(exports.results(), ENERGIES + HOPS_AT_ONCE);
    const samples = floats(exports.signal(), KEPT_SAMPLES);
    return {
      sums: floats(exports.spectrum(), 2 * GROUP_TONES),
      take(hops, signal) {
        const { filter, energies } = signal;
        copyNumbers(words, hops);
        exports.take(hops.length, filter[0] ?? 0, filter[1] ?? 0, filter[2] ?? 0, filter[3] ?? 0);
        for (let at = 0; at < ENERGIES; at++) filter[at] = results[at] ?? 0;
        const come = hops.length / HOP_SAMPLES;
        const kept = energies.length - come;
        for (let at = 0; at < kept; at++) energies[at] = energies[at + come] ?? 0;
        for (let at = 0; at < come; at++) energies[kept + at] = results[ENERGIES + at] ?? 0;
        // Within the array, but a view costs less than `copyWithin`.
        copyNumbers(signal.samples, signal.later[come === 1 ? 0 : 1]);
        copyNumbers(signal.samples, come === 1 ? one : both, KEPT_SAMPLES - hops.length);
      },
      weigh(signal, from) {
        copyNumbers(samples, signal.samples);
        return exports.weigh(from);
      },
      fold(hops) {
        copyNumbers(words, hops);
        return exports.fold();
      },
      look(group) {
        if (group === "rows") exports.lookAtRows();
        else exports.lookAtColumns();
      },
    };
  };
}
