import { resolveCountry } from "../../../src/fxs/index.ts";
import type { Bench } from "../../hw-sim/bench/bench.ts";
import type { Stage } from "./story.ts";
import { HOTLINED, PIN } from "./story-settings.ts";

/** What a locked telephone of a story may call. */
const ALLOWED = /^10[0-9]$/;
/** Help that can be dialled in every story. */
const HELP = ["112", "911"];

/** Help in the story's country, and in the one that it may be reloaded to. */
function helpIn({ country }: Stage): readonly string[] {
  const countries = [country, "de"].map((code) => resolveCountry(code));
  return [...HELP, ...countries.flatMap((one) => (one.ok ? one.value.emergency.numbers : []))];
}

/**
 * What the log tells of calls that must not have been made, or refused: a locked telephone called
 * somebody, or help was refused; and whether a PIN stands in it. A disk that failed may have lost
 * what was locked.
 */
export function lockFaults(
  { logs }: Pick<Bench, "logs">,
  stage: Stage,
  mayBeLost: boolean,
): readonly string[] {
  const help = helpIn(stage);
  const locked = new Map<string, boolean>();
  return logs.flatMap(({ area, text, data }) => {
    if (`${text} ${JSON.stringify(data ?? {})}`.includes(PIN)) return [`a PIN in the log: ${text}`];
    if (text.startsWith("The user has chosen:")) locked.set(area, text.includes("calls locked"));
    const [, refused = ""] = /^Reorder tone: (?:"|calls to )([0-9]+)(?:" is no|")/.exec(text) ?? [];
    if (HELP.includes(refused)) return [`help was refused at ${area}: ${text}`];
    const [, called] = /^Calls (\S+)\.$/.exec(text) ?? [];
    if (called === undefined || mayBeLost || locked.get(area) !== true) return [];
    const isFree = ALLOWED.test(called) || help.includes(called) || HOTLINED.includes(called);
    return isFree ? [] : [`${area} is locked, and calls ${called}`];
  });
}
