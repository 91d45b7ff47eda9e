/**
 * Statuses of a contact that say nothing to a caller, and what the caller is told in their place:
 * a redirection we do not follow, a challenge the caller cannot answer, a way that was closed.
 * @see RFC 3261 §16.7 step 6 (503 is not passed on)
 */
const NOT_PASSED_ON = { 401: 480, 407: 480, 503: 500 } as const satisfies Record<number, number>;

/** Statuses that tell a caller more than others of their class. @see RFC 3261 §16.7 step 6 */
const TELLING: readonly number[] = [415, 420, 484];

/** What the caller is told when one contact refused with `status`. */
function passedOn(status: number): number {
  if (status < 400) return 480;
  for (const [from, to] of Object.entries(NOT_PASSED_ON)) if (Number(from) === status) return to;
  return status;
}

/**
 * The status that stands for all contacts, each of which has refused: a 6xx speaks for the person,
 * else the lowest class, and in it what tells most; `busy` says more than that nobody was there.
 * @see RFC 3261 §16.7 step 6
 */
export function bestStatus(statuses: readonly number[]): number {
  let best: number | undefined;
  for (const status of statuses.map(passedOn)) {
    if (best === undefined || rank(status) < rank(best)) best = status;
  }
  return best ?? 480;
}

function rank(status: number): number {
  const kind = Math.floor(status / 100);
  if (kind === 6) return 0;
  if (TELLING.includes(status)) return kind * 10;
  if (status === 486) return kind * 10 + 1;
  if (status === 480) return kind * 10 + 2;
  return status === 408 ? kind * 10 + 4 : kind * 10 + 3;
}
