import { resolveCountry } from "../../../src/fxs/index.ts";
import type { Bench } from "../../hw-sim/bench/bench.ts";
import type { Stage } from "./story.ts";
import { HOTLINED, OTHER_COUNTRY, PIN } from "./story-settings.ts";
import type { StoryWatch } from "./watch-story.ts";

/** What a locked telephone of a story may call. */
const ALLOWED = /^10[0-9]$/;
/** Whom people in one country call for help. */
function helpIn(country: string): readonly string[] {
  const resolved = resolveCountry(country);
  return resolved.ok ? resolved.value.emergency.numbers : [];
}

/**
 * What the log tells of calls that must not have been made, or refused: a locked telephone called
 * somebody, or help was refused; and whether a PIN stands in it. A disk that failed may have lost
 * what was locked.
 */
export function lockFaults(
  { logs }: Pick<Bench, "logs">,
  { country }: Pick<Stage, "country">,
  { hadDiskTrouble, wasElsewhere }: Pick<StoryWatch, "hadDiskTrouble" | "wasElsewhere">,
): readonly string[] {
  const [here, there] = [helpIn(country), helpIn(OTHER_COUNTRY)];
  // What is help here and there is help all the time.
  const always = wasElsewhere ? here.filter((number) => there.includes(number)) : here;
  const help = [...here, ...there];
  const locked = new Map<string, boolean>();
  return logs.flatMap(({ area, text, data }) => {
    if (`${text} ${JSON.stringify(data ?? {})}`.includes(PIN)) return [`a PIN in the log: ${text}`];
    if (text.startsWith("The user has chosen:")) locked.set(area, text.includes("calls locked"));
    const [, refused = ""] =
      /^Reorder tone: (?:"|calls to )([0-9]+)(?:"| are locked)/.exec(text) ?? [];
    if (always.includes(refused)) return [`help was refused at ${area}: ${text}`];
    const [, called] = /^Calls (\S+)\.$/.exec(text) ?? [];
    if (called === undefined || hadDiskTrouble || locked.get(area) !== true) return [];
    const isFree = ALLOWED.test(called) || help.includes(called) || HOTLINED.includes(called);
    return isFree ? [] : [`${area} is locked, and calls ${called}`];
  });
}
