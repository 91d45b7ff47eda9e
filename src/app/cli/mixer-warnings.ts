import { mixerChanges, parseSoundChannel, readKeptMixer } from "../../hal/linux/index.ts";
import { mixerCard, readMixer } from "../doctor/check-sound.ts";
import { type Machine, thisMachine } from "../doctor/machine.ts";
import { keptMixerText } from "./kept-mixer.ts";
import type { ReadConfig } from "./read-config.ts";

/**
 * Where a sound card's mixer stands otherwise than when its levels were measured, one sentence a
 * card. Cards whose mixer was never kept, or cannot be read, are passed over.
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
    const kept = readKeptMixer(keptMixerText(user.data, card));
    if (!kept.ok) continue;
    const now = await readMixer(machine, card);
    if (typeof now === "string") continue;
    const changes = mixerChanges(kept.value, now);
    if (changes.length === 0) continue;
    warnings.push(
      `the mixer of ${card} is not as it was when its levels were measured: ` +
        `${changes.join("; ")} ("tipring doctor --fix" puts it back)`,
    );
  }
  return warnings;
}
