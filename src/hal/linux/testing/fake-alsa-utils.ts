import { EventEmitter } from "node:events";
import type { Clock } from "../../ports/clock.ts";
import type { SoundChild } from "../pipe-process.ts";

const RATE_HZ = 48_000;
const PERIOD_MS = 10;
const BYTES_PER_SAMPLE = 2;

/**
 * `arecord` and `aplay` as they are from outside, by a clock of the tests: what is recorded is one
 * value all the time, what is played is kept. A card named `missing` is not there.
 */
export class FakeAlsaUtils {
  readonly #clock: Clock;
  readonly #said: number;
  readonly #recording = new Set<FakeChild>();
  /** All that was played, channels interleaved, and how many there were. */
  readonly played: number[] = [];
  channels = 1;

  constructor(clock: Clock, said: number) {
    this.#clock = clock;
    this.#said = said;
  }

  start(program: string, args: readonly string[]): SoundChild {
    const after = (option: string): string => args[args.indexOf(option) + 1] ?? "";
    this.channels = Number(after("-c"));
    const child = new FakeChild();
    if (after("-D") === "missing") {
      child.end(this.#clock, `${program}: main:831: audio open error: No such file or directory\n`);
    } else if (program === "arecord") this.#record(child);
    else this.#play(child);
    return child;
  }

  /** The card is pulled out: whoever records is told. */
  unplug(): void {
    for (const child of this.#recording) {
      child.end(this.#clock, "arecord: pcm_read:2221: read error: No such device\n");
    }
  }

  /** A period each 10 ms; what it had no time to say is said at once afterwards. */
  #record(child: FakeChild): void {
    this.#recording.add(child);
    let periods = 0;
    const begunMs = this.#clock.nowMs();
    const tick = (): void => {
      if (child.isGone) {
        this.#recording.delete(child);
        return;
      }
      const due = Math.floor((this.#clock.nowMs() - begunMs) / PERIOD_MS + 1e-6);
      const samples = ((due - periods) * PERIOD_MS * RATE_HZ * this.channels) / 1000;
      periods = due;
      child.stdout.emit("data", bytesOf(new Int16Array(samples).fill(this.#said)));
      this.#clock.at(begunMs + (due + 1) * PERIOD_MS, tick);
    };
    this.#clock.at(begunMs + PERIOD_MS, tick);
  }

  #play(child: FakeChild): void {
    child.onInput = (bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = 0; at < bytes.length; at += BYTES_PER_SAMPLE) {
        this.played.push(view.getInt16(at, true));
      }
    };
    child.onInputEnd = () => child.end(this.#clock, "", 0);
  }
}

class FakeChild implements SoundChild {
  readonly #events = new EventEmitter();
  readonly stdout = new EventEmitter();
  readonly stderr = new EventEmitter();
  onInput: (bytes: Uint8Array) => void = () => {};
  onInputEnd: () => void = () => {};
  isGone = false;
  readonly stdin = {
    write: (bytes: Uint8Array): void => {
      if (!this.isGone) this.onInput(bytes);
    },
    end: (): void => this.onInputEnd(),
    on: (): void => {},
  };

  on(event: "error", told: (error: Error) => void): void;
  on(event: "close", told: (code: number | null) => void): void;
  on(event: string, told: ((error: Error) => void) | ((code: number | null) => void)): void {
    this.#events.on(event, told);
  }

  /** It says something and ends, not inside this call. */
  end(clock: Clock, said: string, code = 1): void {
    clock.at(clock.nowMs(), () => {
      if (this.isGone) return;
      this.isGone = true;
      if (said !== "") this.stderr.emit("data", new TextEncoder().encode(said));
      this.#events.emit("close", code);
    });
  }

  kill(): void {
    if (this.isGone) return;
    this.isGone = true;
    queueMicrotask(() => this.#events.emit("close", null));
  }
}

function bytesOf(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * BYTES_PER_SAMPLE);
  const view = new DataView(bytes.buffer);
  for (const [n, sample] of samples.entries()) view.setInt16(n * BYTES_PER_SAMPLE, sample, true);
  return bytes;
}
