/**
 * Interop files that mostly wait: for a registration to run out, for half a session's interval, for
 * a foreign program's own patience. Together they take about a fifth of one core, so that they run
 * beside all others, one at a time on either side. The other side has what judges voices.
 */
export const PATIENT_FILES = [
  "test/interop/session-timers.interop.ts",
  "test/interop/sipvicious.interop.ts",
  "test/interop/kamailio-two.interop.ts",
  "test/interop/kamailio-streams.interop.ts",
  "test/interop/kamailio-registration.interop.ts",
  "test/interop/kamailio-failover.interop.ts",
  "test/interop/exchange-twinkle.interop.ts",
] as const;

/**
 * What vitest is told for each run that is started, all of them at once. All other files are named:
 * what a project leaves out cannot be added to by `--exclude`.
 */
export function sidesOf(
  project: string,
  filters: readonly string[],
  files: readonly string[],
): readonly string[][] {
  if (project !== "interop" || filters.length > 0) return [[...filters]];
  const patient: ReadonlySet<string> = new Set(PATIENT_FILES);
  return [files.filter((file) => !patient.has(file)), [...PATIENT_FILES]];
}

/** Ports that peers may have in an interop run: below those of voice, and those of the kernel. */
const PEER_PORTS = { first: 10_000, count: 6384 } as const;

/** The part of the peers' ports that side `at` of so many has, as `TIPRING_PORTS` tells it. */
export function portsOfSide(at: number, sides: number): string {
  const { first, count } = PEER_PORTS;
  const edge = (side: number): number => first + Math.floor((count * side) / sides);
  return `${edge(at)}-${edge(at + 1) - 1}`;
}
