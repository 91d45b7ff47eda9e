/**
 * The simulated hardware by itself, run as fast as it goes: `node copper-world.mjs MINUTES
 * WARM-MINUTES`. Two telephones talk without a pause over chips, copper and sound card, whose two
 * channels are crossed frame by frame in place of a program. Prints the times as JSON.
 */
import { speechLike } from "../../test/hw-sim/audio/speech-like.ts";
import {
  createSimBoard,
  createTouchTonePhone,
  TONE_TABLES,
  World,
} from "../../test/hw-sim/index.ts";
import type { WorldTimes } from "./talking-world.ts";

const SEED = 7;
const MINUTE_MS = 60_000;
const FRAME_SAMPLES = 80;

async function main(words: readonly string[]): Promise<void> {
  const [minutes = 0, warmMinutes = 0] = words.map(Number);
  const world = new World({ seed: SEED });
  const board = createSimBoard(world, { lines: [{ chip: "ag1171" }, { chip: "ag1171" }] });
  const captured = board.lines.map(() => new Int16Array(FRAME_SAMPLES));
  const talkers = await Promise.all(
    board.lines.map(async (line, at) => {
      const name = `phone${line.id}`;
      const random = world.random(name);
      const phone = createTouchTonePhone({
        ...{ name, clock: world.clock, random, tones: TONE_TABLES.us },
      });
      phone.attach(line.attach(phone.terminal));
      phone.lift();
      const stream = await board.pcm.open(line.names.pcmChannel, {
        onFrame: (frame, playout) => {
          captured[at]?.set(frame);
          playout.set(captured[1 - at] ?? frame);
        },
        onFault: () => {},
      });
      stream.start();
      return { phone, speech: speechLike(random, MINUTE_MS) };
    }),
  );
  const talk = (forMinutes: number): void => {
    for (let minute = 0; minute < forMinutes; minute++) {
      for (const { phone, speech } of talkers) phone.say(speech);
      world.runFor(MINUTE_MS);
    }
  };
  talk(warmMinutes);
  const startedMs = performance.now();
  const before = process.cpuUsage();
  talk(minutes);
  const wallMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  const times: WorldTimes = { wallMs, cpuMs: (user + system) / 1000 };
  process.stdout.write(`${JSON.stringify(times)}\n`);
}

await main(process.argv.slice(2));
