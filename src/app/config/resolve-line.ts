import { ok } from "../../base/result.ts";
import {
  CALLER_ID_NAMES,
  type CallerIdName,
  COUNTRY_CODES,
  type CountryProfile,
  resolveCountry,
} from "../../fxs/index.ts";
import type { LineWiring, RealtimeLineConfig } from "../../gateway/realtime/realtime-config.ts";
import { type LineSettings, PROSLIC_GAIN_MAX_DB } from "../../hal/drivers/index.ts";
import type { BoardFile, BoardLine } from "./board-file.ts";
import type { ConfigPath, ConfigProblem } from "./config-problem.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

/** The profile of a line's country with the user's values in it. */
export function countryOf(
  line: UserLine,
  user: UserConfig,
  linePath: ConfigPath,
  problems: ConfigProblem[],
): CountryProfile | undefined {
  const code = line.country ?? user.country ?? "us";
  const path: ConfigPath = line.country === undefined ? ["country"] : [...linePath, "country"];
  const resolved = resolveCountry(code, overridesFor(line, user));
  if (resolved.ok) return resolved.value;
  if (resolved.error.kind === "unknown-caller-id") {
    const isLines = line.callerId !== undefined;
    const place = isLines ? [...linePath, "callerId"] : ["countryOverrides", "callerId", "scheme"];
    if (problems.some((problem) => problem.path.join() === place.join())) return undefined;
    const { name } = resolved.error;
    const meant = didYouMean(name, CALLER_ID_NAMES);
    const advice =
      meant === undefined ? `it can be ${CALLER_ID_NAMES.join(", ")}` : `did you mean "${meant}"?`;
    problems.push({ path: place, text: `is "${name}"; ${advice}` });
    return undefined;
  }
  if (resolved.error.kind === "bad-value") {
    const { path: inside, message } = resolved.error;
    const place = ["countryOverrides", ...inside.split(".")];
    if (!problems.some((problem) => problem.path.join() === place.join())) {
      problems.push({ path: place, text: message });
    }
    return undefined;
  }
  // A wrong country of the box is one problem, however many lines use it.
  if (problems.some((problem) => problem.path.join() === path.join())) return undefined;
  const meant = resolved.error.suggestion;
  const advice =
    meant === undefined ? `it can be ${COUNTRY_CODES.join(", ")}` : `did you mean "${meant}"?`;
  problems.push({ path, text: `is "${code}"; ${advice}` });
  return undefined;
}

/** What the user has changed of the country, with what is written at the line itself. */
function overridesFor(
  line: UserLine,
  { countryOverrides = {} }: UserConfig,
): Parameters<typeof resolveCountry>[1] {
  if (line.callerId === undefined) return countryOverrides;
  const { callerId } = countryOverrides;
  const others = typeof callerId === "object" && callerId !== null ? callerId : {};
  // As in a file, the values may be of any kind: they are checked where they are merged.
  return { ...countryOverrides, callerId: { ...others, scheme: line.callerId as CallerIdName } };
}

/** How long a tone of the far end must last to end a call, ms: two rounds of the slowest. */
const TONE_AFTER_MS = 3000;

/** The tones of far ends that end the line's calls, where it says so. */
export function toneWatchOf(
  { releaseAtTone }: UserLine,
  country: CountryProfile,
  linePath: ConfigPath,
  problems: ConfigProblem[],
): Pick<RealtimeLineConfig, "toneWatch"> {
  if (releaseAtTone === undefined) return {};
  const { afterMs = TONE_AFTER_MS, country: code } = releaseAtTone;
  const theirs = code === undefined ? ok(country) : resolveCountry(code);
  if (!theirs.ok) {
    const meant = didYouMean(code ?? "", COUNTRY_CODES);
    const advice =
      meant === undefined ? `it can be ${COUNTRY_CODES.join(", ")}` : `did you mean "${meant}"?`;
    problems.push({
      path: [...linePath, "releaseAtTone", "country"],
      text: `is "${code}"; ${advice}`,
    });
    return {};
  }
  const { dial, ringback, busy, reorder } = theirs.value.tones.table;
  return { toneWatch: { afterMs, tones: { dial, ringback, busy, reorder } } };
}

/** The supply of a box whose board names none, where the user says what it carries. */
const WHOLE_BOX = "box";

/** What a line rings from, where it shares that with others. */
export function ringSupplyOf(
  { ringSupply }: BoardLine,
  line: UserLine,
  { ringing }: UserConfig,
  board: BoardFile,
  linePath: ConfigPath,
  problems: ConfigProblem[],
): Pick<RealtimeLineConfig, "ringSupply"> {
  const supply = ringSupply ?? WHOLE_BOX;
  const renMax = ringing?.renMax ?? board.ringSupplies?.[supply]?.renMax;
  const ren = line.ren ?? 1;
  if (renMax === undefined) return {};
  if (ren > renMax) {
    const text = `is ${ren}, but the ringing supply carries ${renMax}; unplug a bell`;
    problems.push({ path: [...linePath, "ren"], text });
  }
  return { ringSupply: { supply, renMax, ren } };
}

/** A cadence that a line is to ring in must be one that there is. */
export function checkRings(
  line: UserLine,
  { ringing }: CountryProfile,
  linePath: ConfigPath,
  problems: ConfigProblem[],
): void {
  const names = Object.keys(ringing.distinctive);
  for (const [at, { cadence }] of (line.rings ?? []).entries()) {
    if (names.includes(cadence)) continue;
    const meant = didYouMean(cadence, names);
    const advice =
      meant === undefined ? `it can be ${names.join(", ")}` : `did you mean "${meant}"?`;
    const path: ConfigPath = [...linePath, "rings", at, "cadence"];
    problems.push({ path, text: `is "${cadence}"; ${advice}` });
  }
}

/** The board's wiring of a line, with what is written of its own, and the country's impedance. */
export function wiringOf(
  { levels: _, ringSupply: __, ...wiring }: BoardLine,
  { sound, module, card }: UserLine,
  country: CountryProfile,
  linePath: ConfigPath,
  problems: ConfigProblem[],
): LineWiring {
  const { slic } = wiring;
  const { pcmCard: ___, ...withoutCard } = wiring;
  const heard = sound === undefined ? wiring : { ...withoutCard, pcmChannel: sound };
  if (slic.driver === "gpio-slic") {
    if (card !== undefined) {
      const text =
        "is for a serial card or a ProSLIC, but the board has a module on GPIO pins here";
      problems.push({ path: [...linePath, "card"], text: `${text}; take it out` });
    }
    return module === undefined
      ? heard
      : { ...heard, slic: { ...slic, overrides: { ...slic.overrides, ...module } } };
  }
  if (module !== undefined) {
    const text = `is for a module on GPIO pins, but the board has a ${slic.driver} here`;
    problems.push({ path: [...linePath, "module"], text: `${text}; take it out` });
  }
  const isProslic = slic.driver === "si321x";
  checkCard(card ?? {}, isProslic, [...linePath, "card"], problems);
  const settings = { impedanceIfAble: country.line.impedance, ...slic.settings, ...card };
  return { ...heard, slic: { ...slic, settings } };
}

/** What a card of the kind cannot, whatever it is. */
function checkCard(
  { hybridDb, ...settings }: LineSettings,
  isProslic: boolean,
  path: ConfigPath,
  problems: ConfigProblem[],
): void {
  if (hybridDb !== undefined && !isProslic) {
    const text = "is for a ProSLIC, but the board has a serial card here; take it out";
    problems.push({ path: [...path, "hybridDb"], text });
  }
  for (const name of ["toPhoneDb", "fromPhoneDb"] as const) {
    const decibels = settings[name] ?? 0;
    if (!isProslic || decibels <= PROSLIC_GAIN_MAX_DB) continue;
    const text = `is ${decibels}; a ProSLIC goes up to ${PROSLIC_GAIN_MAX_DB}`;
    problems.push({ path: [...path, name], text });
  }
}
