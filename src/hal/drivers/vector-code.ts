/** Bytes below this are left to a module. */
const FIRST_FREE_BYTE = 1024;
const PAGE_BYTES = 65_536;

/** What every kernel exports. */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

/** Of WebAssembly, which every engine has, what is used here. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
  validate(bytes: Uint8Array): boolean;
}
declare const WebAssembly: WebAssemblyApi;

/**
 * Compiles a kernel that is kept as lines of hexadecimal digits; undefined where this processor
 * has no vector unit that WebAssembly knows (ARMv6). What comes back makes an instance each time
 * it is called, with room for as many bytes as `layOut` says it takes from the first free one on.
 */
export function compileKernel(
  code: readonly string[],
):
  | (<Exports extends KernelExports>(layOut: (exports: Exports, base: number) => number) => Exports)
  | undefined {
  const bytes = bytesFromHex(code.join(""));
  if (!WebAssembly.validate(bytes)) return undefined;
  const module = new WebAssembly.Module(bytes);
  return <Exports extends KernelExports>(layOut: (exports: Exports, base: number) => number) => {
    // The module is what kernels/ gives, and the caller knows which: a test compiles it anew. It
    // is copied since V8 looks up each function of what it gives by name, whenever it is called.
    const exports = { ...(new WebAssembly.Instance(module).exports as Exports) };
    const missing = layOut(exports, FIRST_FREE_BYTE) - exports.memory.buffer.byteLength;
    if (missing > 0) exports.memory.grow(Math.ceil(missing / PAGE_BYTES));
    return exports;
  };
}

function bytesFromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
}
