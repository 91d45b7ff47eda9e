import { ByteReader } from "../../../base/bytes.ts";
import { PortError, type PortFault } from "../../../base/port-fault.ts";
import type { Clock, Timer } from "../../ports/clock.ts";
import type { Random } from "../../ports/random.ts";
import type { Serial, SerialLink } from "../../ports/serial-link.ts";
import { promised } from "../sleep.ts";
import { CardAudioFrames } from "./card-audio.ts";
import { CardClock } from "./card-clock.ts";
import type { CardLine } from "./card-line.ts";
import {
  type CardAudio,
  type CardPacket,
  type CardStatus,
  parseCardPacket,
  type Welcome,
} from "./card-packets.ts";
import { CommandChannel } from "./command-channel.ts";
import { EventIntake } from "./event-intake.ts";
import { FrameReader, type ReceiveErrors } from "./frame-reader.ts";
import { frameOf, type HostPacket, printHostPacket } from "./host-packets.ts";
import type { CardCoding } from "./wire-numbers.ts";

/** Where a card is and how it is spoken to. */
export interface CardConfig {
  readonly device: string;
  readonly baud: number;
  readonly coding: CardCoding;
  /** How far ahead of its playing an answer is sent, frames of 10 ms, 1–8. */
  readonly leadFrames: number;
}

/** The ports that the driver works on. */
export interface CardPorts {
  readonly serial: Serial;
  readonly clock: Clock;
  readonly random: Random;
}

const HELLO_EVERY_MS = 200;
const HELLO_LIMIT_MS = 5000;
/** Well within the 500 ms that keep the card's watchdog content. */
const PING_EVERY_MS = 250;
const SILENCE_MAX_MS = 2000;
/** A PING for a watermark that brought none is said again after so long, ms. */
const PING_AGAIN_MS = 20;
/** PINGs whose answer may still come. */
const PINGS_MAX = 16;

/** What a card did and received, for people who look for a fault. */
export interface CardFigures {
  readonly received: ReceiveErrors;
  /** Frames of audio that were not sent, since the one before was still on its way. */
  readonly audioUnsent: number;
  /** What the card counts, as its last STATUS said. */
  readonly card: CardStatus["counters"] | undefined;
}

/**
 * One session with a card: from HELLO to the loss of the link.
 *
 *               WELCOME, and the first STATUS: its clock is known
 *     greeting ───────────────────────────────────────────────────► in session
 *        │ 5 s without                                                   │
 *        └──────────────────────────► lost ◄─────────────────────────────┘
 *               the link failed; 2 s of silence; OUT-OF-SESSION; `end`
 *
 * Nothing comes back from `lost`: a new session is begun with a new object.
 */
export class CardSession {
  readonly #config: CardConfig;
  readonly #ports: CardPorts;
  readonly #onLost: () => void;
  readonly #reader = new FrameReader((packet) => this.#packet(packet));
  readonly #cardClock = new CardClock();
  readonly #lines = new Map<number, CardLine>();
  readonly #wanted = new Map<number, number>();
  readonly #pings = new Map<number, number>();
  readonly #intake: EventIntake;
  #link: SerialLink | undefined;
  #welcome: Welcome | undefined;
  #channels: readonly CommandChannel[] = [];
  #audio: CardAudioFrames | undefined;
  #session = 0;
  #seq = 0;
  #token = 0;
  #cameMs = 0;
  #heardMs = 0;
  #bytesAfterAudio = 0;
  #audioUnsent = 0;
  #counters: CardStatus["counters"] | undefined;
  #beat: Timer | undefined;
  #ask: Timer | undefined;
  #askAtMs = Number.POSITIVE_INFINITY;
  #lost: PortFault | undefined;
  #greeted: ((fault: PortFault | undefined) => void) | undefined;

  private constructor(config: CardConfig, ports: CardPorts, onLost: () => void) {
    this.#config = config;
    this.#ports = ports;
    this.#onLost = onLost;
    this.#intake = new EventIntake((event) => {
      const atMs = this.#cardClock.hostMs(event.timeUs);
      this.#lines.get(event.line)?.event(event.event, event.value, atMs);
    });
  }

  /**
   * Opens the link and begins a session. `onLost` is called when it is over, before the lines hear
   * of it.
   * @throws PortError (rejects) as the serial port does; `not-found` where no card answers
   */
  static async open(
    config: CardConfig,
    ports: CardPorts,
    onLost: () => void,
  ): Promise<CardSession> {
    const session = new CardSession(config, ports, onLost);
    const link = await ports.serial.open(config.device, config.baud, {
      onBytes: (bytes, atMs) => session.#received(bytes, atMs),
      onFault: (fault) => session.#lose(fault),
    });
    session.#link = link;
    const fault = await promised<PortFault | undefined>(ports.clock, (settle) => {
      session.#greeted = settle;
      session.#greet();
    });
    if (fault !== undefined) throw new PortError(fault);
    return session;
  }

  /** Why the session is over; undefined while it is not. */
  get lost(): PortFault | undefined {
    return this.#lost;
  }

  get welcome(): Welcome | undefined {
    return this.#welcome;
  }

  get figures(): CardFigures {
    const received = { ...this.#reader.errors };
    return { received, audioUnsent: this.#audioUnsent, card: this.#counters };
  }

  /** The commands of a line, by its number on the card, 0 for the first. */
  channel(line: number): CommandChannel | undefined {
    return this.#channels[line];
  }

  attach(line: number, cardLine: CardLine): void {
    this.#lines.set(line, cardLine);
  }

  detach(line: number): void {
    this.#lines.delete(line);
    this.#wanted.delete(line);
  }

  /** The lines in use, by their numbers on the card. */
  get attached(): readonly number[] {
    return [...this.#lines.keys()];
  }

  /** Tell a line when no event stamped before `atMs` is still to come. */
  wantWatermark(line: number, atMs: number): void {
    this.#wanted.set(line, atMs);
    this.#askAt(Math.max(atMs, this.#ports.clock.nowMs()));
  }

  /** Takes leave of the card and closes the link. Lines still attached hear nothing of it. */
  end(): void {
    if (this.#lost !== undefined) return;
    this.#send({ kind: "bye" });
    this.#lines.clear();
    this.#lose({ kind: "gone", what: this.#name(), advice: "it was closed: open it anew" });
  }

  #greet(): void {
    const { clock, random } = this.#ports;
    const giveUpMs = clock.nowMs() + HELLO_LIMIT_MS;
    // Whatever half frame the card may have got of others ends here.
    this.#link?.write(Uint8Array.of(0));
    const hello = (): void => {
      if (this.#lost !== undefined || this.#welcome !== undefined) return;
      if (clock.nowMs() >= giveUpMs) {
        const { device, baud } = this.#config;
        const what = `a line card at ${device}`;
        const advice = `check cable, supply and firmware, and the rate of ${baud} baud`;
        this.#lose({ kind: "not-found", what, advice });
        return;
      }
      const { coding, leadFrames } = this.#config;
      this.#session = new ByteReader(random.bytes(4)).u32();
      this.#send({ kind: "hello", session: this.#session, coding, leadFrames });
      this.#beat = clock.at(clock.nowMs() + HELLO_EVERY_MS, hello);
    };
    hello();
  }

  #received(bytes: Uint8Array, atMs: number): void {
    if (this.#lost !== undefined) return;
    this.#cameMs = atMs;
    this.#reader.push(bytes);
  }

  #packet(bytes: Uint8Array): void {
    const packet = parseCardPacket(bytes);
    if (this.#lost !== undefined) return;
    if (packet === undefined) {
      this.#reader.errors.packets++;
    } else if (this.#welcome === undefined) {
      this.#greeting(packet);
    } else {
      this.#heardMs = this.#cameMs;
      this.#inSession(packet);
    }
  }

  #greeting(packet: CardPacket): void {
    if (packet.kind === "out-of-session" && packet.reason === 3) {
      const { versionMin, versionMax } = packet;
      const what = `${this.#name()}: it speaks versions ${versionMin} to ${versionMax}`;
      this.#lose({ kind: "unsupported", what, advice: "load firmware that speaks version 1" });
    }
    if (packet.kind !== "welcome" || packet.session !== this.#session) return;
    this.#welcome = packet;
    this.#heardMs = this.#cameMs;
    this.#audio = new CardAudioFrames(packet.coding);
    this.#channels = packet.lines.map(
      (_, line) =>
        new CommandChannel(line, this.lineName(line), this.#ports.clock, (command) =>
          this.#send(command),
        ),
    );
    this.#beat?.cancel();
    this.#heartbeat();
  }

  /** `line 2 of the serial card at /dev/ttyACM0` for line 1 on the wire. */
  lineName(line: number): string {
    return `line ${line + 1} of ${this.#name()}`;
  }

  #inSession(packet: CardPacket): void {
    switch (packet.kind) {
      case "welcome":
        return;
      case "out-of-session":
        this.#lose({
          kind: "gone",
          what: `${this.#name()}: it was reset`,
          advice: "check its supply; it is taken into service again by itself",
        });
        return;
      case "reply":
        this.#channels[packet.line]?.reply(packet);
        return;
      case "events":
        this.#send({ kind: "ack", nextEvent: this.#intake.take(packet.first, packet.events) });
        return;
      case "status":
        this.#status(packet);
        return;
      case "audio":
        this.#audioFrame(packet);
        return;
    }
  }

  #status(status: CardStatus): void {
    this.#counters = status.counters;
    const leftMs = this.#pings.get(status.token);
    if (leftMs === undefined) return;
    this.#pings.delete(status.token);
    this.#cardClock.exchange(leftMs, status.receivedUs, status.sentUs, this.#cameMs);
    if (this.#intake.next === status.nextEvent) {
      // Every change has come, so this is how the loops stand; a store that ran over shows here.
      for (const [line, cardLine] of this.#lines) {
        const closed = ((status.loops >> line) & 1) === 1;
        cardLine.loop(closed, this.#cardClock.hostMs(status.sentUs));
      }
    }
    this.#caughtUp(status.sentUs, status.nextEvent);
    const greeted = this.#greeted;
    this.#greeted = undefined;
    greeted?.(undefined);
  }

  #audioFrame(packet: CardAudio): void {
    this.#cardClock.arrival(packet.sentUs, this.#cameMs);
    const answer = this.#audio?.take(packet, {
      captured: (line, captured, firstSample) =>
        this.#lines.get(line)?.captured(captured, firstSample),
      frame: (line, captured, playout, firstSample) =>
        this.#lines.get(line)?.frame(captured, playout, firstSample) === true,
    });
    if (answer === "short") this.#reader.errors.packets++;
    else if (answer !== undefined) this.#send({ kind: "audio", ...answer });
    this.#caughtUp(packet.sentUs, packet.nextEvent);
  }

  /** No event before `sentUs` is still to come, if all up to `nextEvent` are here. */
  #caughtUp(sentUs: number, nextEvent: number): void {
    if (nextEvent !== this.#intake.next || !this.#cardClock.known) return;
    const nowMs = this.#ports.clock.nowMs();
    const reachedMs = Math.min(nowMs, this.#cardClock.hostMs(sentUs));
    for (const [line, wantedMs] of [...this.#wanted]) {
      if (wantedMs > reachedMs) continue;
      this.#wanted.delete(line);
      this.#lines.get(line)?.watermark(wantedMs);
    }
  }

  #heartbeat(): void {
    const { clock } = this.#ports;
    const nowMs = clock.nowMs();
    if (nowMs - this.#heardMs > SILENCE_MAX_MS) {
      this.#lose({
        kind: "gone",
        what: `${this.#name()}: it is silent`,
        advice: "check its cable and its supply; it is taken into service again by itself",
      });
      return;
    }
    this.#ping();
    this.#beat = clock.at(nowMs + PING_EVERY_MS, () => this.#heartbeat());
  }

  #askAt(atMs: number): void {
    if (atMs >= this.#askAtMs) return;
    this.#ask?.cancel();
    this.#askAtMs = atMs;
    this.#ask = this.#ports.clock.at(atMs, () => {
      this.#askAtMs = Number.POSITIVE_INFINITY;
      if (this.#lost !== undefined || this.#wanted.size === 0) return;
      this.#ping();
      const nowMs = this.#ports.clock.nowMs();
      this.#askAt(Math.max(Math.min(...this.#wanted.values()), nowMs + PING_AGAIN_MS));
    });
  }

  #ping(): void {
    this.#token = (this.#token + 1) >>> 0;
    this.#pings.set(this.#token, this.#ports.clock.nowMs());
    for (const token of this.#pings.keys()) {
      if (this.#pings.size <= PINGS_MAX) break;
      this.#pings.delete(token);
    }
    this.#send({ kind: "ping", token: this.#token });
  }

  #send(packet: HostPacket): void {
    const link = this.#link;
    if (link === undefined || this.#lost !== undefined) return;
    const isAudio = packet.kind === "audio";
    if (isAudio && link.pendingBytes > this.#bytesAfterAudio) {
      // The last frame of audio has not left: another would make control wait for both.
      this.#audioUnsent++;
      return;
    }
    const frame = frameOf(printHostPacket(packet, this.#seq));
    this.#seq = (this.#seq + 1) & 0xff;
    this.#bytesAfterAudio = isAudio ? 0 : this.#bytesAfterAudio + frame.length;
    const written = link.write(frame);
    if (!written.ok) this.#lose(written.error);
  }

  #lose(fault: PortFault): void {
    if (this.#lost !== undefined) return;
    this.#lost = fault;
    this.#beat?.cancel();
    this.#ask?.cancel();
    this.#link?.close();
    this.#onLost();
    const { clock } = this.#ports;
    // Later: it may have been noticed inside a call of one of the lines.
    clock.at(clock.nowMs(), () => {
      for (const channel of this.#channels) channel.close();
      for (const line of this.#lines.values()) line.fail(fault);
      this.#greeted?.(fault);
    });
  }

  #name(): string {
    return `the serial card at ${this.#config.device}`;
  }
}
