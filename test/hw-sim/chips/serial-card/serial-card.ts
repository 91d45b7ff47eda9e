import { ByteReader, ByteWriter, bytesFromLatin1 } from "../../../../src/base/bytes.ts";
import type { Clock, Timer } from "../../../../src/hal/ports/clock.ts";
import type { SerialDevice, SerialSend } from "../../board/sim-serial.ts";
import { type AudioSession, CardAudio, type CardAudioParts, CODING } from "./card-audio.ts";
import { CardCommands, FROM_HOST, STATUS_CODE, TO_HOST } from "./card-commands.ts";
import { CARD_LINE, type CardLine } from "./card-line.ts";
import { EVENT, EventStore } from "./event-store.ts";
import { FrameReader, type Received, wireFromPacket } from "./framing.ts";

/** What a card is built of. */
export interface SerialCardParts {
  readonly clock: Clock;
  readonly lines: readonly CardLine[];
  readonly audio: Pick<CardAudioParts, "lines" | "skewPpm">;
  /** What its microsecond counter shows at time 0. */
  readonly startUs: number;
}

const VERSION = 1;
const PACKET_MAX_BYTES = 1400;
const NAME = "simulated card 1";
const WATCHDOG_MS = 1500;
const REPEAT_EVENTS_MS = 40;
const OUT_OF_SESSION_EVERY_MS = 100;
const REASON = { NO_HELLO: 1, HOST_GONE: 2, NO_COMMON_VERSION: 3 } as const;
const COUNTERS = 6;
const COUNT = { FRAMES: 0, CRC: 1, PACKETS: 2, LOST: 3, AUDIO: 4 } as const;
const ALL_CODINGS = 0x07;
const LEAD_MAX = 8;
const U32 = 2 ** 32;

/**
 * A serial line card with Ag1171 modules, written from docs/serial-line-card.md alone: the other
 * side of that page.
 *
 *     no session --(HELLO)--> session --(BYE, 1500 ms of silence)--> no session
 */
export class SerialCard implements SerialDevice {
  readonly #parts: SerialCardParts;
  readonly #reader = new FrameReader((received) => this.#take(received));
  readonly #events = new EventStore();
  readonly #audio: CardAudio;
  readonly #commands: CardCommands;
  readonly #counters = new Uint16Array(COUNTERS);
  /** Loops whose change was dropped, and what was told of each last. */
  readonly #toldLoops: boolean[];
  #untold = false;
  #port: SerialSend | undefined;
  #session: number | undefined;
  #reason: number = REASON.NO_HELLO;
  #seq = 0;
  #lastSeq: number | undefined;
  #watchdog: Timer | undefined;
  #repeat: Timer | undefined;
  #refusedAtMs = Number.NEGATIVE_INFINITY;
  #sentBytes = 0;
  #audioEndBytes = 0;
  #hung = false;

  constructor(parts: SerialCardParts) {
    this.#parts = parts;
    this.#toldLoops = parts.lines.map(() => false);
    this.#audio = new CardAudio({
      clock: parts.clock,
      ...parts.audio,
      onFrame: (lines, position, samples) => this.#sendAudio(lines, position, samples),
      onMissing: () => this.#count(COUNT.AUDIO),
    });
    this.#commands = new CardCommands(parts.lines, this.#audio);
  }

  onOpen(port: SerialSend): void {
    this.#port = port;
  }

  onBytes(bytes: Uint8Array): void {
    if (!this.#hung) this.#reader.take(bytes);
  }

  onClose(): void {
    this.#port = undefined;
  }

  /** The card starts anew, as after a glitch on its supply: lines are safe, nothing is known. */
  reset(): void {
    this.#hung = false;
    this.#counters.fill(0);
    this.#reader.reset();
    this.#endSession(REASON.NO_HELLO);
  }

  /** Its firmware hangs and answers nothing until a reset; its watchdog stops what rings. */
  hang(): void {
    this.#hung = true;
    this.#endSession(REASON.NO_HELLO);
  }

  /** A fault of one line, by the codes of the page; the line is made safe. */
  raiseFault(line: number, code: number): void {
    const at = this.#parts.lines[line];
    if (at === undefined) return;
    at.fault = code;
    const rang = at.ringing;
    at.makeSafe();
    this.#commands.updateAudio();
    if (rang) this.#tell(line, EVENT.RING_STOPPED, 3);
    this.#tell(line, EVENT.FAULT, code);
  }

  /** The fault is over. */
  clearFault(line: number): void {
    const at = this.#parts.lines[line];
    if (at === undefined || at.fault === 0) return;
    const { fault } = at;
    at.fault = 0;
    this.#tell(line, EVENT.FAULT_OVER, fault);
  }

  /** A line's loop detector changed. */
  onLoop(line: number, closed: boolean): void {
    if (this.#session === undefined) return;
    if (this.#tell(line, EVENT.LOOP, closed ? 1 : 0)) this.#toldLoops[line] = closed;
    else this.#untold = true;
  }

  /** A line's ringing ended unasked. */
  onRingStopped(line: number, reason: 1 | 2): void {
    this.#tell(line, EVENT.RING_STOPPED, reason);
  }

  get #nowUs(): number {
    return Math.floor(this.#parts.startUs + this.#parts.clock.nowMs() * 1000) % U32;
  }

  #count(counter: number, by = 1): void {
    this.#counters[counter] = ((this.#counters[counter] ?? 0) + by) & 0xffff;
  }

  #take(received: Received): void {
    switch (received.kind) {
      case "bad-frame":
        this.#count(COUNT.FRAMES);
        return;
      case "bad-crc":
        this.#count(COUNT.CRC);
        return;
      case "bad-packet":
        this.#count(COUNT.PACKETS);
        return;
      case "packet":
        this.#takePacket(received);
        return;
    }
  }

  #takePacket({ type, seq, body }: Extract<Received, { kind: "packet" }>): void {
    if (type === FROM_HOST.HELLO) {
      this.#lastSeq = seq;
      if (!this.#hello(body)) this.#count(COUNT.PACKETS);
      return;
    }
    if (type > FROM_HOST.BYE || type === 0) {
      this.#count(COUNT.PACKETS);
      return;
    }
    if (this.#session === undefined) {
      this.#refuse(this.#reason);
      return;
    }
    this.#feedWatchdog();
    if (seq === this.#lastSeq) return;
    this.#count(COUNT.LOST, (seq - (this.#lastSeq ?? seq - 1) - 1 + 256) % 256);
    this.#lastSeq = seq;
    if (!this.#act(type, body)) this.#count(COUNT.PACKETS);
  }

  /** False where the body does not fit. */
  #act(type: number, body: Uint8Array): boolean {
    switch (type) {
      case FROM_HOST.COMMAND:
        return this.#command(body);
      case FROM_HOST.ACK:
        return this.#acknowledge(body);
      case FROM_HOST.PING:
        return this.#ping(body);
      case FROM_HOST.AUDIO_DOWN:
        return this.#audio.answer(body);
      default:
        this.#endSession(REASON.HOST_GONE);
        return true;
    }
  }

  #hello(body: Uint8Array): boolean {
    const reader = new ByteReader(body);
    const isTipring = reader.u8() === 0x54 && reader.u8() === 0x52;
    const [lowest, highest] = [reader.u8(), reader.u8()];
    const session = reader.u32();
    const [coding, lead] = [reader.u8(), reader.u8()];
    if (reader.overrun || !isTipring) return false;
    if (lowest > VERSION || highest < VERSION) {
      this.#endSession(REASON.NO_COMMON_VERSION);
      this.#sendOutOfSession(REASON.NO_COMMON_VERSION);
      return true;
    }
    this.#endSession(REASON.HOST_GONE);
    const held: AudioSession = {
      coding: coding <= CODING.LINEAR ? coding : CODING.MU_LAW,
      lead: Math.min(LEAD_MAX, Math.max(1, lead)),
    };
    this.#session = session;
    this.#seq = 0;
    this.#commands.begin();
    this.#audio.begin(held);
    for (const at of this.#parts.lines.keys()) this.#toldLoops[at] = this.#loopAt(at);
    this.#feedWatchdog();
    this.#send(TO_HOST.WELCOME, this.#welcome(session, held));
    return true;
  }

  #welcome(session: number, { coding, lead }: AudioSession): Uint8Array {
    const { lines } = this.#parts;
    const body = new ByteWriter().u32(session).u8(VERSION).u8(lines.length).u8(ALL_CODINGS);
    body.u8(coding).u8(lead).u16(PACKET_MAX_BYTES);
    for (const _ of lines) {
      body
        .u16(CARD_LINE.flags)
        .u8(CARD_LINE.dutyPercent)
        .u8(CARD_LINE.burstMs / 100);
      body.u8(CARD_LINE.ringMinHz).u8(CARD_LINE.ringMaxHz).u8(CARD_LINE.ringVolts);
      body.u8(CARD_LINE.tripMs);
    }
    return body.u8(NAME.length).put(bytesFromLatin1(NAME)).finish();
  }

  #command(body: Uint8Array): boolean {
    const [line, tag, op] = body;
    if (line === undefined || tag === undefined || op === undefined) return false;
    const { status, data } = this.#commands.carryOut(line, tag, op, body.subarray(3));
    const held = status === STATUS_CODE.DONE ? data : new Uint8Array();
    this.#send(TO_HOST.REPLY, Uint8Array.of(line, tag, op, status, ...held));
    return true;
  }

  #acknowledge(body: Uint8Array): boolean {
    const [next] = body;
    if (next === undefined) return false;
    if (!this.#events.acknowledge(next)) return true;
    this.#makeUp();
    if (this.#events.isEmpty) this.#repeat?.cancel();
    return true;
  }

  /** Tells loops whose change was dropped, where they are not as they were told last. */
  #makeUp(): void {
    if (!this.#untold) return;
    this.#untold = false;
    for (const at of this.#parts.lines.keys()) {
      const closed = this.#loopAt(at);
      if (closed === this.#toldLoops[at]) continue;
      if (this.#events.hasRoom) this.onLoop(at, closed);
      else this.#untold = true;
    }
  }

  #ping(body: Uint8Array): boolean {
    const reader = new ByteReader(body);
    const token = reader.u32();
    if (reader.overrun) return false;
    const { lines } = this.#parts;
    const bits = (is: (line: CardLine) => boolean): number =>
      lines.reduce((sum, line, at) => (is(line) ? sum | (1 << at) : sum), 0);
    const nowUs = this.#nowUs;
    const status = new ByteWriter().u32(token).u32(nowUs).u32(nowUs).u8(this.#events.next);
    status.u8(bits((line) => line.loop)).u8(bits((line) => line.ringing));
    for (const counter of this.#counters.subarray(0, COUNTERS - 1)) status.u16(counter);
    this.#send(TO_HOST.STATUS, status.u16(this.#events.dropped).finish());
    return true;
  }

  #loopAt(line: number): boolean {
    return this.#parts.lines[line]?.loop === true;
  }

  /** An event of now; false where it was dropped. */
  #tell(line: number, kind: number, value: number): boolean {
    if (this.#session === undefined) return true;
    if (!this.#events.add({ line, kind, timeUs: this.#nowUs, value })) return false;
    this.#sendEvents();
    return true;
  }

  #sendEvents(): void {
    this.#repeat?.cancel();
    this.#repeat = undefined;
    if (this.#events.isEmpty || this.#session === undefined) return;
    this.#send(TO_HOST.EVENTS, this.#events.packetBody());
    const { clock } = this.#parts;
    this.#repeat = clock.at(clock.nowMs() + REPEAT_EVENTS_MS, () => this.#sendEvents());
  }

  /** One frame, unless the one before is still on its way out. */
  #sendAudio(lines: number, position: number, samples: Uint8Array): void {
    const leftBytes = this.#sentBytes - (this.#port?.pendingBytes() ?? 0);
    if (leftBytes < this.#audioEndBytes) return;
    const body = new ByteWriter(PACKET_MAX_BYTES).u8(lines).u32(position).u32(this.#nowUs);
    this.#send(TO_HOST.AUDIO_UP, body.u8(this.#events.next).put(samples).finish());
    this.#audioEndBytes = this.#sentBytes;
  }

  #feedWatchdog(): void {
    const { clock } = this.#parts;
    this.#watchdog?.cancel();
    this.#watchdog = clock.at(clock.nowMs() + WATCHDOG_MS, () =>
      this.#endSession(REASON.HOST_GONE),
    );
  }

  #endSession(reason: number): void {
    this.#session = undefined;
    this.#reason = reason;
    this.#watchdog?.cancel();
    this.#repeat?.cancel();
    this.#events.clear();
    this.#untold = false;
    for (const line of this.#parts.lines) line.makeSafe();
    this.#audio.setLines(0);
  }

  #refuse(reason: number): void {
    const nowMs = this.#parts.clock.nowMs();
    if (nowMs - this.#refusedAtMs < OUT_OF_SESSION_EVERY_MS) return;
    this.#refusedAtMs = nowMs;
    this.#sendOutOfSession(reason);
  }

  #sendOutOfSession(reason: number): void {
    this.#send(TO_HOST.OUT_OF_SESSION, Uint8Array.of(reason, VERSION, VERSION));
  }

  #send(type: number, body: Uint8Array): void {
    const wire = wireFromPacket(type, this.#seq, body);
    this.#seq = (this.#seq + 1) & 0xff;
    this.#sentBytes += wire.length;
    this.#port?.send(wire);
  }
}
