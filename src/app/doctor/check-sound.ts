import { PortError } from "../../base/port-fault.ts";
import {
  automaticGains,
  channelsFor,
  type MixerControl,
  mixerChanges,
  mixerCommands,
  parseMixer,
  parseSoundChannel,
  readKeptMixer,
} from "../../hal/linux/index.ts";
import type { BoardParts } from "./board-parts.ts";
import { bad, type Finding, good, note } from "./finding.ts";
import type { Machine } from "./machine.ts";

/** What of the sound is asked for beside looking. */
export interface SoundCheck {
  /** Whether the mixer is to be put right. */
  readonly fix: boolean;
  /** The mixers as they were kept when levels were measured, by card; "" where none was. */
  readonly keptMixer: (card: string) => string;
  /** Whether a channel's levels are in the configuration. */
  readonly hasLevels: (channel: string) => boolean;
}

/** Sound cards: there, free, their rate, their mixer, their levels. */
export async function checkSound(
  machine: Machine,
  parts: BoardParts,
  check: SoundCheck,
): Promise<readonly Finding[]> {
  if (!parts.hasHardware) return [];
  const findings: Finding[] = [];
  const isThere = new Map<string, boolean>();
  for (const channel of parts.sound) {
    const { card, side } = parseSoundChannel(channel);
    if (!isThere.has(card)) {
      const tried = await tryCard(machine, card, side === "whole" ? "whole" : "left");
      isThere.set(card, tried.isThere);
      findings.push(tried.finding);
      const mixer = tried.isThere ? mixerCard(card) : undefined;
      if (mixer !== undefined) findings.push(...(await checkMixer(machine, mixer, check)));
    }
    // What else is to be said of a card is so once there is one.
    if (isThere.get(card) !== true) continue;
    findings.push(
      check.hasLevels(channel)
        ? good("levels", `${channel} has its levels in the configuration`)
        : note(
            "levels",
            `nobody has measured what full scale of ${channel} is on the line`,
            "run: tipring doctor --levels (docs/hardware.md says how)",
          ),
    );
  }
  return findings;
}

async function tryCard(
  machine: Machine,
  card: string,
  side: "whole" | "left",
): Promise<{ readonly finding: Finding; readonly isThere: boolean }> {
  try {
    const opened = await machine.openCard(card, channelsFor(side));
    const { rateHz, capture } = opened;
    opened.close();
    const text = `${card} opens: ${rateHz} Hz, ${capture.channels} of its channels`;
    return { finding: good("sound", text), isThere: true };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const { kind, what, advice } = error.fault;
    const cards = machine.readText("/proc/asound/cards")?.match(/\[\w+/g) ?? [];
    if (kind !== "not-found") {
      return { finding: bad("sound", `${what}: ${kind}`, advice), isThere: true };
    }
    const there = cards.map((name) => name.slice(1));
    const text = `${what}: ${kind} (cards of this machine: ${there.join(", ") || "none"})`;
    const [first] = there;
    const todo =
      first === undefined
        ? "plug one in, and see that it is in /proc/asound/cards"
        : `name one in the configuration: lines[].sound: "plughw:CARD=${first},DEV=0"`;
    return { finding: bad("sound", text, todo), isThere: false };
  }
}

/** The card's name as `amixer -c` takes it: `Device` of `plughw:CARD=Device,DEV=0`. */
export function mixerCard(device: string): string | undefined {
  return /^(?:plug)?hw:(?:CARD=)?([A-Za-z0-9_]+)/.exec(device)?.[1];
}

/** A card's mixer now; a reason where it cannot be read. */
export async function readMixer(
  machine: Pick<Machine, "run">,
  card: string,
): Promise<readonly MixerControl[] | string> {
  const told = await machine.run("amixer", ["-c", card, "scontents"]);
  if (told === undefined) return "amixer is not installed";
  if (told.code !== 0) return told.text.trim().split("\n").at(-1) ?? "amixer failed";
  return parseMixer(told.text);
}

async function checkMixer(
  machine: Machine,
  card: string,
  { fix, keptMixer }: SoundCheck,
): Promise<readonly Finding[]> {
  const controls = await readMixer(machine, card);
  if (typeof controls === "string") {
    const advice = controls.includes("installed")
      ? "run: sudo apt-get install alsa-utils"
      : "see that the card is there, and run: amixer scontents";
    return [note("mixer", `the mixer of ${card} cannot be read: ${controls}`, advice)];
  }
  const gains = automaticGains(controls);
  const findings: Finding[] = [];
  if (gains.length === 0) findings.push(good("mixer", `${card} has no automatic gain switched on`));
  for (const control of gains) findings.push(await switchOff(machine, card, control, fix));
  const text = keptMixer(card);
  if (text === "") return findings;
  const kept = readKeptMixer(text);
  if (!kept.ok) {
    const advice = "run: tipring doctor --levels, which keeps it anew";
    return [...findings, note("mixer", `the kept mixer of ${card} ${kept.error}`, advice)];
  }
  const changes = mixerChanges(kept.value, controls);
  if (changes.length === 0) {
    return [...findings, good("mixer", `${card} stands as it did when its levels were measured`)];
  }
  const told = changes.join("; ");
  if (fix && (await putRight(machine, card, kept.value))) {
    return [...findings, good("mixer", `${card} was put back as it was: ${told}`)];
  }
  const advice = "run: tipring doctor --fix, or measure the levels anew";
  return [...findings, bad("mixer", `${card}: ${told}`, advice)];
}

async function switchOff(
  machine: Machine,
  card: string,
  control: MixerControl,
  fix: boolean,
): Promise<Finding> {
  const { playback, capture } = control;
  const off: MixerControl = {
    ...control,
    ...(playback === undefined ? {} : { playback: { ...playback, on: false } }),
    ...(capture === undefined ? {} : { capture: { ...capture, on: false } }),
  };
  if (fix && (await putRight(machine, card, [off]))) {
    return good("mixer", `${card}: "${control.name}" was on and is switched off now`);
  }
  return bad(
    "mixer",
    `${card}: "${control.name}" is on: it turns silence into noise and bends every level`,
    `run: tipring doctor --fix, or amixer -c ${card} sset '${control.name}' off`,
  );
}

async function putRight(
  machine: Machine,
  card: string,
  controls: readonly MixerControl[],
): Promise<boolean> {
  for (const words of mixerCommands(card, controls)) {
    if ((await machine.run("amixer", words))?.code !== 0) return false;
  }
  return true;
}
