import { unreachable } from "../../base/invariant.ts";
import type { LineId } from "../../base/line-messages.ts";
import { PortError } from "../../base/port-fault.ts";
import { errorStack } from "../../base/thrown.ts";
import { type RingShare, RingSupply } from "../../fxs/index.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import type { Sounds } from "../../hal/ports/sounds.ts";
import { RunQueue } from "../run-queue.ts";
import { LineHardware } from "./line-hardware.ts";
import { LineKeeper, type LineKeeperSinks } from "./line-keeper.ts";
import { MediaShell } from "./media-shell.ts";
import type { RealtimeCommand, RealtimeEvent } from "./messages.ts";
import type { RealtimeConfig, RealtimeLineConfig } from "./realtime-config.ts";
import { NO_SOUNDS } from "./session-sounds.ts";
import { SoundCache } from "./sound-cache.ts";

/**
 * The real-time plane: every line and every media session of a box, on the ports of one thread.
 * Its host hands it commands and takes its events; see `RealtimeHost` for the contract.
 */
export class RealtimePlane {
  readonly #emit: (event: RealtimeEvent) => void;
  readonly #queue = new RunQueue();
  readonly #lines = new Map<LineId, LineKeeper>();
  readonly #media: MediaShell;
  readonly #sounds: Sounds;
  readonly #playedSounds: readonly string[];
  #closed = false;

  constructor(config: RealtimeConfig, board: RealtimePorts, emit: (event: RealtimeEvent) => void) {
    this.#emit = emit;
    this.#sounds = board.sounds === undefined ? NO_SOUNDS : new SoundCache(board.sounds);
    const ports = board.sounds === undefined ? board : { ...board, sounds: this.#sounds };
    this.#playedSounds = config.rtp.playedSounds ?? [];
    this.#media = new MediaShell(ports, config.rtp, this.#queue, {
      event: (event) => this.#emit({ kind: "media", event }),
      log: (event) => this.#emit({ kind: "log", event }),
      frameSamples: (line) => this.#lines.get(line)?.shell?.frameSamples,
      toneWatch: (line) => config.lines.find((one) => one.line === line)?.toneWatch,
      faxAt: (line) => config.lines.find((one) => one.line === line),
      join: (line, joined) => this.#lines.get(line)?.shell?.join(joined) ?? true,
      part: (line, endpoint) => this.#lines.get(line)?.shell?.part(endpoint),
    });
    const sinks: LineKeeperSinks = {
      ready: (line) => this.#emit({ kind: "line-ready", line }),
      failed: (line, reason, fault) => this.#emit({ kind: "line-failed", line, reason, fault }),
      event: (line, event) => this.#emit({ kind: "line", line, event }),
      media: (output) => this.#media.carry(output),
      log: (event) => this.#emit({ kind: "log", event }),
      died: (error) => this.#died(error),
    };
    const hardware = new LineHardware(ports);
    const supplies = new Map<string, RingSupply>();
    for (const line of config.lines) {
      const share = ringShareOf(line, supplies);
      this.#lines.set(line.line, new LineKeeper(line, ports, hardware, this.#queue, sinks, share));
    }
  }

  /**
   * Opens the lines, all at a time: some chips take seconds to come up. One that cannot be opened
   * does not stop the others.
   */
  async start(): Promise<void> {
    const opened = [...this.#lines.values()].map((line) => line.open());
    await Promise.all([...opened, ...this.#playedSounds.map((name) => this.#readSound(name))]);
  }

  /** So that it is heard at once in a call, and is told here and now where it is not there. */
  async #readSound(name: string): Promise<void> {
    try {
      await this.#sounds.load(name);
    } catch (error: unknown) {
      if (!(error instanceof PortError)) throw error;
      this.#emit({
        kind: "log",
        event: { level: "warn", area: "sounds", text: error.message },
      });
    }
  }

  /** Whether no session is open, and no line does anything: a pause would be noticed by nobody. */
  get isAtRest(): boolean {
    const isResting = ({ shell }: LineKeeper): boolean => shell?.isAtRest !== false;
    return this.#media.count === 0 && [...this.#lines.values()].every(isResting);
  }

  handle(command: Exclude<RealtimeCommand, { kind: "board" }>): void {
    if (this.#closed) return;
    switch (command.kind) {
      case "line":
        this.#lines.get(command.line)?.shell?.command(command.command);
        return;
      case "media":
        this.#queue.post(() => this.#media.command(command.command));
        return;
      case "safe":
        this.close();
        return;
      default:
        unreachable(command);
    }
  }

  /** Every line into its safe state, now. Never throws. */
  safe(): void {
    for (const line of this.#lines.values()) line.safe();
  }

  /** Ends every session and leaves every line in its safe state. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // First of all: no bell goes on ringing, whatever goes wrong below.
    this.safe();
    this.#media.close();
    for (const line of this.#lines.values()) line.close();
  }

  /** Resolves once no line is being opened any more: after `close` nothing of any is open then. */
  async settled(): Promise<void> {
    await Promise.all([...this.#lines.values()].map((line) => line.settled));
  }

  /** A bug that no caller would hear of. */
  #died(error: unknown): void {
    this.close();
    const reason = errorStack(error);
    this.#emit({ kind: "fatal", reason });
  }
}

/** A line's part in the supply that it names; supplies are made as they are named first. */
function ringShareOf(
  { ringSupply }: RealtimeLineConfig,
  supplies: Map<string, RingSupply>,
): RingShare | undefined {
  if (ringSupply === undefined) return undefined;
  const supply = supplies.get(ringSupply.supply) ?? new RingSupply(ringSupply.renMax);
  supplies.set(ringSupply.supply, supply);
  return supply.share(ringSupply.ren);
}
