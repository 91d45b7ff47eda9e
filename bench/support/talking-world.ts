/**
 * A simulated call of some minutes in which both telephones talk, run as fast as it goes: `node
 * talking-world.mjs MINUTES WARM-MINUTES`. Prints how long the minutes took, as JSON.
 */
import { speechLike } from "../../test/hw-sim/audio/speech-like.ts";
import { talkingBench } from "./talking-bench.ts";

/** What is printed: wall and processor time, all threads, of the minutes after the warm ones. */
export interface WorldTimes {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const SEED = 7;
const MINUTE_MS = 60_000;

async function main(words: readonly string[]): Promise<void> {
  const [minutes = 0, warmMinutes = 0] = words.map(Number);
  const { bench, phones } = await talkingBench({ seed: SEED });
  const talkers = phones.map(({ name, phone }) => ({
    phone,
    speech: speechLike(bench.world.random(`talk ${name}`), MINUTE_MS),
  }));
  const talk = async (forMinutes: number): Promise<void> => {
    for (let minute = 0; minute < forMinutes; minute++) {
      for (const { phone, speech } of talkers) phone.say(speech);
      await bench.world.advance(MINUTE_MS);
    }
  };
  await talk(warmMinutes);
  const startedMs = performance.now();
  const before = process.cpuUsage();
  await talk(minutes);
  const wallMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  await bench.stop();
  const times: WorldTimes = { wallMs, cpuMs: (user + system) / 1000 };
  process.stdout.write(`${JSON.stringify(times)}\n`);
}

await main(process.argv.slice(2));
