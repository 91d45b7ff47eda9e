/** One place of a code: what may be keyed there, once or again and again. */
interface Place {
  readonly keys: string;
  readonly repeats?: true;
}

const KEYS = "0123456789*#";
const DIGITS = "0123456789";

/** Whether something could be dialled that is both codes, whatever goes where their letters are. */
export function areAlike(one: string, other: string): boolean {
  const [ours, theirs] = [placesOf(one), placesOf(other)];
  const seen = new Set<string>();
  const open: (readonly [number, number])[] = [[0, 0]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [at, their] = pair;
    if (seen.has(pair.join())) continue;
    seen.add(pair.join());
    const [here, there] = [ours[at], theirs[their]];
    if (here === undefined && there === undefined) return true;
    if (here === undefined || there === undefined) continue;
    if (![...here.keys].some((key) => there.keys.includes(key))) continue;
    for (const next of here.repeats === true ? [at, at + 1] : [at + 1]) {
      open.push([next, their + 1]);
      if (there.repeats === true) open.push([next, their]);
    }
  }
  return false;
}

function placesOf(code: string): readonly Place[] {
  return [...code].map((key) => {
    if (key === "N") return { keys: KEYS, repeats: true };
    if (key === "A") return { keys: `${DIGITS}*`, repeats: true };
    if (key === "P") return { keys: DIGITS, repeats: true };
    return { keys: key === "K" ? DIGITS : key };
  });
}
