import {
  codeRules,
  type Diversions,
  digitMapRules,
  ETSI_CODES,
  FEATURE_NAMES,
  type FeatureCodes,
  isFreeCode,
  NOT_DIVERTED,
  STAR_CODES,
  takesNumber,
  whyNoTarget,
} from "../../call/index.ts";
import { type CountryProfile, parseDigitMap } from "../../fxs/index.ts";
import type { CallSettings } from "../../gateway/control/control-config.ts";
import type { ConfigPath, ConfigProblem } from "./config-problem.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

const SETS = { off: {}, star: STAR_CODES, etsi: ETSI_CODES } as const;

/** What is done with who calls a line, and the codes by which its user says so. */
export function featuresOf(
  { dialing = {}, registrar }: Pick<UserConfig, "dialing" | "registrar">,
  line: Pick<UserLine, "number" | "forward" | "doNotDisturb">,
  digitMap: string,
  { emergency }: Pick<CountryProfile, "emergency">,
  linePath: ConfigPath,
  problems: ConfigProblem[],
): Partial<CallSettings> {
  // A server that lines register at has codes of its own: those are not taken away from it.
  const written = dialing.featureCodes ?? (registrar === undefined ? "star" : "off");
  for (const [when, number] of Object.entries(line.forward ?? {})) {
    const why = whyNoTarget(number, {
      user: line.number,
      emergencyNumbers: emergency.numbers,
    });
    if (why === undefined) continue;
    problems.push({
      path: [...linePath, "forward", when],
      text: `is "${number}", ${why}; take it out`,
    });
  }
  const diversions: Diversions = {
    ...NOT_DIVERTED,
    ...line.forward,
    doNotDisturb: line.doNotDisturb ?? false,
  };
  return {
    featureCodes: typeof written === "string" ? freeCodes(SETS[written], digitMap) : written,
    diversions,
    ...(dialing.forwardAfterMs === undefined ? {} : { forwardAfterMs: dialing.forwardAfterMs }),
  };
}

/** What comes before the number of a code, or all of it. */
const headOf = (code: string): string => code.replace(/N.*$/, "");

/** Those of a set by which no number begins that could not be dialled then. */
function freeCodes(codes: FeatureCodes, digitMap: string): FeatureCodes {
  return Object.fromEntries(
    Object.entries(codes).filter(([, code]) => isFreeCode(headOf(code), digitMap)),
  );
}

/** What codes have to be told from. */
export interface CodesBeside {
  readonly digitMap: string;
  /** The numbers for help of all lines' countries. */
  readonly emergencyNumbers: readonly string[];
  /** Other codes by the names of their settings, written as those of features. */
  readonly codes: Readonly<Record<string, string>>;
}

/** The codes that are written beside those of features; behind most of them a number goes. */
export function codesBeside(
  { dialing = {} }: Pick<UserConfig, "dialing">,
  { flash, digitMap }: Pick<CallSettings, "flash" | "digitMap">,
  lines: readonly { readonly call: Pick<CallSettings, "emergencyNumbers"> }[],
): CodesBeside {
  const { withholdCode = "", showCode = "", callBackCode = "" } = dialing;
  const withNumber = { withholdCode, showCode, blindTransferCode: flash.blindTransferCode };
  const heads = Object.entries(withNumber).filter(([, code]) => code !== "");
  const codes = Object.fromEntries(heads.map(([name, code]) => [name, `${code}N`]));
  const emergencyNumbers = lines.flatMap((line) => line.call.emergencyNumbers);
  return { digitMap, emergencyNumbers, codes: { callBackCode, ...codes } };
}

/**
 * Looks whether codes that are written one by one can be dialled and told from everything else.
 * The sets are known to be.
 */
export function checkFeatureCodes(
  { dialing = {} }: Pick<UserConfig, "dialing">,
  beside: CodesBeside,
  problems: ConfigProblem[],
): void {
  const codes = dialing.featureCodes;
  if (codes === undefined || typeof codes === "string") return;
  const seen = new Map(Object.entries(beside.codes).filter(([, code]) => code !== ""));
  for (const name of FEATURE_NAMES) {
    const code = codes[name] ?? "";
    if (code === "") continue;
    const why =
      placeFault(name, code) ??
      clashWith(seen, code) ??
      numberClash(code, beside) ??
      ruleFault({ [name]: code }, beside.digitMap);
    if (why !== undefined) {
      problems.push({ path: ["dialing", "featureCodes", name], text: `is "${code}"${why}` });
    }
    seen.set(name, code);
  }
}

/** A number goes where a feature wants one. */
function placeFault(name: string, code: string): string | undefined {
  const isForward = name.startsWith("forward") && !name.endsWith("Off");
  if (isForward === takesNumber(code)) return undefined;
  return isForward ? '; write N where the number goes, as in "*72N"' : "; take the N out";
}

/** A code is one feature's, and no number behind another code. */
function clashWith(seen: ReadonlyMap<string, string>, code: string): string | undefined {
  const head = headOf(code);
  for (const [other, their] of seen) {
    const theirHead = headOf(their);
    if (theirHead === head) return `, as ${other} has it`;
    const isTheirs = takesNumber(their) && head.startsWith(theirHead);
    const isOurs = takesNumber(code) && theirHead.startsWith(head);
    if (isTheirs || isOurs) return `, which cannot be told from ${other} ("${their}")`;
  }
  return undefined;
}

/** Nothing that is to be called begins as a code does, least of all a number for help. */
function numberClash(
  code: string,
  { digitMap, emergencyNumbers }: CodesBeside,
): string | undefined {
  const head = headOf(code);
  const help = emergencyNumbers.find((one) => one.startsWith(head) || head.startsWith(one));
  if (help !== undefined) return `, which cannot be told from ${help}, a number for help`;
  return isFreeCode(head, digitMap)
    ? undefined
    : "; a number that can be dialled begins so: choose another";
}

/** With the digit map's rules behind it, a code has to be rules itself. */
function ruleFault(codes: FeatureCodes, digitMap: string): string | undefined {
  if (!parseDigitMap(digitMap).ok) return undefined;
  for (const rule of codeRules(codes, digitMapRules(digitMap))) {
    const parsed = parseDigitMap(rule);
    if (!parsed.ok) return `, and "${rule}" is no rule then: ${parsed.error.message}`;
  }
  return undefined;
}
