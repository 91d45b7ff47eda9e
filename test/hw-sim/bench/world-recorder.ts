import type { LineId } from "../../../src/base/line-messages.ts";
import type { CapturedDatagram } from "../trace/pcap.ts";
import { pcapngFileHead, pcapngPacket } from "../trace/pcapng.ts";
import type { TraceEvent } from "../trace/trace.ts";
import { VcdRecorder } from "../trace/vcd.ts";
import { WireRecorder } from "../trace/wire-recorder.ts";

/** Datagrams that are kept; a run of hours is cut off there. */
const DATAGRAMS_MAX = 1_000_000;

/** All that happens in a world, for the viewers that engineers have: see `BenchOptions.record`. */
export class WorldRecorder {
  readonly #world: string;
  readonly #vcd = new VcdRecorder();
  readonly #wires = new Map<LineId, WireRecorder>();
  readonly #datagrams: CapturedDatagram[] = [];

  /** @param world what the files say of where they come from */
  constructor(world: string) {
    this.#world = world;
  }

  readonly onEvent = (event: TraceEvent): void => this.#vcd.add(event);

  readonly onDatagram = (datagram: CapturedDatagram): void => {
    if (this.#datagrams.length < DATAGRAMS_MAX) this.#datagrams.push(datagram);
  };

  readonly onAudio = (
    line: LineId,
    firstSample: number,
    down: Int16Array,
    up: Int16Array,
  ): void => {
    const known = this.#wires.get(line);
    const wire = known ?? new WireRecorder();
    if (known === undefined) this.#wires.set(line, wire);
    wire.take(firstSample, down, up);
  };

  /** Pins, loops, registers and handsets as a value change dump. */
  vcd(): string {
    return this.#vcd.print();
  }

  /** SIP and RTP as they crossed, a pcapng file. What is no IP packet is left out. */
  pcapng(): Uint8Array {
    const parts = [pcapngFileHead("Tipring hw-sim", this.#world)];
    for (const datagram of this.#datagrams) {
      const packet = pcapngPacket(datagram);
      if (packet.ok) parts.push(packet.value);
    }
    const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      file.set(part, at);
      at += part.length;
    }
    return file;
  }

  /** The audio of a line's pair, stereo: to the telephone left, from it right. */
  wav(line: LineId): Uint8Array {
    return (this.#wires.get(line) ?? new WireRecorder()).wav();
  }
}
