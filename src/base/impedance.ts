/**
 * Two-wire impedances that line cards offer, in the order of their codes: 600 Ω; 900 Ω; 600 Ω +
 * 1 µF (Japan); 900 Ω + 2.16 µF; 270 Ω + 750 Ω ∥ 150 nF (CTR 21); 220 Ω + 820 Ω ∥ 120 nF
 * (Australia); 220 Ω + 820 Ω ∥ 115 nF (Germany); 200 Ω + 680 Ω ∥ 100 nF (China).
 *
 * @see Si3215 data sheet Rev 0.92, register 10; docs/serial-line-card.md §5
 */
export const IMPEDANCES = [
  "600",
  "900",
  "600+1uF",
  "900+2.16uF",
  "270+750||150nF",
  "220+820||120nF",
  "220+820||115nF",
  "200+680||100nF",
] as const;
/** One of {@link IMPEDANCES}. */
export type Impedance = (typeof IMPEDANCES)[number];
