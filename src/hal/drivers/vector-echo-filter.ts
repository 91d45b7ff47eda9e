import { copyNumbers } from "../../base/copy-numbers.ts";
import { type CreateEchoFilter, ECHO_SUMS } from "../../base/echo-filter.ts";
import { ECHO_FILTER_CODE } from "./echo-filter-code.ts";
import { compileKernel, type KernelExports } from "./vector-code.ts";

/** What `kernels/echo-filter.ts` exports. */
interface EchoExports extends KernelExports {
  layOut(base: number, taps: number, frameSamples: number): number;
  farFrame(): number;
  nearFrame(): number;
  heardFrame(): number;
  triedFrame(): number;
  energyList(): number;
  measure(): void;
  process(step: number, regularisation: number): void;
  rest(): void;
  adopt(): void;
  restore(): void;
  clear(): void;
}

/**
 * The echo filter for the vector unit of this processor; undefined where it has none that
 * WebAssembly knows (ARMv6), and the plain reference is to be used.
 */
export function createVectorEchoFilter(): CreateEchoFilter | undefined {
  const instantiate = compileKernel(ECHO_FILTER_CODE);
  if (instantiate === undefined) return undefined;
  return (taps, frameSamples) => {
    const exports = instantiate<EchoExports>((made, base) => made.layOut(base, taps, frameSamples));
    const { buffer } = exports.memory;
    const words = (at: number) => new Int16Array(buffer, at, frameSamples);
    const farFrame = words(exports.farFrame());
    const nearFrame = words(exports.nearFrame());
    return {
      taps,
      heard: words(exports.heardFrame()),
      tried: new Float32Array(buffer, exports.triedFrame(), frameSamples),
      sums: new Float64Array(buffer, exports.energyList(), Object.keys(ECHO_SUMS).length),
      take(far, near) {
        copyNumbers(farFrame, far);
        copyNumbers(nearFrame, near);
        exports.measure();
      },
      process: (step, regularisation) => exports.process(step, regularisation),
      rest: () => exports.rest(),
      adopt: () => exports.adopt(),
      restore: () => exports.restore(),
      clear: () => exports.clear(),
    };
  };
}
