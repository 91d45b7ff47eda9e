/** A seeded source of uniform numbers, 0 ≤ x < 1: what the simulator's parts ask of the World. */
export interface RandomFloat {
  float(): number;
}

/** A uniform number between two bounds. */
export function uniform(random: RandomFloat, low: number, high: number): number {
  return low + (high - low) * random.float();
}

/** One draw of a standard normal distribution. @see Box and Muller (1958) */
export function gaussian(random: RandomFloat): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.float()));
  return radius * Math.cos(2 * Math.PI * random.float());
}
