import { createServiceLog, lossNote } from "../../../src/app/cli/log.ts";
import { FileOutput, type LossyWriter, lossyWriter } from "../../../src/app/cli/log-output.ts";
import { latin1FromBytes } from "../../../src/base/bytes.ts";
import type { LogSink } from "../../../src/hal/ports/log-sink.ts";
import type { Bench } from "../../hw-sim/bench/bench.ts";

/** What a disk that is called full still takes, bytes: a line and a part of the next. */
const ROOM_BYTES = 200;
/** Longer than it takes until what was lost is told of, ms. */
const TOLD_MS = 6000;

/** The log of a story as a service writes it: into a file, on a disk that is full at times. */
export class StoryLog {
  readonly #lab: Pick<Bench, "logs" | "world">;
  readonly #writer: LossyWriter;
  readonly #log: LogSink;
  #text = "";
  /** Absent while the disk is not full. */
  #room: number | undefined;
  #timesFull = 0;
  #seen = 0;

  constructor(lab: Pick<Bench, "logs" | "world">) {
    this.#lab = lab;
    const { clock } = lab.world;
    const time = (): string => String(clock.nowMs());
    const output = new FileOutput(1, (_, bytes, from) => this.#write(bytes.subarray(from)));
    this.#writer = lossyWriter(
      output,
      (lines, why) => lossNote(lines, why, time),
      (run, ms) => {
        const timer = clock.at(clock.nowMs() + ms, run);
        return () => timer.cancel();
      },
    );
    this.#log = createServiceLog("debug", (line) => this.#writer.write(line), time);
  }

  setFull(isFull: boolean): void {
    this.look();
    if (isFull && this.#room === undefined) this.#timesFull++;
    this.#room = isFull ? (this.#room ?? ROOM_BYTES) : undefined;
  }

  /** Writes what has been logged since it was looked last. */
  look(): void {
    for (const event of this.#lab.logs.slice(this.#seen)) this.#log(event);
    this.#seen = this.#lab.logs.length;
  }

  /** Each line must be there, whole, or among those that are told to be lost. */
  async faults(): Promise<readonly string[]> {
    this.setFull(false);
    await this.#lab.world.advance(TOLD_MS);
    this.look();
    this.#writer.close();
    let [kept, lost, torn] = [0, 0, 0];
    for (const line of this.#text.split("\n")) {
      if (line === "") continue;
      const told = /"area":"log","msg":"(\d+) lines? of this log could not be written/.exec(line);
      if (!isWhole(line)) torn++;
      else if (told === null) kept++;
      else lost += Number(told[1]);
    }
    if (kept + lost === this.#seen && torn <= this.#timesFull) return [];
    return [`${this.#seen} lines of log: ${kept} kept, ${lost} told to be lost, ${torn} torn`];
  }

  #write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#room ?? bytes.length);
    if (taken === 0) throw new Error("ENOSPC: no space left on device, write");
    if (this.#room !== undefined) this.#room -= taken;
    this.#text += latin1FromBytes(bytes.subarray(0, taken));
    return taken;
  }
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
