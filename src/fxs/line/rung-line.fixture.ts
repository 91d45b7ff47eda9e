import type { CallerId, LineCommand, LineEvent } from "../../base/line-messages.ts";
import { signalDurationMs } from "../caller-id/signal.ts";
import { DE } from "../country/countries/de.ts";
import { US } from "../country/countries/us.ts";
import { profileOf } from "../country/override.ts";
import type { CountryProfile } from "../country/profile.ts";
import { createLine, type Line } from "./line.ts";
import type { LineCapabilities, LineInput, LineOutput } from "./line-types.ts";

/** Profiles that the tests ring by. */
export const US_PROFILE = profileOf(US);
/** See `US_PROFILE`. */
export const DE_PROFILE = profileOf(DE);

/** A card that can do everything but metering and neon. */
export const ABLE: LineCapabilities = {
  onHookTransmission: true,
  reversal: true,
  openLoop: true,
  ringDutyMax: 0.5,
  ringBurstMaxMs: 5000,
  ringTrip: "pulsing",
};

/** Somebody who calls. */
export const CALLER: CallerId = { number: "101", time: { month: 1, day: 2, hour: 3, minute: 4 } };

/** A line that is rung at 1000 ms, unless told, and told of whatever is due, on time. */
export class RungLine {
  readonly line: Line;
  readonly log: string[] = [];
  readonly events: LineEvent[] = [];
  playedMs = 0;
  #nowMs = 1000;
  #doneMs: number | undefined;

  constructor(
    callerId?: CallerId,
    able?: Partial<LineCapabilities>,
    country?: CountryProfile,
    rings = true,
  ) {
    const capabilities = { ...ABLE, ...able };
    this.line = createLine({ country: country ?? US_PROFILE, capabilities });
    const ring = { kind: "ring", ...(callerId === undefined ? {} : { callerId }) } as const;
    if (rings) this.hear({ kind: "command", command: ring });
  }

  /** A command at a time. */
  tell(atMs: number, command: LineCommand): this {
    this.runTo(atMs).hear({ kind: "command", command });
    return this;
  }

  runTo(untilMs: number): this {
    for (;;) {
      const wantedMs = this.line.watermarkWantedMs() ?? Infinity;
      const deadlineMs = this.line.deadlineMs() ?? Infinity;
      const doneMs = this.#doneMs ?? Infinity;
      const nextMs = Math.max(this.#nowMs, Math.min(wantedMs, deadlineMs, doneMs));
      if (nextMs > untilMs) break;
      this.#nowMs = nextMs;
      if (doneMs <= nextMs) {
        this.#doneMs = undefined;
        this.hear({ kind: "audio-done" });
      } else if (deadlineMs <= nextMs) this.hear({ kind: "timeout" });
      else this.hear({ kind: "watermark", atMs: wantedMs });
    }
    this.#nowMs = untilMs;
    return this;
  }

  /** The loop detector under ringing: closed for `closedMs` of each cycle of 50 ms. */
  pulses(fromMs: number, untilMs: number, closedMs: number): this {
    for (let atMs = fromMs; atMs < untilMs; atMs += 50) {
      this.loop(true, atMs).loop(false, atMs + closedMs);
    }
    return this;
  }

  loop(closed: boolean, atMs: number): this {
    this.runTo(atMs).hear({ kind: "loop", closed, atMs });
    return this;
  }

  hear(input: LineInput): void {
    for (const output of this.line.handle(input, this.#nowMs)) this.#note(output);
  }

  #note(output: LineOutput): void {
    if (output.kind === "event") this.events.push(output.event);
    else if (output.kind === "slic" && output.action.kind === "ringing") {
      this.log.push(`${this.#nowMs} ${output.action.on ? "ring" : "quiet"}`);
    } else if (output.kind === "audio") {
      this.log.push(`${this.#nowMs} audio ${output.on ? "on" : "off"}`);
    } else this.log.push(`${this.#nowMs} ${wordOf(output)}`);
    if (output.kind === "play-signal") {
      this.playedMs = signalDurationMs(output.signal);
      this.#doneMs = this.#nowMs + this.playedMs;
    }
    if (output.kind === "signal-off") this.#doneMs = undefined;
  }
}

function wordOf(output: LineOutput): string {
  if (output.kind === "mute") return output.on ? "mute" : "unmute";
  if (output.kind === "play-signal") {
    if (output.signal.some(({ kind }) => kind === "fsk")) return "play-signal";
    return output.signal.length === 1 ? "alert" : `${output.signal.length / 2} digits`;
  }
  if (output.kind !== "slic") return output.kind;
  const { action } = output;
  switch (action.kind) {
    case "on-hook-transmission":
      return `transmission ${action.on ? "on" : "off"}`;
    case "feed":
      return action.feed;
    case "metering-pulse":
      return `meter ${action.frequencyHz} ${action.durationMs}`;
    case "neon-lamp":
      return `neon ${action.on ? "on" : "off"}`;
    default:
      return action.kind;
  }
}
