import { invariant } from "../../../src/base/invariant.ts";
import { PortError, type PortFault, type PortFaultKind } from "../../../src/base/port-fault.ts";
import type { Serial, SerialLink, SerialLinkEvents } from "../../../src/hal/ports/serial-link.ts";
import type { World } from "../world/world.ts";
import { type SerialConditions, SerialWire } from "./serial-wire.ts";

/** A device's own end of an open link. */
export interface SerialSend {
  send(bytes: Uint8Array): void;
  /** Bytes that it has given to the wire and that have not left yet. */
  pendingBytes(): number;
}

/** What is plugged into a serial port: the world's side of the link. */
export interface SerialDevice {
  /** The program has opened the port. */
  onOpen(port: SerialSend): void;
  /** What came over the wire, in pieces of any length; borrowed. */
  onBytes(bytes: Uint8Array): void;
  /** The program has closed it, or the plug was pulled. */
  onClose(): void;
}

/** How a serial port is built. */
export interface SerialPortOptions {
  /**
   * The rate the device is set to; at another one nothing but garbage crosses. Left out: a USB
   * device that takes any rate, and is as fast as it is told.
   */
  readonly baud?: number;
  /** From the last bit of a piece to its reader, both ways: a USB adapter's timer. Default 1. */
  readonly latencyMs?: number;
  /** How much the adapter keeps of what has not left yet. Default 65 536. */
  readonly bufferBytes?: number;
}

const LATENCY_MS = 1;
const BUFFER_BYTES = 65_536;

interface Port {
  readonly device: SerialDevice;
  readonly options: SerialPortOptions;
  conditions: SerialConditions;
  refused: PortFaultKind | undefined;
  link: Link | undefined;
  /** Closed, and what was written is still on its way. */
  leaving: Link | undefined;
}

/** How long what was written before a close may take to leave, ms; the rest is lost. */
const LEAVE_MS = 200;

/**
 * The serial ports of a board. Bytes take the time that their bits take (ten a byte) and come in
 * pieces; what goes wrong on the way can be told.
 */
export class SimSerial implements Serial {
  readonly #world: World;
  readonly #ports = new Map<string, Port>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Plugs a device into a port, named as the program opens it. */
  addPort(name: string, device: SerialDevice, options: SerialPortOptions = {}): void {
    invariant(!this.#ports.has(name), `the simulated board has "${name}" already`);
    const conditions = { lostByteRatio: 0, flippedBitRatio: 0, stalledUntilMs: 0 };
    const none = { refused: undefined, link: undefined, leaving: undefined };
    this.#ports.set(name, { device, options, conditions, ...none });
  }

  open(name: string, baud: number, events: SerialLinkEvents): Promise<SerialLink> {
    return this.#world.promise(() => this.#open(name, baud, events));
  }

  /** Makes opening a port fail, or (undefined) possible again. */
  refuse(name: string, kind: PortFaultKind | undefined): void {
    this.#known(name).refused = kind;
  }

  /** Pulls the plug: the program is told `gone`, the device that it is closed. */
  unplug(name: string): void {
    const port = this.#known(name);
    port.refused = "not-found";
    port.leaving?.leave();
    port.link?.fail(serialFault(name, "gone"));
  }

  /** Puts the plug back in. */
  plugIn(name: string): void {
    this.#known(name).refused = undefined;
  }

  /** Ends the link with a fault that is not a pulled plug. */
  fail(name: string, kind: PortFaultKind): void {
    this.#known(name).link?.fail(serialFault(name, kind));
  }

  /** What goes wrong on the wire from now on, both ways; what is left out stays as it is. */
  setConditions(name: string, conditions: Partial<SerialConditions>): void {
    const port = this.#known(name);
    port.conditions = { ...port.conditions, ...conditions };
  }

  /** Noise on the wire: bytes that nobody sent reach the program. */
  injectGarbage(name: string, bytes: Uint8Array): void {
    this.#known(name).link?.inject(bytes);
  }

  #known(name: string): Port {
    const port = this.#ports.get(name);
    invariant(port !== undefined, `the simulated board has no serial port "${name}"`);
    return port;
  }

  #open(name: string, baud: number, events: SerialLinkEvents): SerialLink {
    const port = this.#ports.get(name);
    if (port === undefined) throw new PortError(serialFault(name, "not-found"));
    const refused = port.link === undefined ? port.refused : "busy";
    if (refused !== undefined) throw new PortError(serialFault(name, refused));
    port.leaving?.leave();
    const link: Link = new Link(this.#world, { name, baud, port, events }, () => {
      if (port.link === link) port.link = undefined;
    });
    port.link = link;
    return link;
  }
}

/** One open port: a wire each way. */
class Link implements SerialLink {
  readonly #world: World;
  readonly #name: string;
  readonly #port: Port;
  readonly #events: SerialLinkEvents;
  readonly #toDevice: SerialWire;
  readonly #toHost: SerialWire;
  readonly #onEnd: () => void;
  /** Closed by the program, what it wrote goes out until `leave`. */
  #state: "open" | "leaving" | "ended" = "open";

  constructor(
    world: World,
    parts: {
      readonly name: string;
      readonly baud: number;
      readonly port: Port;
      readonly events: SerialLinkEvents;
    },
    onEnd: () => void,
  ) {
    const { name, baud, port, events } = parts;
    this.#world = world;
    this.#name = name;
    this.#port = port;
    this.#events = events;
    this.#onEnd = onEnd;
    const wire = (way: string, arrive: (bytes: Uint8Array) => void): SerialWire =>
      new SerialWire({
        clock: world.clock,
        random: world.random(`serial ${name} ${way}`),
        baud,
        garbles: port.options.baud !== undefined && port.options.baud !== baud,
        latencyMs: port.options.latencyMs ?? LATENCY_MS,
        conditions: () => port.conditions,
        arrive,
      });
    this.#toDevice = wire("to device", (bytes) => {
      if (this.#state !== "ended") port.device.onBytes(bytes);
    });
    this.#toHost = wire("to host", (bytes) => {
      if (this.#state === "open") events.onBytes(bytes, world.clock.nowMs());
    });
    // A port that opens has told its user nothing yet: the device hears of it as an event.
    world.clock.at(world.clock.nowMs(), () => {
      if (this.#state === "ended") return;
      port.device.onOpen({
        send: (bytes) => this.#fromDevice(bytes),
        pendingBytes: () => this.#toHost.pendingBytes,
      });
    });
  }

  write(bytes: Uint8Array) {
    invariant(this.#state === "open", `a write to "${this.#name}" after it ended`);
    const limitBytes = this.#port.options.bufferBytes ?? BUFFER_BYTES;
    if (this.#toDevice.pendingBytes + bytes.length > limitBytes) {
      return { ok: false as const, error: serialFault(this.#name, "io") };
    }
    this.#toDevice.send(bytes);
    return { ok: true as const, value: undefined };
  }

  get pendingBytes(): number {
    return this.#toDevice.pendingBytes;
  }

  /** What was written before goes out: its last words may be what stops a bell. */
  close(): void {
    if (this.#state !== "open") return;
    const { clock } = this.#world;
    const leftMs = this.#toDevice.arrivedMs - clock.nowMs();
    this.#onEnd();
    this.#state = "leaving";
    this.#port.leaving = this;
    if (leftMs < 0) this.leave();
    // After what arrives at that very time.
    else clock.at(clock.nowMs() + Math.min(leftMs, LEAVE_MS), () => this.leave());
  }

  /** The port is let go. */
  leave(): void {
    if (this.#state !== "leaving") return;
    this.#state = "ended";
    this.#port.leaving = undefined;
    this.#port.device.onClose();
  }

  fail(fault: PortFault): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#onEnd();
    this.#port.device.onClose();
    this.#world.clock.at(this.#world.clock.nowMs(), () => this.#events.onFault(fault));
  }

  inject(bytes: Uint8Array): void {
    this.#toHost.send(bytes);
  }

  #fromDevice(bytes: Uint8Array): void {
    if (this.#state === "open") this.#toHost.send(bytes);
  }
}

function serialFault(name: string, kind: PortFaultKind): PortFault {
  const advice =
    kind === "not-found" || kind === "gone"
      ? "Plug the device in, and name a serial port that the simulated board has."
      : kind === "busy"
        ? "Close the program that has the port open."
        : "Write no more than the adapter can hold, and see that it is well.";
  return { kind, what: `serial port "${name}" of the simulated board`, advice };
}
