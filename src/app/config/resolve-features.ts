import {
  areAlike,
  type Choices,
  codeRules,
  type Diversions,
  digitMapRules,
  ETSI_CODES,
  FEATURE_NAMES,
  type FeatureCodes,
  headOf,
  isFreeCode,
  lettersFault,
  NO_CHOICES,
  NOT_DIVERTED,
  STAR_CODES,
  whyNoKey,
  whyNoTarget,
} from "../../call/index.ts";
import { type CountryProfile, parseDigitMap } from "../../fxs/index.ts";
import type { CallSettings } from "../../gateway/control/control-config.ts";
import type { ConfigPath, ConfigProblem } from "./config-problem.ts";
import type { UserConfig, UserLine } from "./user-config.ts";
import type { UserDialing } from "./user-dialing.ts";

const SETS = { off: {}, star: STAR_CODES, etsi: ETSI_CODES } as const;

/** What is written of a line's features. */
type FeatureLine = Pick<
  UserLine,
  "number" | "forward" | "doNotDisturb" | "speedDial" | "lock" | "blocked"
>;

/** What is done with who calls a line, and the codes by which its user says so. */
export function featuresOf(
  { dialing = {}, registrar, sip }: Pick<UserConfig, "dialing" | "registrar" | "sip">,
  line: FeatureLine,
  digitMap: string,
  { emergency }: Pick<CountryProfile, "emergency">,
  linePath: ConfigPath,
  problems: ConfigProblem[],
): Partial<CallSettings> {
  // A server that lines register at has codes of its own: those are not taken away from it.
  const codes = writtenCodes({ dialing });
  const written = dialing.featureCodes ?? (registrar === undefined ? "star" : "off");
  const emergencyNumbers = emergency.numbers;
  for (const [when, number] of Object.entries(line.forward ?? {})) {
    const why = whyNoTarget(number, { user: line.number, emergencyNumbers });
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
    featureCodes:
      typeof written === "string"
        ? usable(freeCodes(SETS[written], digitMap, codes), line, sip)
        : written,
    diversions,
    ...lockOf(line, linePath, problems),
    ...(line.blocked === undefined ? {} : { blockedCallers: line.blocked }),
    choices: choicesOf(dialing, line, { digitMap, emergencyNumbers }, linePath, problems),
    ...(dialing.parkMs === undefined ? {} : { parkMs: dialing.parkMs }),
    ...(dialing.forwardAfterMs === undefined ? {} : { forwardAfterMs: dialing.forwardAfterMs }),
  };
}

/** What there is unless the line's user says otherwise. */
function choicesOf(
  dialing: UserDialing,
  line: Pick<UserLine, "speedDial" | "lock">,
  beside: Parameters<typeof whyNoKey>[1],
  linePath: ConfigPath,
  problems: ConfigProblem[],
): Choices {
  const places = [
    [["dialing"], dialing.speedDial],
    [linePath, line.speedDial],
  ] as const;
  for (const [path, keys = {}] of places) {
    for (const key of Object.keys(keys)) {
      const why = whyNoKey(key, beside);
      if (why === undefined) continue;
      const text = `is no key: ${why}; take another`;
      if (problems.some((problem) => problem.text === text && problem.path.at(-1) === key))
        continue;
      problems.push({ path: [...path, "speedDial", key], text });
    }
  }
  return {
    ...NO_CHOICES,
    callWaiting: dialing.callWaiting ?? true,
    withholdsNumber: dialing.withholdNumber ?? false,
    rejectsAnonymous: dialing.rejectAnonymous ?? false,
    isLocked: line.lock?.locked ?? false,
    speedDials: { ...dialing.speedDial, ...line.speedDial },
  };
}

/** How a line is locked, and what may be called then. */
function lockOf(
  { lock }: Pick<UserLine, "lock">,
  linePath: ConfigPath,
  problems: ConfigProblem[],
): Pick<CallSettings, "lock"> {
  if (lock === undefined) return {};
  const { pin, allowed } = lock;
  const parsed = allowed === undefined ? undefined : parseDigitMap(allowed);
  if (parsed?.ok === false) {
    const { message, at } = parsed.error;
    const path = [...linePath, "lock", "allowed"];
    problems.push({ path, text: `is wrong at character ${at + 1}: ${message}` });
  }
  return { lock: { pin, ...(allowed === undefined ? {} : { allowed }) } };
}

/** A telephone without a PIN has no lock, and only one that strangers may call calls strangers. */
function usable(
  codes: FeatureCodes,
  { lock }: Pick<UserLine, "lock">,
  sip: UserConfig["sip"],
): FeatureCodes {
  const isOff = (name: string): boolean =>
    (lock === undefined && (name === "lock" || name === "unlock")) ||
    (sip?.directCalls !== true && name === "directCall");
  return Object.fromEntries(Object.entries(codes).filter(([name]) => !isOff(name)));
}

/** Those of a set by which nothing begins that could not be dialled then. */
function freeCodes(
  codes: FeatureCodes,
  digitMap: string,
  written: Readonly<Record<string, string>>,
): FeatureCodes {
  const others = Object.values(written).filter((code) => code !== "");
  return Object.fromEntries(
    Object.entries(codes).filter(
      ([, code]) =>
        isFreeCode(headOf(code), digitMap) && !others.some((other) => areAlike(code, other)),
    ),
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
function writtenCodes({ dialing = {} }: Pick<UserConfig, "dialing">): Record<string, string> {
  const { withholdCode = "", showCode = "", callBackCode = "", blindTransferCode = "" } = dialing;
  const heads = Object.entries({ withholdCode, showCode, blindTransferCode });
  const codes = heads.filter(([, code]) => code !== "").map(([name, code]) => [name, `${code}N`]);
  return { callBackCode, ...Object.fromEntries(codes) };
}

/** The same for all lines, with what is there unless written. */
export function codesBeside(
  user: Pick<UserConfig, "dialing">,
  { flash, digitMap }: Pick<CallSettings, "flash" | "digitMap">,
  lines: readonly { readonly call: Pick<CallSettings, "emergencyNumbers"> }[],
): CodesBeside {
  const { blindTransferCode } = flash;
  const transfers = blindTransferCode === "" ? {} : { blindTransferCode: `${blindTransferCode}N` };
  const emergencyNumbers = lines.flatMap((line) => line.call.emergencyNumbers);
  return { digitMap, emergencyNumbers, codes: { ...writtenCodes(user), ...transfers } };
}

/**
 * Looks whether codes that are written one by one can be dialled and told from everything else.
 * The sets are known to be.
 */
export function checkFeatureCodes(
  { dialing = {}, sip }: Pick<UserConfig, "dialing" | "sip">,
  beside: CodesBeside,
  problems: ConfigProblem[],
): void {
  const codes = dialing.featureCodes;
  if (codes === undefined || typeof codes === "string") return;
  if ((codes.directCall ?? "") !== "" && sip?.directCalls !== true) {
    const text = "is for calls past every server, which sip.directCalls has to allow";
    problems.push({ path: ["dialing", "featureCodes", "directCall"], text });
  }
  const seen = new Map(Object.entries(beside.codes).filter(([, code]) => code !== ""));
  for (const name of FEATURE_NAMES) {
    const code = codes[name] ?? "";
    if (code === "") continue;
    const why =
      lettersFault(name, code) ??
      clashWith(seen, code) ??
      numberClash(code, beside) ??
      ruleFault({ [name]: code }, beside.digitMap);
    if (why !== undefined) {
      problems.push({ path: ["dialing", "featureCodes", name], text: `is "${code}"${why}` });
    }
    seen.set(name, code);
  }
}

/** A code is one feature's, and no number behind another code. */
function clashWith(seen: ReadonlyMap<string, string>, code: string): string | undefined {
  const head = headOf(code);
  for (const [other, their] of seen) {
    const hasNone = head === code || headOf(their) === their;
    if (headOf(their) === head && hasNone) return `, as ${other} has it`;
    if (areAlike(their, code)) return `, which cannot be told from ${other} ("${their}")`;
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
