import { DEFAULT_CALL_TIMERS } from "../../call/index.ts";
import type { CallSettings } from "../../gateway/control/control-config.ts";
import type { ConfigPath, ConfigProblem } from "./config-problem.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

/** Some five rings: an elevator's caller should not wait for longer; no source says how long. */
const TRY_MS = 30_000;

/** Whom a line calls by lifting alone. */
export function hotlineOf(
  { dialing }: Pick<UserConfig, "dialing">,
  { hotline, number: own, autoAnswer = "off" }: UserLine,
  linePath: ConfigPath,
  problems: ConfigProblem[],
): Pick<CallSettings, "hotline"> {
  if (hotline === undefined) return {};
  const { number, afterMs = 0, otherwise = [], tryMs = TRY_MS } = hotline;
  const path = [...linePath, "hotline"];
  for (const [name, one] of [["number", number] as const, ...otherwise.entries()]) {
    if (one !== own) continue;
    const where = name === "number" ? [name] : ["otherwise", name];
    problems.push({ path: [...path, ...where], text: `is "${one}", the line's own number` });
  }
  if (autoAnswer !== "off") {
    const text = "is for a telephone with a hook, but the line answers by itself (autoAnswer)";
    problems.push({ path, text: `${text}; take one of them out` });
  }
  const firstDigitMs = dialing?.firstDigitMs ?? DEFAULT_CALL_TIMERS.firstDigitMs;
  if (afterMs >= firstDigitMs) {
    const text = `is ${afterMs}, but dial tone ends after dialing.firstDigitMs (${firstDigitMs})`;
    problems.push({ path: [...path, "afterMs"], text: `${text}; it must be less` });
  }
  return { hotline: { number, afterMs, otherwise, tryMs } };
}
