import { done, err, ok } from "../../base/result.ts";
import { PipeProcess, type StartProgram } from "./pipe-process.ts";
import { SampleRing } from "./sample-ring.ts";
import type {
  CardCapture,
  CardChannels,
  CardPlayout,
  CardResult,
  SoundCard,
} from "./sound-card.ts";

/** What most cards run at; what a card does is not to be learned from these programs. */
const RATE_HZ = 48_000;
const PERIOD_MS = 10;
const CAPTURE_BUFFER_MS = 80;
const PLAYOUT_BUFFER_MS = 40;
/** `aplay` begins to play when so much is queued. */
const START_MS = 20;
const BYTES_PER_SAMPLE = 2;

/** The programs of alsa-utils, each with the arguments that come before its own; for tests. */
export interface SoundPrograms {
  readonly arecord: readonly [program: string, ...first: string[]];
  readonly aplay: readonly [program: string, ...first: string[]];
}

const SYSTEM_PROGRAMS: SoundPrograms = { arecord: ["arecord"], aplay: ["aplay"] };

/**
 * Opens a card by the programs of alsa-utils, a process each way while the card runs. A fallback: a
 * start takes some ten milliseconds, and how much is queued is reckoned, not read. Each program is
 * run once here, so that what is wrong is known now.
 * @throws PortError `unsupported` (programs or channels), `not-found`, `busy`, `permission`, `io`
 */
export async function openPipeCard(
  name: string,
  channels: readonly CardChannels[],
  programs: SoundPrograms = SYSTEM_PROGRAMS,
  start?: StartProgram,
): Promise<SoundCard> {
  const what = `sound card ${JSON.stringify(name)}`;
  const count = channels[0] ?? 1;
  const [recorder, ...recorderFirst] = programs.arecord;
  const [player, ...playerFirst] = programs.aplay;
  const format = ["-t", "raw", "-f", "S16_LE", "-r", `${RATE_HZ}`, "-c", `${count}`];
  const common = ["-q", "-D", name, ...format];
  const times = (bufferMs: number): string[] => [
    `--period-time=${PERIOD_MS * 1000}`,
    `--buffer-time=${bufferMs * 1000}`,
  ];
  const recording = [...recorderFirst, ...common, ...times(CAPTURE_BUFFER_MS)];
  const record = (): PipeProcess =>
    new PipeProcess(`recording from ${what}`, recorder, recording, start);
  const delay = `--start-delay=${START_MS * 1000}`;
  const playing = [...playerFirst, ...common, ...times(PLAYOUT_BUFFER_MS), delay];
  const play = (): PipeProcess => new PipeProcess(`playing to ${what}`, player, playing, start);
  await Promise.all([tryRecording(record()), tryPlaying(play(), count)]);
  const queue = new QueueReckoning();
  const capture = new PipeCapture(record, count, queue);
  const playout = new PipePlayout(play, count, queue);
  const close = (): void => {
    capture.stop();
    playout.stop();
  };
  return { what, rateHz: RATE_HZ, capture, playout, close };
}

async function tryRecording(process: PipeProcess): Promise<void> {
  const heard = new Promise<void>((resolve) => process.onData(() => resolve()));
  try {
    await process.within(Promise.race([heard, process.failed]));
  } finally {
    process.kill();
    await process.ended;
  }
}

async function tryPlaying(process: PipeProcess, channels: CardChannels): Promise<void> {
  const frameBytes = ((RATE_HZ * PERIOD_MS) / 1000) * channels * BYTES_PER_SAMPLE;
  process.write(new Uint8Array(frameBytes));
  process.endInput();
  try {
    await process.within(process.succeeded);
  } finally {
    process.kill();
    await process.ended;
  }
}

/**
 * How much the player has yet to play: what was written, less what was recorded meanwhile. A card's
 * two directions have one clock.
 */
class QueueReckoning {
  samples = 0;

  recorded(samples: number): void {
    this.samples = Math.max(0, this.samples - samples);
  }
}

/**
 * One run of a program after another, never two at a time: a card that the last one has not let go
 * yet would be busy.
 */
class PipeRuns {
  readonly #begin: () => PipeProcess;
  #current: PipeProcess | undefined;
  #last: Promise<void> = Promise.resolve();
  #run = 0;

  constructor(begin: () => PipeProcess) {
    this.#begin = begin;
  }

  get current(): PipeProcess | undefined {
    return this.#current;
  }

  start(begun: (process: PipeProcess) => void): void {
    const run = ++this.#run;
    void this.#last.then(() => {
      if (run !== this.#run) return;
      const process = this.#begin();
      this.#current = process;
      this.#last = process.ended;
      begun(process);
    });
  }

  stop(): void {
    this.#run++;
    this.#current?.kill();
    this.#current = undefined;
  }
}

/** The recording side: what `arecord` has said is kept, up to a limit, until it is read. */
class PipeCapture implements CardCapture {
  readonly channels: CardChannels;
  readonly bufferSamples = (RATE_HZ * CAPTURE_BUFFER_MS) / 1000;
  readonly #runs: PipeRuns;
  readonly #queue: QueueReckoning;
  readonly #ring: SampleRing;
  #isOver = false;

  constructor(begin: () => PipeProcess, channels: CardChannels, queue: QueueReckoning) {
    this.channels = channels;
    this.#runs = new PipeRuns(begin);
    this.#queue = queue;
    this.#ring = new SampleRing(this.bufferSamples * channels);
  }

  start(): CardResult<undefined> {
    this.#ring.clear();
    this.#isOver = false;
    const running = this.#runs.current;
    if (running?.end !== undefined) return err({ kind: "fault", fault: running.end });
    if (running === undefined) this.#runs.start((process) => this.#listen(process));
    return done;
  }

  stop(): void {
    this.#runs.stop();
  }

  waiting(): CardResult<number> {
    const running = this.#runs.current;
    const samples = Math.floor(this.#ring.length / this.channels);
    if (running === undefined) return ok(0);
    if (this.#isOver || running.takeXrun()) return err({ kind: "xrun" });
    if (running.end !== undefined) return err({ kind: "fault", fault: running.end });
    return ok(samples);
  }

  read(into: Int16Array): CardResult<undefined> {
    return this.#ring.read(into) ? done : err({ kind: "xrun" });
  }

  #listen(process: PipeProcess): void {
    process.onData((bytes) => {
      if (this.#runs.current !== process) return;
      this.#queue.recorded(bytes.length / BYTES_PER_SAMPLE / this.channels);
      if (!this.#ring.writeBytes(bytes)) this.#isOver = true;
    });
  }
}

/** The playing side: what is written goes into the pipe of `aplay` at once. */
class PipePlayout implements CardPlayout {
  readonly channels: CardChannels;
  readonly bufferSamples = (RATE_HZ * PLAYOUT_BUFFER_MS) / 1000;
  readonly #runs: PipeRuns;
  readonly #queue: QueueReckoning;

  constructor(begin: () => PipeProcess, channels: CardChannels, queue: QueueReckoning) {
    this.channels = channels;
    this.#runs = new PipeRuns(begin);
    this.#queue = queue;
  }

  start(silentSamples: number): CardResult<undefined> {
    this.#queue.samples = silentSamples;
    const silence = new Int16Array(silentSamples * this.channels);
    const running = this.#runs.current;
    if (running?.end !== undefined) return err({ kind: "fault", fault: running.end });
    if (running !== undefined) running.write(bytesOf(silence));
    else this.#runs.start((process) => process.write(bytesOf(silence)));
    return done;
  }

  stop(): void {
    this.#runs.stop();
  }

  queued(): CardResult<number> {
    const running = this.#runs.current;
    if (running === undefined) return ok(this.#queue.samples);
    if (running.end !== undefined) return err({ kind: "fault", fault: running.end });
    return running.takeXrun() ? err({ kind: "xrun" }) : ok(this.#queue.samples);
  }

  write(from: Int16Array): CardResult<undefined> {
    this.#queue.samples += from.length / this.channels;
    this.#runs.current?.write(bytesOf(from));
    return done;
  }
}

/** A copy, little-endian: the pipe may take it later, and the frame is used again. */
function bytesOf(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * BYTES_PER_SAMPLE);
  const view = new DataView(bytes.buffer);
  for (const [n, sample] of samples.entries()) view.setInt16(n * BYTES_PER_SAMPLE, sample, true);
  return bytes;
}
