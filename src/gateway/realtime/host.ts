import type { RealtimeCommand, RealtimeEvent } from "./messages.ts";
import type { RealtimeConfig } from "./realtime-config.ts";

/**
 * Where the real-time plane runs: in the same thread (the simulated world, tests) or in a worker
 * (the product). Both keep one contract, and one parity suite holds them to it:
 *
 * - `start` resolves when every line was opened or reported `line-failed`; events come from then
 * on;
 * - commands are carried out in order; none is answered inside `send`;
 * - after `stop` resolves, every line is in its safe state and no event comes any more; a host
 * that was stopped, be it before `start`, starts no more: that rejects.
 */
export interface RealtimeHost {
  start(config: RealtimeConfig, onEvent: (event: RealtimeEvent) => void): Promise<void>;
  send(command: RealtimeCommand): void;
  stop(): Promise<void>;
}
