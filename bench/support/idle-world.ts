/**
 * A simulated box whose telephones lie on the hook, run as fast as it goes: `node idle-world.mjs
 * LINES MINUTES WARM-MINUTES`. Prints how long the minutes took, as JSON.
 */
import { bench } from "../../test/hw-sim/bench/bench.ts";
import type { WorldTimes } from "./talking-world.ts";

const SEED = 7;
const MINUTE_MS = 60_000;

const [lines = 0, minutes = 0, warmMinutes = 0] = process.argv.slice(2).map(Number);
const lab = await bench({
  seed: SEED,
  phones: Array.from({ length: lines }, () => "touch-tone" as const),
});
await lab.world.advance(warmMinutes * MINUTE_MS);
const startedMs = performance.now();
const before = process.cpuUsage();
await lab.world.advance(minutes * MINUTE_MS);
const wallMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage(before);
await lab.stop();
const times: WorldTimes = { wallMs, cpuMs: (user + system) / 1000 };
process.stdout.write(`${JSON.stringify(times)}\n`);
