/** One part of a tone as the sample writes it. */
export interface SampleElement {
  /** Comes once, at the start: a mark `!` before it. */
  readonly once: boolean;
  /** Together; one only where it is modulated; none is silence. */
  readonly frequenciesHz: readonly number[];
  readonly modulationHz?: number;
  /** Milliseconds; without it, without end. */
  readonly durationMs?: number;
}

/** A zone: its settings by name, as text. */
export type SampleZone = ReadonlyMap<string, string>;

/** The zones of Asterisk's `indications.conf.sample` by code; remarks and `[general]` left out. */
export function zonesFromSample(text: string): ReadonlyMap<string, SampleZone> {
  const zones = new Map<string, Map<string, string>>();
  let zone = new Map<string, string>();
  for (const line of text.split("\n")) {
    const said = line.replace(/;.*/, "").trim();
    const section = /^\[([\w-]+)\]$/.exec(said)?.[1];
    const [, key, value] = /^(\w+)\s*=\s*(.+)$/.exec(said) ?? [];
    if (section !== undefined) {
      zone = new Map();
      zones.set(section, zone);
    } else if (key !== undefined && value !== undefined) zone.set(key, value);
  }
  zones.delete("general");
  return zones;
}

/** A tone's parts: `[!]f[+f…|*f][/ms]`, with commas between. */
export function elementsFromSample(text: string): readonly SampleElement[] {
  return text.split(",").map((part) => {
    const [, mark, sound = "", ms] = /^(!?)([\d+*]+)(?:\/(\d+))?$/.exec(part.trim()) ?? [];
    if (sound === "") throw new Error(`not an element of a tone: ${part}`);
    const [carriers = "", modulation] = sound.split("*");
    const frequenciesHz = carriers.split("+").map(Number);
    return {
      once: mark === "!",
      frequenciesHz: frequenciesHz.filter((hz) => hz !== 0),
      ...(modulation === undefined ? {} : { modulationHz: Number(modulation) }),
      ...(ms === undefined ? {} : { durationMs: Number(ms) }),
    };
  });
}
