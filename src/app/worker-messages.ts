import type { RealtimeCommand, RealtimeEvent } from "../gateway/realtime/messages.ts";
import type { RealtimeConfig } from "../gateway/realtime/realtime-config.ts";
import type { BoardSpec } from "../hal/ports/board.ts";

/** What a real-time worker is born with. */
export interface WorkerBirth {
  readonly board: BoardSpec;
}

/** Messages to the worker. */
export type ToWorker =
  | { readonly kind: "start"; readonly config: RealtimeConfig }
  | { readonly kind: "command"; readonly command: RealtimeCommand }
  | { readonly kind: "stop" };

/** Messages from the worker. */
export type FromWorker =
  | { readonly kind: "started" }
  | { readonly kind: "start-failed"; readonly reason: string }
  | { readonly kind: "event"; readonly event: RealtimeEvent }
  /** Nothing has been going on for a while: the time to put memory in order. */
  | { readonly kind: "rested" }
  | { readonly kind: "stopped" };
