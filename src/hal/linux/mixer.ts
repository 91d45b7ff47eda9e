import { propertyOf } from "../../base/record.ts";
import { err, ok, type Result } from "../../base/result.ts";

/** A control of a sound card's mixer, as `amixer scontents` prints it. */
export interface MixerControl {
  readonly name: string;
  /** Which of several controls of that name. */
  readonly index: number;
  readonly playback?: MixerSide;
  readonly capture?: MixerSide;
}

/** One direction of a control: raw volumes, one a channel, and whether it is switched on. */
export interface MixerSide {
  readonly volumes: readonly number[];
  /** Absent where it has no switch. */
  readonly on?: boolean;
}

/** The most controls of a mixer that are read; the largest known have some hundred. */
const CONTROLS_MAX = 1000;

/** Names of switches that turn on what regulates the level by itself. */
const AGC_NAME = /auto(?:matic)? ?gain|\bagc\b|\balc\b|auto level/i;

/**
 * Reads what `amixer -c CARD scontents` printed. Lines that are none of its are passed over; what
 * is no number or switch (an enumeration) is left out.
 */
export function parseMixer(text: string): readonly MixerControl[] {
  const controls: MixerControl[] = [];
  let current: { name: string; index: number; playback: Side; capture: Side } | undefined;
  const flush = (): void => {
    if (current === undefined || controls.length >= CONTROLS_MAX) return;
    const { name, index, playback, capture } = current;
    controls.push({
      ...{ name, index },
      ...(playback.seen ? { playback: finished(playback) } : {}),
      ...(capture.seen ? { capture: finished(capture) } : {}),
    });
  };
  for (const line of text.split("\n")) {
    const head = /^Simple mixer control '(.*)',(\d{1,4})$/.exec(line.trimEnd());
    if (head !== null) {
      flush();
      const [, name = "", index = "0"] = head;
      current = { name, index: Number(index), playback: emptySide(), capture: emptySide() };
      continue;
    }
    // A channel's line: "  Front Left: Playback 30 [81%] [-7.00dB] [on] Capture 20 [57%] [off]".
    const channel = /^ {2}(?:Mono|Front|Rear|Side|Center|Woofer)[^:]*:(.*)$/.exec(line);
    if (channel !== null && current !== undefined) readChannel(channel[1] ?? "", current);
  }
  flush();
  return controls;
}

interface Side {
  volumes: number[];
  on: boolean | undefined;
  seen: boolean;
}

function emptySide(): Side {
  return { volumes: [], on: undefined, seen: false };
}

function finished({ volumes, on }: Side): MixerSide {
  return { volumes, ...(on === undefined ? {} : { on }) };
}

function readChannel(text: string, sides: { playback: Side; capture: Side }): void {
  let side: Side = sides.playback;
  for (const word of text.split(/\s+/)) {
    if (word === "Playback") side = sides.playback;
    else if (word === "Capture") side = sides.capture;
    else if (/^-?\d{1,9}$/.test(word)) side.volumes.push(Number(word));
    else if (word === "[on]" || word === "[off]") side.on = (side.on ?? false) || word === "[on]";
    else continue;
    if (word !== "Playback" && word !== "Capture") side.seen = true;
  }
}

/** The controls that regulate the recording level by themselves, and are on. */
export function automaticGains(controls: readonly MixerControl[]): readonly MixerControl[] {
  return controls.filter(
    ({ name, playback, capture }) =>
      AGC_NAME.test(name) && (playback?.on === true || capture?.on === true),
  );
}

/** Where a mixer differs from one that was kept, one sentence each. */
export function mixerChanges(
  kept: readonly MixerControl[],
  now: readonly MixerControl[],
): readonly string[] {
  const changes: string[] = [];
  for (const before of kept) {
    const after = now.find(({ name, index }) => name === before.name && index === before.index);
    if (after === undefined) changes.push(`${before.name} is not there any more`);
    else changes.push(...sideChanges(before, after));
  }
  return changes;
}

function sideChanges(before: MixerControl, after: MixerControl): readonly string[] {
  return (["playback", "capture"] as const).flatMap((side) => {
    const [was, is] = [before[side], after[side]];
    if (was === undefined || is === undefined) return [];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [`${before.name} (${side}) is ${printSide(is)}, it was ${printSide(was)}`];
  });
}

function printSide({ volumes, on }: MixerSide): string {
  const parts = [...(volumes.length > 0 ? [volumes.join(",")] : [])];
  if (on !== undefined) parts.push(on ? "on" : "off");
  return parts.join(" ");
}

/** The arguments of `amixer` that put each control as it is told. */
export function mixerCommands(
  card: string,
  controls: readonly MixerControl[],
): readonly (readonly string[])[] {
  return controls.flatMap(({ name, index, playback, capture }) => {
    const control = ["-q", "-c", card, "sset", `${name},${index}`];
    return [
      ...(playback === undefined ? [] : [[...control, ...settings(playback, "playback")]]),
      ...(capture === undefined ? [] : [[...control, ...settings(capture, "capture")]]),
    ];
  });
}

function settings({ volumes, on }: MixerSide, side: "playback" | "capture"): readonly string[] {
  const words: string[] = [];
  if (volumes.length > 0) words.push(side, volumes.join(","));
  if (on !== undefined) {
    words.push(side === "playback" ? (on ? "unmute" : "mute") : on ? "cap" : "nocap");
  }
  return words;
}

/** A mixer as it was kept in a file: total, since a person may have edited it. */
export function readKeptMixer(text: string): Result<readonly MixerControl[], string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err("is no JSON");
  }
  if (!Array.isArray(value) || value.length > CONTROLS_MAX) return err("is no list of controls");
  const controls: MixerControl[] = [];
  for (const one of value) {
    const control = keptControl(one);
    if (control === undefined) return err("has an entry that is no control");
    controls.push(control);
  }
  return ok(controls);
}

function keptControl(value: unknown): MixerControl | undefined {
  const name = propertyOf(value, "name");
  const index = propertyOf(value, "index");
  if (typeof name !== "string" || typeof index !== "number") return undefined;
  const playback = keptSide(propertyOf(value, "playback"));
  const capture = keptSide(propertyOf(value, "capture"));
  return {
    ...{ name, index },
    ...(playback === undefined ? {} : { playback }),
    ...(capture === undefined ? {} : { capture }),
  };
}

function keptSide(value: unknown): MixerSide | undefined {
  const volumes: unknown = propertyOf(value, "volumes");
  const on = propertyOf(value, "on");
  if (!Array.isArray(volumes)) return undefined;
  const numbers = volumes.filter((volume) => typeof volume === "number");
  return { volumes: numbers, ...(typeof on === "boolean" ? { on } : {}) };
}
