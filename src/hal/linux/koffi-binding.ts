import { endianness } from "node:os";
import { PortError } from "../../base/port-fault.ts";
import { errorHead } from "../../base/thrown.ts";

/**
 * A C function. Buffers are handed over as typed arrays, which the function may fill. `async` runs
 * it on a thread of the runtime's pool; its last argument is told the error or the result.
 */
export interface NativeFunction {
  (...args: unknown[]): unknown;
  async(...args: unknown[]): void;
}

/** A shared library: `func` takes a C prototype and gives the function to call. */
export interface NativeLibrary {
  func(prototype: string): NativeFunction;
}

/** The npm package `koffi`: the part that is used here. */
export interface Koffi {
  /**
   * A library by its name (`libasound.so.2`), null for the program itself; throws where absent.
   * With `deep` it uses its own functions before any of the same name that the program has.
   */
  load(name: string | null, options?: { readonly deep: boolean }): NativeLibrary;
  /** The error number that the last call left on this thread. */
  errno(): number;
  /** Memory outside the garbage collector's reach, never moved and never freed. */
  alloc(type: "uint8_t", length: number): unknown;
  address(memory: unknown): bigint;
  /** The memory as bytes that both sides see. */
  view(memory: unknown, length: number): ArrayBuffer;
}

/** The part of `koffi` by which C calls back. */
export interface KoffiCallbacks extends Koffi {
  /** The type of a function: what it returns, and what it takes. */
  proto(result: string, takes: readonly string[]): unknown;
  pointer(type: unknown): unknown;
  /** The address of a function of ours, to be handed to C as a `void *`. It stays. */
  register(callback: (...args: never[]) => unknown, type: unknown): unknown;
}

/** Not a literal in `import()`, so that a machine that could not install it still compiles. */
const koffiPackage: string = "koffi";

/**
 * Loads `koffi`, which calls C functions of the system's libraries. It brings a built binary for
 * each common machine; it is optional for the others. `what` is what it is wanted for. Structures
 * are written here as little-endian machines have them, which all boards are: others do without.
 * @throws PortError `unsupported`, saying what to install
 */
export async function loadKoffi(
  what: string,
  load: () => Promise<unknown> = () => import(koffiPackage),
  byteOrder: "LE" | "BE" = endianness(),
): Promise<Koffi> {
  if (byteOrder === "BE") {
    const advice = "this machine has the other byte order: there is no way round it";
    throw new PortError({ kind: "unsupported", what: `${what} through system calls`, advice });
  }
  let said = "it exports no function load";
  try {
    const loaded = await load();
    if (isKoffi(loaded)) return loaded;
  } catch (error) {
    said = errorHead(error);
  }
  throw new PortError({
    kind: "unsupported",
    what: `${what} through the npm package "koffi"`,
    advice: `run "npm install koffi" (loading it: ${said})`,
  });
}

/** Whether C can call back; only test doubles lack it. */
export function hasCallbacks(koffi: object): koffi is KoffiCallbacks {
  return "proto" in koffi && "pointer" in koffi && "register" in koffi;
}

function isKoffi(loaded: unknown): loaded is Koffi {
  return (
    typeof loaded === "object" &&
    loaded !== null &&
    "load" in loaded &&
    typeof loaded.load === "function" &&
    "errno" in loaded &&
    typeof loaded.errno === "function"
  );
}
