import type { MediaQuality } from "../base/media-messages.ts";
import type { LossFigures } from "./rtp/loss-history.ts";
import { type PathFigures, qualityOf } from "./session-quality.ts";

/** Figures of a part of the call, and by how many packets they were found. */
interface Part {
  readonly quality: MediaQuality;
  readonly packets: number;
}

/**
 * How a call is heard, over its whole length whatever codecs it went through, and since it was
 * last asked.
 *
 *    whole   ├──── PCMU ────┼──── opus ────────┤  each part rated by itself, weighed by its packets
 *    recent                          ├─ 5 s ───┤
 */
export class CallQuality {
  readonly #parts: Part[] = [];
  /** The figures of the present part when they were last told. */
  #told: Pick<LossFigures, "settled" | "lost" | "discarded"> = {
    settled: 0,
    lost: 0,
    discarded: 0,
  };
  #recent: MediaQuality | undefined;

  /** The present part of the call is over: its counts begin anew. */
  next(path: PathFigures): void {
    const quality = qualityOf(path);
    if (quality !== undefined) this.#parts.push({ quality, packets: path.losses.settled });
    this.#told = { settled: 0, lost: 0, discarded: 0 };
  }

  /** Rates what came since the last time. */
  tell(path: PathFigures): void {
    const { losses } = path;
    const told = this.#told;
    this.#told = losses;
    const since: LossFigures = {
      ...losses,
      settled: losses.settled - told.settled,
      lost: losses.lost - told.lost,
      discarded: losses.discarded - told.discarded,
    };
    this.#recent = qualityOf({ ...path, losses: since });
  }

  /** What `tell` found last; nothing where nothing had come. */
  get recent(): { readonly recent?: MediaQuality } {
    return this.#recent === undefined ? {} : { recent: this.#recent };
  }

  /** Of all so far; undefined until packets are settled. */
  whole(path: PathFigures): MediaQuality | undefined {
    const now = qualityOf(path);
    const parts =
      now === undefined
        ? this.#parts
        : [...this.#parts, { quality: now, packets: path.losses.settled }];
    const last = parts.at(-1)?.quality;
    if (last === undefined || parts.length === 1) return last;
    const all = parts.reduce((sum, { packets }) => sum + packets, 0);
    const mean = (of: (quality: MediaQuality) => number): number =>
      Math.round((100 * parts.reduce((sum, one) => sum + of(one.quality) * one.packets, 0)) / all) /
      100;
    return {
      ...last,
      rFactor: mean(({ rFactor }) => rFactor),
      mosListening: mean(({ mosListening }) => mosListening),
      mosConversational: mean(({ mosConversational }) => mosConversational),
      lossPercent: mean(({ lossPercent }) => lossPercent),
      discardPercent: mean(({ discardPercent }) => discardPercent),
      delayMs: Math.round(mean(({ delayMs }) => delayMs)),
    };
  }
}
