import { PortError } from "../base/port-fault.ts";
import { propertyOf } from "../base/record.ts";
import type { Board, BoardSpec, OpenBoard } from "../hal/ports/board.ts";

/** The module name of boards that this package opens itself. */
const LINUX = "linux";
/** The simulator's whole would bring a second program along: of it the board alone is loaded. */
const LIGHTER: Readonly<Record<string, string>> = { "tipring/hw-sim": "tipring/hw-sim/board" };

/** Loads a board's module and opens the board. Rejects with `PortError`. */
export async function openBoard(spec: BoardSpec, tell: (message: unknown) => void): Promise<Board> {
  const loaded: unknown =
    spec.module === LINUX
      ? await import("./linux-board.ts")
      : await import(LIGHTER[spec.module] ?? spec.module);
  const open = propertyOf(loaded, "openBoard");
  if (typeof open !== "function") {
    throw new PortError({
      kind: "unsupported",
      what: `board module "${spec.module}"`,
      advice: "it must export a function openBoard(spec, tell)",
    });
  }
  // A board's module keeps the OpenBoard contract; there is no way to check a signature at run
  // time.
  return (open as OpenBoard)(spec, tell);
}
