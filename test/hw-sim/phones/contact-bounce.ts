import { type RandomFloat, uniform } from "../audio/random-float.ts";

/** One edge of a contact, counted from the moment it is worked. */
export interface ContactEdge {
  readonly afterMs: number;
  readonly closed: boolean;
}

/** A contact leaves its place and comes back at most this often. */
const MAX_REBOUNDS = 3;

/**
 * How a contact gets to its new place: at once, then away and back one to three times, all within
 * `bounceMs`. No bounce where `bounceMs` is 0.
 */
export function bounceEdges(
  random: RandomFloat,
  closed: boolean,
  bounceMs: number,
): readonly ContactEdge[] {
  const edges: ContactEdge[] = [{ afterMs: 0, closed }];
  if (bounceMs <= 0) return edges;
  const rebounds = 1 + Math.floor(random.float() * MAX_REBOUNDS);
  const times = Array.from({ length: 2 * rebounds }, () => uniform(random, 0, bounceMs));
  times.sort((a, b) => a - b);
  times.forEach((afterMs, at) => {
    edges.push({ afterMs, closed: at % 2 === 0 ? !closed : closed });
  });
  return edges;
}
