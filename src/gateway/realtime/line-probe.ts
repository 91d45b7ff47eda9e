import type { Digit } from "../../base/audio.ts";
import type { PortFault } from "../../base/port-fault.ts";
import { createDtmfDetector } from "../../fxs/index.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import { LineHardware, type OpenLineHardware } from "./line-hardware.ts";
import type { RealtimeLineConfig } from "./realtime-config.ts";

/** What a probe tells of its line. Times are of the wire. */
export interface LineProbeEvents {
  loop(closed: boolean, atMs: number): void;
  watermark(atMs: number): void;
  digit(digit: Digit, atMs: number): void;
  fault(fault: PortFault): void;
  /**
   * A frame of the sample clock, in place of `digit`: what came from the line, and what goes to it,
   * which is silence unless it is filled. Both are borrowed.
   */
  frame?(captured: Int16Array, playout: Int16Array): void;
}

/**
 * One line's hardware without a line machine on it: for tools that look at a telephone or a pair of
 * wires. It sends nothing of its own and rings nothing.
 */
export class LineProbe {
  readonly #hardware: OpenLineHardware;

  private constructor(hardware: OpenLineHardware) {
    this.#hardware = hardware;
  }

  /**
   * Opens a line. Rejects with `PortError`; then nothing of it is left open. Who opens one several
   * times over does so by one `lines`, which knows what of a card is still being closed.
   */
  static async open(
    config: RealtimeLineConfig,
    ports: RealtimePorts,
    events: LineProbeEvents,
    lines = new LineHardware(ports),
  ): Promise<LineProbe> {
    const detector = createDtmfDetector(config.country.dtmf);
    const hardware = await lines.open(
      config,
      {
        onLoop: (closed, atMs) => events.loop(closed, atMs),
        onWatermark: (atMs) => events.watermark(atMs),
        onFault: (fault) => events.fault(fault),
      },
      {
        onFrame: (captured, playout) => {
          if (events.frame !== undefined) {
            events.frame(captured, playout);
            return;
          }
          for (const { kind, digit } of detector.process(captured)) {
            if (kind === "start") events.digit(digit, ports.clock.nowMs());
          }
        },
        onFault: (fault) => events.fault(fault),
      },
    );
    return new LineProbe(hardware);
  }

  /** The line's card. */
  get slic(): OpenLineHardware["slic"] {
    return this.#hardware.slic;
  }

  /** Listens from now on, or no longer. */
  listen(on: boolean): void {
    if (on) this.#hardware.pcm.start();
    else this.#hardware.pcm.stop();
  }

  close(): void {
    this.#hardware.pcm.close();
    this.#hardware.slic.safe();
    this.#hardware.slic.close();
  }
}
