import type { RealtimePorts } from "../../hal/ports/board.ts";
import type { Clock } from "../../hal/ports/clock.ts";
import type { RealtimeHost } from "./host.ts";
import type { RealtimeCommand, RealtimeEvent } from "./messages.ts";
import { RealtimePlane } from "./realtime-plane.ts";

/** What the same-thread host runs on. */
export interface SameThreadBoard {
  readonly ports: RealtimePorts;
  /** Takes messages meant for the board; see `Board.receive`. */
  receive?(message: unknown): void;
}

/**
 * Runs the real-time plane in the caller's thread. Messages cross as clock events of the same
 * instant, so that here too none is answered inside the call that sent it; the board's own messages
 * cross as promises do.
 */
export function createSameThreadHost(board: SameThreadBoard): RealtimeHost & {
  /** Lets the board itself speak, as a worker's board does. */
  tell(message: unknown): void;
} {
  const clock: Clock = board.ports.clock;
  let plane: RealtimePlane | undefined;
  let isStopped = false;
  let onEvent: ((event: RealtimeEvent) => void) | undefined;
  const soon = (run: () => void): void => {
    clock.at(clock.nowMs(), run);
  };
  const emit = (event: RealtimeEvent): void => soon(() => onEvent?.(event));
  return {
    async start(config, listener) {
      if (isStopped) throw new Error("the real-time plane was stopped");
      onEvent = listener;
      plane = new RealtimePlane(config, board.ports, emit);
      await plane.start();
      if (isStopped) throw new Error("the real-time plane was stopped");
    },
    send(command: RealtimeCommand) {
      if (command.kind === "board") {
        // Not by the clock: it may be the board's own, and wait for this very message to run.
        void Promise.resolve().then(() => board.receive?.(command.message));
      } else soon(() => plane?.handle(command));
    },
    async stop() {
      isStopped = true;
      plane?.close();
      plane = undefined;
      onEvent = undefined;
    },
    tell(message) {
      void Promise.resolve().then(() => onEvent?.({ kind: "board", message }));
    },
  };
}
