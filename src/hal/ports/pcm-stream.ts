import type { PortFault } from "../../base/port-fault.ts";

/** What the user of a PCM stream hands over when opening it. */
export interface PcmStreamEvents {
  /**
   * One frame of the sample clock. `captured` is what came from the line during the frame that just
   * ended; the callee fills `playout` (handed in as silence) with what goes to the line in the
   * frame that begins. Both are 16-bit linear, `frameSamples` long and borrowed.
   * `firstSample` is the stream position of `captured[0]`; a gap means lost samples.
   */
  onFrame(captured: Int16Array, playout: Int16Array, firstSample: number): void;
  onFault(fault: PortFault): void;
}

/**
 * A sample clock with audio both ways, 8 kHz mono. It is the media clock: what a frame causes,
 * a packet or a reply, goes out inside `onFrame`.
 *
 * Port's side: opened it is stopped; between `start` and `stop` frames come at the card's own rate.
 * `stop` and `start` may be called inside `onFrame`. The position goes on across a stop.
 */
export interface PcmStream {
  readonly frameSamples: number;
  start(): void;
  stop(): void;
  close(): void;
}

/** Opens a line's channel of a sound device by name. Rejects with `PortError`. */
export interface Pcm {
  open(channel: string, events: PcmStreamEvents): Promise<PcmStream>;
}
