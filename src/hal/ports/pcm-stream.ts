import type { PortFault } from "../../base/port-fault.ts";

/** Sound that was lost because a device was served too late; it was started again at once. */
export interface PcmXrun {
  /** The device, as messages name it: `sound card "plughw:1,0"`. */
  readonly what: string;
  /** It ran over while it recorded, or dry while it played: then the line heard a pause. */
  readonly side: "recording" | "playing";
  /** What was recorded and lost, samples of the stream; 0 where it ran dry. */
  readonly lostSamples: number;
}

/** What the user of a PCM stream hands over when opening it. */
export interface PcmStreamEvents {
  /**
   * What of the next `onFrame` was captured, told before it by a device with several channels: of
   * all of them first, so that what each of them causes to be sent goes out before one is played.
   */
  onCaptured?(captured: Int16Array, firstSample: number): void;
  /**
   * One frame of the sample clock. `captured` is what came from the line during the frame that just
   * ended; the callee fills `playout` (handed in as silence) with what goes to the line in the
   * frame that begins. Both are 16-bit linear, `frameSamples` long and borrowed.
   * `firstSample` is the stream position of `captured[0]`; a gap means lost samples.
   */
  onFrame(captured: Int16Array, playout: Int16Array, firstSample: number): void;
  onFault(fault: PortFault): void;
  /** The stream goes on. Xruns that do not end are a fault. */
  onXrun?(xrun: PcmXrun): void;
}

/**
 * A sample clock with audio both ways, 8 kHz mono. It is the media clock: what a frame causes,
 * a packet or a reply, goes out inside `onFrame`, or before it inside `onCaptured`.
 *
 * Port's side: opened it is stopped; between `start` and `stop` frames come at the card's own rate.
 * `stop` and `start` may be called inside either. The position goes on across a stop.
 */
export interface PcmStream {
  readonly frameSamples: number;
  /**
   * How far behind the line hears itself: what goes out in `playout[n]` of a frame comes back, if
   * at all, in the sample that lies so many positions behind `captured[n]` of that same frame,
   * the line's own delay not counted. It is what the device's buffers and filters add, estimated;
   * it changes when samples were lost or put in. Undefined while nothing is known.
   */
  readonly bulkDelaySamples?: number | undefined;
  /**
   * How much faster than the clock port this stream's clock runs, parts per million. Undefined
   * until it has been measured.
   */
  readonly driftPpm?: number | undefined;
  start(): void;
  stop(): void;
  close(): void;
}

/** Opens a line's channel of a sound device by name. Rejects with `PortError`. */
export interface Pcm {
  open(channel: string, events: PcmStreamEvents): Promise<PcmStream>;
}
