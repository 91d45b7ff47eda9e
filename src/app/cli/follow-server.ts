import type { Result } from "../../base/result.ts";
import { errorText } from "../../base/thrown.ts";
import { CoreRunner } from "../../gateway/core-runner.ts";
import { RunQueue } from "../../gateway/run-queue.ts";
import type { Clock } from "../../hal/ports/clock.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import type { KeptConfig } from "../kept-provisioning.ts";
import {
  FetchSchedule,
  type ScheduleConfig,
  type ScheduleInput,
} from "../provision/fetch-schedule.ts";
import type { Look } from "../provision-once.ts";

/** What following a server takes. */
export interface FollowPorts {
  readonly clock: Clock;
  readonly log: LogSink;
  /** Looks once what the server has. */
  readonly look: (signal: AbortSignal) => Promise<Look>;
  /** Keeps what is new. */
  readonly keep: (kept: KeptConfig) => Promise<void>;
  /** What is kept now; another command may have put it there. */
  readonly kept: () => Promise<KeptConfig | undefined>;
  /** Another configuration is there than this box runs with. */
  readonly changed: () => void;
  /** Somebody asked, and there is no other. */
  readonly unchanged: () => void;
}

/** Looks at a server for a new configuration while a box runs. Nothing waits for it. */
export class FollowServer {
  readonly #ports: FollowPorts;
  readonly #runner: CoreRunner<ScheduleInput, { readonly kind: "fetch" }>;
  readonly #stop = new AbortController();
  /** What the box runs with. */
  readonly #text: string | undefined;
  #isAsked = false;
  #isLooking = false;
  #told = "";

  constructor(schedule: ScheduleConfig, text: string | undefined, ports: FollowPorts) {
    this.#ports = ports;
    this.#text = text;
    this.#runner = new CoreRunner(
      new FetchSchedule(schedule),
      ports.clock,
      new RunQueue(),
      () => void this.#fetch(),
    );
  }

  start(): void {
    this.#runner.feed({ kind: "start" });
  }

  /** Looks now, if that was not just done. */
  asked(): void {
    this.#runner.feed({ kind: "asked" });
    if (this.#isLooking) this.#isAsked = true;
  }

  stop(): void {
    this.#runner.stop();
    this.#stop.abort();
  }

  async #fetch(): Promise<void> {
    this.#isLooking = true;
    const look = await this.#look();
    if (this.#stop.signal.aborted) return;
    if (look.kind === "failed") this.#tell(look.problems);
    else await this.#take(look);
    const isGood = look.kind !== "failed";
    const wait = look.kind === "failed" && look.waitMs !== undefined ? { waitMs: look.waitMs } : {};
    this.#isLooking = false;
    this.#runner.feed({ kind: "ended", isGood, ...wait });
  }

  /** Whatever goes wrong is a look that failed. */
  async #look(): Promise<Look> {
    try {
      const look = await this.#ports.look(this.#stop.signal);
      if (look.kind === "new") await this.#ports.keep(look.candidate);
      return look;
    } catch (error) {
      return { kind: "failed", problems: [errorText(error)] };
    }
  }

  async #take(look: Exclude<Look, { readonly kind: "failed" }>): Promise<void> {
    const wasAsked = this.#isAsked;
    this.#isAsked = false;
    this.#told = "";
    const kept = look.kind === "new" ? look.candidate : await this.#ports.kept();
    if (kept !== undefined && kept.text !== this.#text) {
      const text = `the configuration of ${kept.from} is another one, and taken over between calls`;
      this.#ports.log({ level: "info", area: "provisioning", text });
      this.#ports.changed();
    } else if (wasAsked) this.#ports.unchanged();
  }

  /** What is wrong is told once, until it is something else. */
  #tell(problems: readonly string[]): void {
    const told = problems.join("\n");
    if (told === this.#told) return;
    this.#told = told;
    const { log } = this.#ports;
    for (const text of problems) log({ level: "warn", area: "provisioning", text });
    const text = "no new configuration was taken over; it is tried again";
    log({ level: "warn", area: "provisioning", text });
  }
}

/** Whether a candidate could be run with; else why not. */
export type CheckCandidate = (candidate: KeptConfig) => Promise<Result<unknown, readonly string[]>>;
