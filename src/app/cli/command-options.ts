import type { LogLevel } from "../../base/log-event.ts";
import { parseRegistrar } from "../config/resolve-sip.ts";

/** What the command line can be asked to do. */
export const COMMANDS = [
  "run",
  "demo",
  "check",
  "provision",
  "calls",
  "doctor",
  "boards",
  "safe",
  "learn",
  "line-test",
  "card-check",
  "help",
  "version",
] as const;
/** One of them. */
export type Command = (typeof COMMANDS)[number];

const LOG_LEVELS = ["error", "warn", "info", "debug"] as const satisfies readonly LogLevel[];

/** The level of that name; undefined where there is none. */
export function logLevelOf(name: string): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === name);
}

/** An option of the command line. */
interface OptionRule {
  readonly type: "string" | "boolean";
  /** The commands that take it. */
  readonly of: readonly Command[];
  /** What a value has to be, where the command line alone can tell that one is not. */
  readonly isGood?: (value: string) => boolean;
  readonly mustBe?: string;
}

const CONFIGURED = [
  "run",
  "check",
  "provision",
  "calls",
  "doctor",
  "safe",
  "learn",
  "line-test",
] as const;
const text = (of: readonly Command[]) => ({ type: "string", of }) as const;
const flag = (of: readonly Command[]) => ({ type: "boolean", of }) as const;
const whole = (value: string): boolean => /^\d{1,15}$/.test(value);
const within = (least: number, most: number) => (value: string) =>
  whole(value) && Number(value) >= least && Number(value) <= most;

/** The command whose option that word is, with it; undefined where several have it, or none. */
export function commandOfOption(word: string): string | undefined {
  const rule = Object.entries<OptionRule>(OPTIONS).find(([name]) => name === word)?.[1];
  return rule?.of.length === 1 ? `${rule.of[0]} --${word}` : undefined;
}

/** Levels that a meter may show between TIP and RING, V. */
const VOLTS_MAX = 50;

/** Every option: whose it is, and what its value has to be. */
export const OPTIONS = {
  config: text(CONFIGURED),
  board: text(CONFIGURED),
  registrar: {
    ...text(["run", "check", "doctor"]),
    isGood: (value: string) => parseRegistrar(value) !== undefined,
    mustBe: "it must be host or host:port, like pbx.example.net:5060",
  },
  "sip-port": {
    ...text(["run", "check"]),
    isGood: within(0, 65_535),
    mustBe: "it must be a number from 0 to 65535",
  },
  "log-level": {
    ...text(["run", "check"]),
    isGood: (value: string) => logLevelOf(value) !== undefined,
    mustBe: "it can be error, warn, info or debug",
  },
  virtual: flag(["demo"]),
  json: flag(["demo", "calls", "doctor", "boards", "line-test"]),
  seed: {
    ...text(["demo"]),
    isGood: within(0, Number.MAX_SAFE_INTEGER),
    mustBe: "it can be 0, 1, 2 and so on",
  },
  trace: text(["demo"]),
  pcap: text(["demo"]),
  vcd: text(["demo"]),
  wav: text(["demo"]),
  phone: {
    ...text(["demo"]),
    isGood: (value: string) => value === "touch-tone" || value === "rotary",
    mustBe: "it can be touch-tone or rotary",
  },
  out: text(["demo", "doctor"]),
  port: text(["card-check"]),
  baud: {
    ...text(["card-check"]),
    isGood: within(1000, 9_999_999),
    mustBe: "it is a rate like 921600",
  },
  line: {
    ...text(["calls", "doctor", "learn", "line-test", "card-check"]),
    isGood: within(1, 99),
    mustBe: "it is a line's number: 1, 2 and so on",
  },
  last: {
    ...text(["calls"]),
    isGood: within(1, 1_000_000),
    mustBe: "it must be a number from 1 to 1000000",
  },
  apply: flag(["provision"]),
  quiet: flag(["line-test", "card-check"]),
  echo: flag(["line-test"]),
  hook: flag(["card-check"]),
  slack: {
    ...text(["card-check"]),
    isGood: within(0, 9999),
    mustBe: "it must be a number from 0 to 9999, in ms",
  },
  fix: flag(["doctor"]),
  levels: flag(["doctor"]),
  tone: flag(["doctor"]),
  loop: flag(["doctor"]),
  volts: {
    ...text(["doctor"]),
    isGood: (value: string) => Number(value) > 0 && Number(value) <= VOLTS_MAX,
    mustBe: `it must be a number up to ${VOLTS_MAX}`,
  },
} as const satisfies Readonly<Record<string, OptionRule>>;

/**
 * What is wrong with the options of a command; undefined where nothing is. What only files and the
 * machine can tell is not looked at.
 */
export function wrongOption(
  command: Command,
  values: Readonly<Record<string, string | boolean | undefined>>,
): string | undefined {
  const rules: Readonly<Record<string, OptionRule>> = OPTIONS;
  for (const [name, value] of Object.entries(values)) {
    const rule = rules[name];
    if (rule === undefined || value === undefined) continue;
    if (!rule.of.includes(command)) {
      return `--${name} is no option of ${command}, but of ${rule.of.join(", ")}`;
    }
    if (typeof value === "string" && rule.isGood?.(value) === false) {
      return `--${name} is "${value}"; ${rule.mustBe}`;
    }
  }
  return undefined;
}
