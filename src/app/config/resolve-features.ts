import {
  type Diversions,
  ETSI_CODES,
  FEATURE_NAMES,
  type FeatureCodes,
  NOT_DIVERTED,
  STAR_CODES,
  takesNumber,
} from "../../call/index.ts";
import type { CallSettings } from "../../gateway/control/control-config.ts";
import type { ConfigPath, ConfigProblem } from "./config-problem.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

const SETS = { off: {}, star: STAR_CODES, etsi: ETSI_CODES } as const;

/** What is done with who calls a line, and the codes by which its user says so. */
export function featuresOf(
  { dialing = {}, registrar }: Pick<UserConfig, "dialing" | "registrar">,
  line: Pick<UserLine, "number" | "forward" | "doNotDisturb">,
  digitMap: string,
  linePath: ConfigPath,
  problems: ConfigProblem[],
): Partial<CallSettings> {
  // A server that lines register at has codes of its own: those are not taken away from it.
  const written = dialing.featureCodes ?? (registrar === undefined ? "star" : "off");
  const codes = typeof written === "string" ? freeCodes(SETS[written], digitMap) : written;
  checkCodes(codes, problems);
  for (const [when, number] of Object.entries(line.forward ?? {})) {
    if (number !== line.number) continue;
    const text = `is "${number}", the line's own number; take it out`;
    problems.push({ path: [...linePath, "forward", when], text });
  }
  const diversions: Diversions = {
    ...NOT_DIVERTED,
    ...line.forward,
    doNotDisturb: line.doNotDisturb ?? false,
  };
  return {
    featureCodes: codes,
    diversions,
    ...(dialing.forwardAfterMs === undefined ? {} : { forwardAfterMs: dialing.forwardAfterMs }),
  };
}

/** Those of a set by which no number begins that could not be dialled then. */
function freeCodes(codes: FeatureCodes, digitMap: string): FeatureCodes {
  const rules = digitMap.split("|");
  const isFree = (code: string): boolean =>
    !rules.some((rule) => rule.startsWith(code.replace(/N.*$/, "")));
  return Object.fromEntries(Object.entries(codes).filter(([, code]) => isFree(code)));
}

/** A number goes where a code has a place for it, and a code is one feature's. */
function checkCodes(codes: FeatureCodes, problems: ConfigProblem[]): void {
  const seen = new Map<string, string>();
  for (const name of FEATURE_NAMES) {
    const code = codes[name] ?? "";
    if (code === "") continue;
    const path: ConfigPath = ["dialing", "featureCodes", name];
    const isForward = name.startsWith("forward") && !name.endsWith("Off");
    if (isForward !== takesNumber(code)) {
      const advice = isForward ? 'write N where the number goes, as in "*72N"' : "take the N out";
      problems.push({ path, text: `is "${code}"; ${advice}` });
    }
    const head = code.replace(/N.*$/, "");
    const other = seen.get(head);
    if (other !== undefined) problems.push({ path, text: `is "${code}", as ${other} has it` });
    seen.set(head, name);
  }
}
