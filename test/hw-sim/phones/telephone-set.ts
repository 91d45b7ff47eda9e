import type { Digit } from "../../../src/base/audio.ts";
import { earliestMs } from "../../../src/base/core.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";
import type { Clock, Timer } from "../../../src/hal/ports/clock.ts";
import type { CallerIdMessage } from "../audio/caller-id-message.ts";
import { dtmfSignal, parseDigits } from "../audio/dtmf-signal.ts";
import { voltsFromPcm16 } from "../audio/levels.ts";
import type { LoopEnd, LoopState, Terminal } from "../loop/terminal.ts";
import type { TraceSink } from "../trace/trace.ts";
import { CallerIdDisplay, type DisplayKind, type WakeSign } from "./caller-id-display.ts";
import { type Dialer, type DialerParts, msFromSample } from "./dialer.ts";
import { LineContacts } from "./line-contacts.ts";
import { LineLamps } from "./line-lamps.ts";
import { LineTime } from "./line-time.ts";
import { LineWatch, type LineWatchEvent } from "./line-watch.ts";
import { OBSERVATION_LIMIT, type Observation } from "./observation.ts";
import type { Phone, PhoneOptions } from "./phone.ts";
import { PrimaryAnswer } from "./primary-answer.ts";
import { Receiver } from "./receiver.ts";
import { DEFAULT_RINGER, Ringer, type RingerEvent } from "./ringer.ts";
import type { Recording } from "./sound-recorder.ts";
import { Transmitter } from "./transmitter.ts";
import { WaitingDisplay } from "./waiting-display.ts";

const DEFAULT_HOOK_BOUNCE_MS = 5;
const DEFAULT_FLASH_MS = 500;
/** How long the acknowledgement of a display lasts. @see Bellcore type II: 55 to 65 ms */
const ACK_MS = 60;
/** A set is modelled as some volts and some ohms in series. Typical, not of one make. */
const DEFAULT_OFF_HOOK_OHMS = 150;
/**
 * A burst that calls a display lasts 200 to 300 ms; of it the bell's own start is not counted, its
 * end is noticed late. The shortest of countries' bursts, 400 ms, are longer.
 */
const RING_PULSE_MAX_MS = 330;
const DEFAULT_OFF_HOOK_VOLTS = 5;

/**
 * A telephone with the dial or keypad it is built with: hook switch, bell, handset, display, and
 * the log of what is noticed.
 *
 *     on-hook                        off-hook
 *     bell ← ringing voltage         line → receiver (tones, recording)
 *     display ← audio                transmitter (voice, keys) → line
 */
export class TelephoneSet implements Phone {
  readonly name: string;
  readonly terminal: Terminal;
  readonly #clock: Clock;
  readonly #contacts: LineContacts;
  readonly #transmitter = new Transmitter();
  readonly #receiver: Receiver;
  readonly #display: CallerIdDisplay;
  readonly #waiting: WaitingDisplay | undefined;
  readonly #primary: PrimaryAnswer | undefined;
  readonly #lineLamps: LineLamps;
  readonly #dialer: Dialer;
  readonly #lineTime = new LineTime();
  readonly #trace: TraceSink | undefined;
  readonly #hookBounceMs: number;
  readonly #ringer: Ringer;
  readonly #lineWatch = new LineWatch();
  readonly #observations: Observation[] = [];
  readonly #hearers = new Set<(volts: Float64Array, firstSample: number) => void>();
  readonly #told = new Set<(observation: Observation) => void>();
  #state: LoopState | undefined;
  /** The ringing that began last, heard or not. */
  #heldBack: Extract<RingerEvent, { kind: "started" }> | undefined;
  #rangAtMs = 0;
  #offHook = false;
  readonly #flashMs: number;
  #flashEnd: Timer | undefined;
  #alarm: Timer | undefined;

  constructor(options: PhoneOptions, createDialer: (parts: DialerParts) => Dialer) {
    this.name = options.name;
    this.#clock = options.clock;
    this.#trace = options.trace;
    this.#hookBounceMs = options.hookBounceMs ?? DEFAULT_HOOK_BOUNCE_MS;
    this.#flashMs = options.flashMs ?? DEFAULT_FLASH_MS;
    this.#ringer = new Ringer(options.ringer ?? DEFAULT_RINGER);
    this.#contacts = new LineContacts(options.clock, options.random);
    const observe = (observation: Observation): void => this.#observe(observation);
    this.#receiver = new Receiver({
      tones: options.tones,
      sidetoneLossDb: options.sidetoneLossDb,
      observe,
      onPiece: (piece, firstSample, measured) => {
        this.#waiting?.hear(piece, measured);
        for (const told of this.#hearers) told(piece, firstSample);
      },
      isOverheard: () => this.#hearers.size > 0 || this.#waiting?.isReceiving === true,
    });
    const kind = options.callerId ?? "bell-202";
    const needs = wakeSigns(options, kind);
    this.#display = new CallerIdDisplay({ kind, needs }, (seen) => {
      this.#primary?.onMessage();
      observe(seen);
    });
    this.#waiting = this.#createWaitingDisplay(options, kind);
    if (kind === "ntt") this.#primary = this.#createPrimaryAnswer(options);
    this.#lineLamps = new LineLamps(options, this.#display, observe);
    this.#dialer = createDialer({
      clock: this.#clock,
      contacts: this.#contacts,
      transmitter: this.#transmitter,
      receiver: this.#receiver,
      lineTime: this.#lineTime,
    });
    this.terminal = {
      offHookOhms: options.offHookOhms ?? DEFAULT_OFF_HOOK_OHMS,
      offHookVolts: options.offHookVolts ?? DEFAULT_OFF_HOOK_VOLTS,
      ren: options.ren ?? 1,
      fillsAll: true,
      onLoopState: (state, atMs) => this.#onLoopState(state, atMs),
      transmit: (out, firstSample) => this.#transmit(out, firstSample),
      receive: (heard, firstSample) => this.#receive(heard, firstSample),
    };
  }

  get isOffHook(): boolean {
    return this.#offHook;
  }

  get isRinging(): boolean {
    return this.#ringer.ringing && this.#primary?.holdsBack !== true;
  }

  get observations(): readonly Observation[] {
    return this.#observations;
  }

  get hears(): string | undefined {
    return this.#receiver.hears;
  }

  get display(): CallerIdMessage | undefined {
    return this.#display.shown;
  }

  get messageLamp(): boolean {
    return this.#display.lamp;
  }

  attach(end: LoopEnd | undefined): void {
    this.#contacts.attach(end);
  }

  onObservation(told: (observation: Observation) => void): () => void {
    this.#told.add(told);
    return () => this.#told.delete(told);
  }

  onHeard(told: (volts: Float64Array, firstSample: number) => void): () => void {
    this.#hearers.add(told);
    return () => this.#hearers.delete(told);
  }

  /** Logs, traces and tells something noticed. */
  #observe(observation: Observation): void {
    this.#observations.push(observation);
    if (this.#observations.length > OBSERVATION_LIMIT) this.#observations.shift();
    this.#trace?.({ source: `phone ${this.name}`, ...observation });
    for (const told of this.#told) told(observation);
  }

  /** Traces what the person does. */
  #act(kind: string, details: Readonly<Record<string, string | number>> = {}): void {
    this.#trace?.({ ...details, atMs: this.#clock.nowMs(), source: `phone ${this.name}`, kind });
  }

  lift(): void {
    if (this.#offHook) return;
    this.#act("lift");
    this.#offHook = true;
    this.#display.stopListening();
    this.#primary?.stop();
    this.#contacts.setDisplayLoop(false);
    this.#receiver.start(this.#sampleNow());
    this.#onRinger(this.#ringer.disconnect(), this.#clock.nowMs());
    this.#contacts.hook.work(true, this.#hookBounceMs);
  }

  hang(): void {
    if (!this.#offHook) return;
    this.#act("hang");
    this.#flashEnd?.cancel();
    this.#contacts.hook.work(false, this.#hookBounceMs);
    this.#offHook = false;
    this.#transmitter.clear();
    this.#dialer.stop();
    this.#waiting?.stop();
    this.#receiver.stop(this.#sampleNow());
  }

  flash(durationMs = this.#flashMs): void {
    if (!this.#offHook) return;
    this.#act("flash", { durationMs });
    this.#flashEnd?.cancel();
    this.#contacts.hook.work(false, this.#hookBounceMs);
    this.#flashEnd = this.#clock.at(this.#clock.nowMs() + durationMs, () => {
      this.#contacts.hook.work(true, this.#hookBounceMs);
    });
  }

  dial(digits: string): Result<number, string> {
    const keys = parseDigits(digits);
    if (!keys.ok) return keys;
    if (!this.#offHook) return this.#handsetDown();
    const dialled = this.#dialer.dial(keys.value);
    if (dialled.ok) this.#act("dial", { digits: keys.value.join("") });
    return dialled;
  }

  press(digit: Digit, durationMs?: number): Result<number, string> {
    if (!this.#offHook) return this.#handsetDown();
    const pressed = this.#dialer.press(digit, durationMs);
    if (pressed.ok) this.#act("press", { digit });
    return pressed;
  }

  say(speech: Int16Array | Float64Array): Result<number, string> {
    if (!this.#offHook) return this.#handsetDown();
    const volts = speech instanceof Int16Array ? voltsFromPcm16(speech) : speech;
    const end = this.#transmitter.say(volts, this.#sampleNow());
    if (end.ok) this.#act("say", { durationMs: msFromSample(volts.length) });
    return end.ok ? ok(this.#lineTime.msOf(end.value)) : end;
  }

  startRecording(): void {
    this.#receiver.startRecording(this.#sampleNow(), this.#clock.nowMs());
  }

  stopRecording(): Recording | undefined {
    return this.#receiver.stopRecording(this.#sampleNow());
  }

  /** Type II needs a modem. */
  #createWaitingDisplay(options: PhoneOptions, kind: DisplayKind): WaitingDisplay | undefined {
    if (options.showsWaiting !== true) return undefined;
    if (kind !== "bell-202" && kind !== "v23") return undefined;
    return new WaitingDisplay({
      clock: this.#clock,
      mode: kind,
      setMuted: (muted) => {
        this.#transmitter.voiceMuted = muted;
        this.#receiver.earMuted = muted;
      },
      acknowledge: () => {
        this.#transmitter.press(dtmfSignal("D", ACK_MS), this.#sampleNow(), 0);
      },
      onMessage: (message) => {
        this.#display.heardUpTo(this.#clock.nowMs());
        this.#display.take(message, true);
      },
    });
  }

  #createPrimaryAnswer({ needsReversal = false }: PhoneOptions): PrimaryAnswer {
    const setLoop = (closed: boolean): void => this.#contacts.setDisplayLoop(closed);
    const onOrdinaryRinging = (): void => {
      if (this.#heldBack !== undefined) this.#ring(this.#heldBack, this.#clock.nowMs());
    };
    return new PrimaryAnswer({ clock: this.#clock, needsReversal, setLoop, onOrdinaryRinging });
  }

  #sampleNow(): number {
    return this.#lineTime.sampleAt(this.#clock.nowMs());
  }

  #handsetDown(): Result<never, string> {
    return err(`the handset of ${this.name} is down`);
  }

  #onLoopState(state: LoopState, atMs: number): void {
    this.#state = state;
    if (!this.#offHook) {
      this.#onRinger(this.#ringer.change(state.volts, atMs, state.crestFactor), atMs);
    }
    this.#lineLamps.change(state, this.#offHook, atMs);
    const closed = this.#contacts.closed;
    this.#onLine(this.#lineWatch.change({ ...state, closed }, atMs), atMs);
    this.#arm();
  }

  #onRinger(event: RingerEvent | undefined, atMs: number): void {
    if (event?.kind === "started") {
      this.#rangAtMs = atMs;
      this.#heldBack = event;
      if (this.#primary?.onRinging() !== true) this.#ring(event, atMs);
    } else if (event?.kind === "stopped") {
      if (atMs - this.#rangAtMs <= RING_PULSE_MAX_MS) this.#display.sign("ring-pulse", atMs);
      if (this.#primary?.onSilence() === true) return;
      this.#observe({ kind: "ringing-stopped", atMs });
    }
  }

  #ring({ ringHz, ringVolts }: Extract<RingerEvent, { kind: "started" }>, atMs: number): void {
    this.#display.ringing(atMs);
    this.#observe({
      kind: "ringing-started",
      atMs,
      ringHz: Math.round(ringHz * 100) / 100,
      ringVolts: Math.round(ringVolts * 10) / 10,
    });
  }

  #onLine(events: readonly LineWatchEvent[], atMs: number): void {
    for (const event of events) {
      if (event.kind === "polarity" && event.reversed) {
        this.#display.sign("reversal", atMs);
        this.#primary?.onReversal();
      }
      this.#observe({ ...event, atMs });
    }
  }

  #arm(): void {
    this.#alarm?.cancel();
    const dueMs = earliestMs(this.#ringer.deadlineMs(), this.#lineWatch.deadlineMs());
    this.#alarm = dueMs === undefined ? undefined : this.#clock.at(dueMs, () => this.#timeout());
  }

  #timeout(): void {
    const nowMs = this.#clock.nowMs();
    this.#onRinger(this.#ringer.timeout(nowMs), nowMs);
    this.#onLine(this.#lineWatch.timeout(nowMs), nowMs);
    this.#arm();
  }

  #transmit(out: Float64Array, firstSample: number): void {
    if (this.#receiver.muted || !this.#hasCurrent()) out.fill(0);
    else this.#transmitter.fill(out, firstSample);
    this.#receiver.sent(out, firstSample);
  }

  /** Transmitter and keypad live on loop current. */
  #hasCurrent(): boolean {
    return this.#state !== undefined && this.#state.milliamps > 0;
  }

  #receive(heard: Float64Array, firstSample: number): void {
    this.#lineTime.passed(firstSample + heard.length, this.#clock.nowMs());
    if (this.#offHook) this.#receiver.hear(heard, firstSample);
    else this.#display.hear(heard, firstSample);
  }
}

/** What wakes a set's display. NTT's is called by ringing, and the reversal before that. */
function wakeSigns(options: PhoneOptions, kind: DisplayKind): readonly WakeSign[] {
  if (kind === "ntt") return [];
  return [
    ...(options.needsAlertTone === true ? (["alert-tone"] as const) : []),
    ...(options.needsReversal === true ? (["reversal"] as const) : []),
    ...(options.needsRingPulse === true ? (["ring-pulse"] as const) : []),
  ];
}
