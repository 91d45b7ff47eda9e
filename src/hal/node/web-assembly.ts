/** What is used of the runtime's WebAssembly; its types come with those of browsers only. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: WasmImports) => { readonly exports: unknown };
}

/** Functions that a module calls, by module name and name. */
export type WasmImports = Readonly<Record<string, Readonly<Record<string, () => number>>>>;

/** A module's memory: its buffer is another one after it has grown. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

// Node has had it since version 8: the cast tells the compiler so.
const api = Reflect.get(globalThis, "WebAssembly") as WebAssemblyApi;

/** The smallest module that uses SIMD. */
const SIMD_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0],
  ...[65, 0, 253, 15, 253, 98, 11],
);

/** Whether this machine runs modules that use SIMD. */
export function hasWasmSimd(): boolean {
  return api.validate(SIMD_PROBE);
}

/** Makes a module run; what it exports is for the caller to know. Throws on nonsense. */
export function instantiateWasm(bytes: Uint8Array, imports: WasmImports): unknown {
  return new api.Instance(new api.Module(bytes), imports).exports;
}
