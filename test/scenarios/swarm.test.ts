import { describe, expect, it } from "vitest";
import { type Bench, bench } from "../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../hw-sim/bench/bench-phone.ts";
import type { PhoneSpec } from "../hw-sim/bench/phone-maker.ts";
import { assertSettled } from "./support/settled.ts";

/** Lines of a swarm: enough that one is called while two others talk. */
const LINES = 3;
/** Hanging up is believed, the bell rings, lifting is believed. */
const RECALL_NOTICED_MS = 3000;
const ACTIONS = 60;
const NUMBERS = ["101", "102", "103", "101", "102", "103", "600", "601", "9", "112"] as const;
const PAUSES_MS = [0, 1, 15, 40, 90, 300, 800, 1200, 2500, 5000] as const;
/** How often a swarm is on a bad network. */
const BAD_NETWORK_SHARE = 0.4;

interface Chance {
  float(): number;
}

function oneOf<T>(random: Chance, list: readonly T[]): T {
  const found = list[Math.floor(random.float() * list.length)];
  if (found === undefined) throw new Error("nothing to choose from");
  return found;
}

/** What a person without a plan does next. */
function act(lab: Bench, random: Chance, { phone }: BenchPhone): void {
  const what = random.float();
  if (!phone.isOffHook) {
    if (what < (phone.isRinging ? 0.7 : 0.2)) phone.lift();
  } else if (phone.hears === "dial-tone" && what < 0.8) {
    phone.dial(oneOf(random, NUMBERS));
  } else if (what < 0.25) phone.hang();
  else if (what < 0.35) phone.flash(oneOf(random, [80, 300, 500, 900]));
  else if (what < 0.4) phone.dial(oneOf(random, NUMBERS));
  else if (what < 0.5) phone.say(lab.speech("chatter", 500));
}

async function swarm(seed: number): Promise<void> {
  // The plan has a world of its own, so that it stays the same whatever the box does.
  const plan = await bench({ seed: `plan ${seed}`, startUnregistered: true });
  const random = plan.world.random("swarm");
  const isBad = random.float() < BAD_NETWORK_SHARE;
  const phones = Array.from(
    { length: LINES },
    (): PhoneSpec => oneOf(random, ["touch-tone", "rotary"] as const),
  );
  const lab = await bench({
    seed,
    phones,
    config: {
      country: oneOf(random, ["us", "de", "ir"]),
      exchange: { transport: oneOf(random, ["udp", "memory"]) },
      dialing: { noAnswerMs: 20_000 },
    },
    network: isBad
      ? { latencyMs: 30, jitterMs: 40, lossRatio: 0.1, duplicateRatio: 0.1, reorderRatio: 0.1 }
      : { latencyMs: oneOf(random, [0, 1, 20]) },
    startUnregistered: true,
  });
  await lab.world.advance(5000);
  if (random.float() < 0.3) lab.board.gpio.setLateness(oneOf(random, [20, 200]));
  for (let at = 0; at < ACTIONS; at++) {
    act(lab, random, oneOf(random, lab.phones));
    await lab.world.advance(oneOf(random, PAUSES_MS));
  }
  for (const each of lab.phones) each.hang();
  await endRecalls(lab);
  // Retransmissions of a bad network have an end.
  await lab.world.advance(isBad ? 40_000 : 5000);
  const records = lab.records.map(
    ({ line, direction, from, to, result }) => `${line} ${direction} ${from}>${to} ${result}`,
  );
  await assertSettled(lab, { records });
  await assertAttempts(lab, isBad);
}

/** Whoever hung up with a call on hold is reminded by the bell: takes it back, and ends it. */
async function endRecalls({ box, phones, world }: Bench): Promise<void> {
  await world.advance(RECALL_NOTICED_MS);
  const recalled = box.status().filter(({ call }) => call === "recall");
  for (const { line } of recalled) phones[line - 1]?.lift();
  await world.advance(RECALL_NOTICED_MS);
  for (const { line } of recalled) phones[line - 1]?.hang();
}

/** On a network that loses nothing, each INVITE that came to the lines has left one record. */
async function assertAttempts(lab: Bench, isBad: boolean): Promise<void> {
  const { messages } = lab.wire;
  if (isBad || messages.length === 0) return;
  const lines = messages.find(({ text }) => text.startsWith("REGISTER "))?.from;
  const called = messages.filter(({ to, text }) => to === lines && text.startsWith("INVITE "));
  const callIds = new Set(called.map(({ text }) => /\r\nCall-ID: ?(\S+)/.exec(text)?.[1]));
  const incoming = lab.records.filter(({ direction }) => direction === "in");
  expect(incoming).toHaveLength(callIds.size);
}

// SWARM_FIRST=1000 SWARM_COUNT=300 looks at more of them than every run can.
const FIRST = Number(process.env["SWARM_FIRST"] ?? 1);
const COUNT = Number(process.env["SWARM_COUNT"] ?? 12);

describe("people without a plan", () => {
  it.each(Array.from({ length: COUNT }, (_, at) => FIRST + at))(
    "seed %i: sixty things later everything is at rest",
    (seed) => swarm(seed),
  );
});
