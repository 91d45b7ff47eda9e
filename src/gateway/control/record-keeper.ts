import { errorText } from "../../base/thrown.ts";
import type { CallRecord } from "../../call/index.ts";
import type { Clock, Timer } from "../../hal/ports/clock.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import type { Store } from "../../hal/ports/store.ts";

/** The file that call records are appended to, one JSON object a line. */
export const CALL_RECORDS_FILE = "calls.jsonl";

/** How many records wait for a disk that takes none; the oldest are lost then. */
export const RECORDS_WAITING_MAX = 1000;

/** From a failure to the next try, ms: doubled each time up to the last. */
const RETRY_MIN_MS = 5000;
const RETRY_MAX_MS = 300_000;

/** What keeping records needs. */
export interface RecordKeeperPorts {
  readonly store: Pick<Store, "append">;
  readonly clock: Pick<Clock, "nowMs" | "at">;
  readonly log: LogSink;
}

/**
 * Keeps call records, in the order in which they come. A disk that is full or gone is told of once;
 * records wait until it takes them again, which is told as well, and how many were lost meanwhile.
 */
export class RecordKeeper {
  readonly #ports: RecordKeeperPorts;
  readonly #waiting: string[] = [];
  #lost = 0;
  #failures = 0;
  #writing: Promise<void> | undefined;
  #retry: Timer | undefined;

  constructor(ports: RecordKeeperPorts) {
    this.#ports = ports;
  }

  /** Keeps a record, now or as soon as that can be done. */
  keep(record: CallRecord): void {
    this.#waiting.push(JSON.stringify(record));
    this.#dropOldest();
    this.#begin();
  }

  /** Tries once more, and says how many records are lost for good. */
  async close(): Promise<void> {
    await this.#writing;
    this.#begin();
    await this.#writing;
    this.#retry?.cancel();
    const lost = this.#lost + this.#waiting.length;
    if (lost > 0) this.#tell("error", `${counted(lost)} lost, since the disk took none`);
  }

  #dropOldest(): void {
    if (this.#waiting.length <= RECORDS_WAITING_MAX) return;
    this.#waiting.shift();
    this.#lost++;
  }

  #begin(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    if (this.#waiting.length > 0) this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    let kept = 0;
    for (let line = this.#waiting.shift(); line !== undefined; line = this.#waiting.shift()) {
      try {
        await this.#ports.store.append(CALL_RECORDS_FILE, line);
        kept++;
      } catch (error) {
        this.#waiting.unshift(line);
        this.#dropOldest();
        this.#writing = undefined;
        this.#failed(error);
        return;
      }
    }
    this.#writing = undefined;
    if (this.#failures === 0) return;
    this.#failures = 0;
    const lost = this.#lost === 0 ? "" : `; ${counted(this.#lost)} lost`;
    this.#lost = 0;
    this.#tell(
      "warn",
      `call records can be kept again: ${counted(kept)} written that waited${lost}`,
    );
  }

  #failed(error: unknown): void {
    const { clock } = this.#ports;
    const why = errorText(error);
    if (this.#failures === 0) {
      this.#tell("error", `call records cannot be kept, they wait: ${why}`);
    }
    const waitMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    this.#failures++;
    this.#retry = clock.at(clock.nowMs() + waitMs, () => this.#begin());
  }

  #tell(level: "error" | "warn", text: string): void {
    this.#ports.log({ level, area: "records", text });
  }
}

function counted(records: number): string {
  return records === 1 ? "1 record was" : `${records} records were`;
}
