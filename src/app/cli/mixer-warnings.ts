import {
  automaticGains,
  mixerChanges,
  parseSoundChannel,
  readKeptMixer,
} from "../../hal/linux/index.ts";
import { mixerCard, readMixer } from "../doctor/check-sound.ts";
import { type Machine, thisMachine } from "../doctor/machine.ts";
import { keptMixerText } from "./kept-mixer.ts";
import type { ReadConfig } from "./read-config.ts";

/**
 * Where a sound card's mixer has automatic gain on, or stands otherwise than when its levels were
 * measured, a sentence for each. Cards whose mixer cannot be read are passed over.
 */
export async function mixerWarnings(
  { box, user }: Pick<ReadConfig, "box" | "user">,
  machine: Pick<Machine, "run"> = thisMachine(),
): Promise<readonly string[]> {
  const cards = new Set<string>();
  for (const { pcmChannel } of box.realtime.lines) {
    const card = pcmChannel && mixerCard(parseSoundChannel(pcmChannel).card);
    if (card !== undefined && card !== "") cards.add(card);
  }
  const warnings: string[] = [];
  for (const card of cards) {
    const now = await readMixer(machine, card);
    if (typeof now === "string") continue;
    for (const { name } of automaticGains(now)) {
      warnings.push(
        `the mixer of ${card} has "${name}" on, which bends every level ` +
          '("tipring doctor --fix" switches it off)',
      );
    }
    const kept = readKeptMixer(keptMixerText(user.data, card));
    const changes = kept.ok ? mixerChanges(kept.value, now) : [];
    if (changes.length === 0) continue;
    warnings.push(
      `the mixer of ${card} is not as it was when its levels were measured: ` +
        `${changes.join("; ")} ("tipring doctor --fix" puts it back)`,
    );
  }
  return warnings;
}
