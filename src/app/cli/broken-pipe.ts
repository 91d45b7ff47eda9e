import { errorCode } from "../../hal/node/index.ts";

/** Where a program prints to. */
export interface PrintStream {
  on(event: "error", listener: (error: Error) => void): unknown;
}

/**
 * Calls `gone` where whoever read what is printed has gone: nobody is left to print for, which is
 * no bug. A command ends then; the adapter itself goes on, there are people at its telephones.
 * Any other error is thrown.
 */
export function onBrokenPipe(streams: readonly PrintStream[], gone: () => void): void {
  for (const stream of streams) {
    stream.on("error", (error) => {
      if (errorCode(error) !== "EPIPE") throw error;
      gone();
    });
  }
}
