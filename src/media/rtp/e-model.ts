/**
 * The E-model, as far as a call's own figures reach: one rating of a connection from its delay and
 * its losses, everything else at its default.
 *
 *    R = 93.2 − Idd(delay) − Ie,eff(codec, loss)
 *
 * @see ITU-T G.107 (06/2015) §7.1, §7.4, §7.5, Annex B
 */
export interface ConnectionFigures {
  /** SDP encoding name in upper case. */
  readonly codec: string;
  /** Lost or thrown away of what was sent, 0 to 100. */
  readonly lossPercent: number;
  /** Mean length of the losses against those of random loss; 1 is random. */
  readonly burstRatio: number;
  /** From mouth to ear. */
  readonly delayMs: number;
}

/** R without any impairment, all parameters at their defaults. @see ITU-T G.107 §7.7 */
export const R_MAX = 93.2;

/** What a codec costs by itself, and how well it bears loss (more is better). */
interface Equipment {
  readonly ie: number;
  readonly bpl: number;
}

/**
 * Ie of the G.726 rates and of G.729, Bpl of G.711 with concealment and of G.729 are those of ITU-T
 * G.113 Appendix I; the others are our estimate: wideband codecs on a narrowband line count as
 * G.711, and what has no entry bears loss as G.711 with concealment does. Unverified.
 */
const EQUIPMENT: Readonly<Record<string, Equipment>> = {
  "G726-40": { ie: 2, bpl: 25.1 },
  "G726-32": { ie: 7, bpl: 25.1 },
  "G726-24": { ie: 25, bpl: 25.1 },
  "G726-16": { ie: 50, bpl: 25.1 },
  G729: { ie: 11, bpl: 19 },
};
const G711: Equipment = { ie: 0, bpl: 25.1 };
/** At this everything is lost. */
const IE_MAX = 95;
/** Below this delay costs nothing. */
const DELAY_FREE_MS = 100;

/** The rating, 0 to {@link R_MAX}. */
export function rFactor(figures: ConnectionFigures): number {
  const name = figures.codec.replace(/^AAL2-/, "");
  const { ie, bpl } = EQUIPMENT[name] ?? G711;
  const loss = Math.min(100, Math.max(0, figures.lossPercent));
  const burst = Math.max(1, figures.burstRatio);
  const ieEffective = ie + (loss === 0 ? 0 : ((IE_MAX - ie) * loss) / (loss / burst + bpl));
  return Math.min(R_MAX, Math.max(0, R_MAX - delayImpairment(figures.delayMs) - ieEffective));
}

/** Idd. @see ITU-T G.107 §7.4 */
function delayImpairment(delayMs: number): number {
  if (delayMs <= DELAY_FREE_MS) return 0;
  const x = Math.log2(delayMs / DELAY_FREE_MS);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
}

/** The mean opinion that a rating stands for, 1 to 4.5. @see ITU-T G.107 Annex B */
export function mosFromR(r: number): number {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}
