import { type CreateEchoFilter, ECHO_SUMS } from "../../base/echo-filter.ts";
import { ECHO_FILTER_CODE } from "./echo-filter-code.ts";

/** Bytes below this are left to the module. */
const FIRST_FREE_BYTE = 1024;
const PAGE_BYTES = 65_536;

/** What `kernels/echo-filter.ts` exports. */
interface EchoExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
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

/** Of WebAssembly, which every engine has, what is used here. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
  validate(bytes: Uint8Array): boolean;
}
declare const WebAssembly: WebAssemblyApi;

/**
 * The echo filter for the vector unit of this processor; undefined where it has none that
 * WebAssembly knows (ARMv6), and the plain reference is to be used.
 */
export function createVectorEchoFilter(): CreateEchoFilter | undefined {
  const code = bytesFromHex(ECHO_FILTER_CODE.join(""));
  if (!WebAssembly.validate(code)) return undefined;
  const module = new WebAssembly.Module(code);
  return (taps, frameSamples) => {
    // The module is what kernels/echo-filter.ts gives: a test compiles it anew.
    const exports = new WebAssembly.Instance(module).exports as EchoExports;
    const end = exports.layOut(FIRST_FREE_BYTE, taps, frameSamples);
    const missing = end - exports.memory.buffer.byteLength;
    if (missing > 0) exports.memory.grow(Math.ceil(missing / PAGE_BYTES));
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
        farFrame.set(far);
        nearFrame.set(near);
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

function bytesFromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
}
