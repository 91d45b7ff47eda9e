import type { PortFault } from "../../base/port-fault.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { PcmStream, PcmStreamEvents, PcmXrun } from "../ports/pcm-stream.ts";
import { BulkDelay } from "./bulk-delay.ts";
import { ClockDrift } from "./clock-drift.ts";
import { FramePace } from "./frame-pace.ts";
import { FRAME_MS, LineStream } from "./line-stream.ts";
import { PlayQueue } from "./play-queue.ts";
import { LINE_RATE_HZ } from "./resample.ts";
import type { CardResult, CardTrouble, SoundCard } from "./sound-card.ts";
import type { ChannelSide } from "./sound-channel.ts";
import type { SoundGains } from "./sound-levels.ts";
import { XrunLimit } from "./xrun-limit.ts";

/** The queue begins with two frames: one is played while the next is on its way. */
const SILENT_FRAMES = 2;

/** The shortest time between two looks at the card. */
const LOOK_MIN_MS = 2;

/** A card that runs and brings nothing for so long, looked at so many times, is out of order. */
const SILENT_MAX_MS = 2000;
const EMPTY_LOOKS_MIN = 100;

/** The gains of a line whose levels nobody told. */
const UNCHANGED: SoundGains = { capture: 1, playout: 1 };

/**
 * The sample clock of a card, shared by its one or two lines. It runs while one of them is started.
 * A timer looks at the card when the next frame should be there; the recording side's count, not
 * the timer, decides how many frames there are. Per frame: read, hand to the lines, queue their
 * answers.
 *
 *    stopped ──a line starts──▶ running ──fault──▶ dead (lines are told, and again at a start)
 *       ▲                         │ │ ▲
 *       └──the last line stops────┘ └─┘ xrun: that side starts again, lost samples are counted,
 *                                       lines are told; xruns without end are a fault
 */
export class CardStreams {
  readonly #card: SoundCard;
  readonly #clock: Clock;
  readonly #ended: () => void;
  readonly #lines = new Map<ChannelSide, LineStream>();
  readonly #captured: Int16Array;
  readonly #playout: Int16Array;
  readonly #frameSamples: number;
  readonly #queue: PlayQueue;
  readonly #delay: BulkDelay;
  readonly #drift: ClockDrift;
  #pace: FramePace;
  #timer: Timer | undefined;
  #isRunning = false;
  #isOpen = true;
  /** Rises at each start and stop, so that a look knows when it was overtaken. */
  #run = 0;
  #dead: PortFault | undefined;
  /** When all frames had been read, and how many samples were left over then. */
  #readMs = 0;
  #restSamples = 0;
  #emptyLooks = 0;
  #frameMs = 0;
  readonly #xruns = { recording: new XrunLimit(), playing: new XrunLimit() } as const;
  /** Samples read since the recording side was started. */
  #readSamples = 0;

  /** @param ended told when the card was closed: by its last line, or because it failed */
  constructor(card: SoundCard, clock: Clock, ended: () => void) {
    this.#card = card;
    this.#clock = clock;
    this.#ended = ended;
    this.#frameSamples = (card.rateHz / 1000) * FRAME_MS;
    this.#captured = new Int16Array(this.#frameSamples * card.capture.channels);
    this.#playout = new Int16Array(this.#frameSamples * card.playout.channels);
    this.#queue = new PlayQueue({
      frameSamples: this.#frameSamples,
      bufferSamples: card.playout.bufferSamples,
      silentSamples: SILENT_FRAMES * this.#frameSamples,
    });
    this.#delay = new BulkDelay(card.rateHz);
    this.#drift = new ClockDrift(card.rateHz);
    this.#pace = this.#newPace(0);
  }

  /** Whether the card can be used; once closed it stays so. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether a line of that side can still be opened. */
  hasRoomFor(side: ChannelSide): boolean {
    if (this.#lines.size === 0) return true;
    return side !== "whole" && !this.#lines.has("whole") && !this.#lines.has(side);
  }

  /** Adds a line; see `hasRoomFor`. */
  open(side: ChannelSide, events: PcmStreamEvents, gains: SoundGains = UNCHANGED): PcmStream {
    const line = new LineStream(side, this.#card.rateHz, gains, events);
    this.#lines.set(side, line);
    const bulkDelaySamples = (): number | undefined => {
      const { samples } = this.#delay;
      if (samples === undefined) return undefined;
      return Math.round((samples * LINE_RATE_HZ) / this.#card.rateHz + line.filterSamples);
    };
    const driftPpm = (): number | undefined => this.#drift.ppm;
    return {
      get bulkDelaySamples() {
        return bulkDelaySamples();
      },
      get driftPpm() {
        return driftPpm();
      },
      frameSamples: line.frameSamples,
      start: () => this.#start(line),
      stop: () => this.#stop(line),
      close: () => this.#close(line),
    };
  }

  #start(line: LineStream): void {
    if (line.isStarted || this.#lines.get(line.side) !== line) return;
    const dead = this.#dead;
    if (dead !== undefined) {
      this.#tell(line, dead);
      return;
    }
    line.start();
    if (this.#isRunning) return;
    const nowMs = this.#clock.nowMs();
    this.#isRunning = true;
    this.#run++;
    this.#pace = this.#newPace(nowMs);
    this.#queue.restart();
    this.#delay.restart();
    this.#recordAnew();
    this.#readMs = nowMs;
    this.#frameMs = nowMs;
    this.#restSamples = 0;
    this.#emptyLooks = 0;
    this.#xruns.recording.restart();
    this.#xruns.playing.restart();
    const playing = this.#card.playout.start(this.#queue.silentSamples);
    const begun = playing.ok ? this.#card.capture.start() : playing;
    if (begun.ok) this.#lookIn(FRAME_MS);
    else this.#die(begun.error);
  }

  #stop(line: LineStream): void {
    if (!line.isStarted) return;
    line.isStarted = false;
    for (const other of this.#lines.values()) if (other.isStarted) return;
    this.#halt();
  }

  #close(line: LineStream): void {
    if (this.#lines.get(line.side) !== line) return;
    this.#stop(line);
    this.#lines.delete(line.side);
    if (this.#lines.size === 0) this.#release();
  }

  #release(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#card.close();
    this.#ended();
  }

  #halt(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#run++;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#card.capture.stop();
    this.#card.playout.stop();
  }

  /** The recording side counts from 0 again. */
  #recordAnew(): void {
    this.#readSamples = 0;
    this.#drift.restart();
  }

  #newPace(nowMs: number): FramePace {
    const bufferFrames = Math.ceil(this.#card.capture.bufferSamples / this.#frameSamples);
    return new FramePace(FRAME_MS, bufferFrames + 1, nowMs);
  }

  #lookIn(delayMs: number): void {
    const atMs = this.#clock.nowMs() + Math.max(LOOK_MIN_MS, delayMs);
    this.#timer = this.#clock.at(atMs, () => this.#look(), "frame");
  }

  /** Takes over all frames that are there. */
  #look(): void {
    this.#timer = undefined;
    const run = this.#run;
    const nowMs = this.#clock.nowMs();
    let isEmpty = true;
    let missing = 0;
    while (missing === 0) {
      const waiting = this.#card.capture.waiting();
      const step = waiting.ok ? this.#step(waiting.value, nowMs) : waiting;
      if (this.#run !== run) return;
      if (!step.ok) {
        if (!this.#recoverCapture(step.error, nowMs)) return;
        missing = this.#frameSamples;
      } else if (step.value > 0) {
        missing = step.value;
      } else {
        isEmpty = false;
      }
    }
    if (!this.#isAlive(isEmpty, nowMs)) return;
    this.#lookIn((missing / this.#card.rateHz) * 1000);
  }

  /** One frame, where it is there; else how many samples it lacks. */
  #step(waiting: number, nowMs: number): CardResult<number> {
    if (waiting < this.#frameSamples) {
      this.#readMs = nowMs;
      this.#restSamples = waiting;
      return { ok: true, value: this.#frameSamples - Math.max(0, waiting) };
    }
    if (!this.#pace.take(nowMs)) return { ok: true, value: this.#frameSamples };
    const read = this.#card.capture.read(this.#captured);
    if (!read.ok) return read;
    this.#xruns.recording.worked();
    this.#readMs = nowMs;
    this.#restSamples = waiting - this.#frameSamples;
    this.#readSamples += this.#frameSamples;
    this.#drift.observe(this.#readSamples + this.#restSamples, nowMs);
    this.#exchange(this.#restSamples);
    return { ok: true, value: 0 };
  }

  /** @param backlogSamples recorded already, and answered in this look as well */
  #exchange(backlogSamples: number): void {
    const { capture, playout } = this.#card;
    const run = this.#run;
    const heard = [...this.#lines.values()].filter((line) => line.isStarted);
    for (const line of heard) {
      if (line.isStarted) line.capture(this.#captured, capture.channels);
      if (this.#run !== run) return;
    }
    for (const line of heard) {
      if (line.isStarted) line.answer();
      if (this.#run !== run) return;
    }
    this.#playout.fill(0);
    for (const line of heard) {
      if (line.isStarted) line.play(this.#playout, playout.channels);
    }
    const queued = this.#queueFrame(backlogSamples);
    if (!queued.ok && queued.error.kind === "fault") this.#die(queued.error);
  }

  #queueFrame(backlogSamples: number): CardResult<undefined> {
    const { playout } = this.#card;
    const queued = playout.queued();
    if (!queued.ok) {
      if (queued.error.kind === "fault") return queued;
      if (!this.#xruns.playing.allows(this.#clock.nowMs())) {
        return { ok: false, error: { kind: "fault", fault: cannotKeepUp(this.#card.what) } };
      }
      this.#tellXrun("playing", 0);
      this.#queue.ranDry();
      this.#delay.restart();
      // What follows in this look counts towards the queue, which is to be as long as at a start.
      const frames = 1 + Math.floor(backlogSamples / this.#frameSamples);
      const wanted = this.#queue.silentSamples - frames * this.#frameSamples;
      const started = playout.start(Math.max(this.#frameSamples, wanted));
      return started.ok ? playout.write(this.#playout) : started;
    }
    this.#xruns.playing.worked();
    const verdict = this.#queue.judge(queued.value);
    if (verdict === "play") this.#observeDelay(backlogSamples, queued.value);
    else this.#delay.restart();
    switch (verdict) {
      case "drop":
        return { ok: true, value: undefined };
      case "pad": {
        const padded = playout.write(new Int16Array(this.#playout.length));
        return padded.ok ? playout.write(this.#playout) : padded;
      }
      case "play":
        return playout.write(this.#playout);
    }
  }

  #observeDelay(backlogSamples: number, queuedSamples: number): void {
    const { capture, playout } = this.#card;
    const recorded = capture.delay?.() ?? backlogSamples;
    this.#delay.observe(this.#frameSamples, recorded, playout.delay?.() ?? queuedSamples);
  }

  /** Starts the recording side again after an xrun; the lines are told by their position. */
  #recoverCapture(trouble: CardTrouble, nowMs: number): boolean {
    if (trouble.kind === "xrun" && this.#xruns.recording.allows(nowMs)) {
      const started = this.#card.capture.start();
      if (started.ok) {
        const lostMs = nowMs - this.#readMs + (this.#restSamples / this.#card.rateHz) * 1000;
        const lost = Math.round((lostMs * LINE_RATE_HZ) / 1000);
        for (const line of this.#lines.values()) if (line.isStarted) line.skip(lost);
        this.#tellXrun("recording", lost);
        this.#delay.restart();
        this.#recordAnew();
        this.#readMs = nowMs;
        this.#restSamples = 0;
        return true;
      }
      this.#die(started.error);
      return false;
    }
    this.#die(trouble);
    return false;
  }

  #isAlive(isEmpty: boolean, nowMs: number): boolean {
    if (!isEmpty) {
      this.#emptyLooks = 0;
      this.#frameMs = nowMs;
      return true;
    }
    this.#emptyLooks++;
    if (this.#emptyLooks < EMPTY_LOOKS_MIN || nowMs - this.#frameMs < SILENT_MAX_MS) return true;
    const advice = "it brings no samples: unplug it and plug it in again";
    this.#die({ kind: "fault", fault: { kind: "io", what: this.#card.what, advice } });
    return false;
  }

  #tellXrun(side: PcmXrun["side"], lostSamples: number): void {
    const { what } = this.#card;
    for (const line of this.#lines.values()) {
      if (line.isStarted) line.xrun({ what, side, lostSamples });
    }
  }

  #die(trouble: CardTrouble): void {
    this.#halt();
    const fault = trouble.kind === "fault" ? trouble.fault : cannotKeepUp(this.#card.what);
    this.#dead = fault;
    // The kernel keeps a card that was unplugged until it is closed.
    this.#release();
    for (const line of this.#lines.values()) {
      line.isStarted = false;
      this.#tell(line, fault);
    }
  }

  /** Not inside the call that found out. */
  #tell(line: LineStream, fault: PortFault): void {
    this.#clock.at(this.#clock.nowMs(), () => {
      if (this.#lines.get(line.side) === line) line.fault(fault);
    });
  }
}

function cannotKeepUp(what: string): PortFault {
  const advice = "the card cannot keep up: lighten this machine's load, or use another card";
  return { kind: "io", what, advice };
}
