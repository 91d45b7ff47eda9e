import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk } from "./support/talk.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 8_766 * HOUR_MS;
/** When the wall's clock is set, and by how much, from the start of the box. */
type Jump = readonly [atMs: number, byMs: number];

/** A session of 90 s is refreshed meanwhile, a registration of 60 s renewed. */
const TALK_MS = 70_000;
const CONFIG = {
  exchange: { transport: "udp", expiresS: 60 },
  sip: { sessionExpiresS: 90 },
  rtp: { srtp: "required" },
} as const;

/**
 * Everything that a box sends from its start to its stop, a registration that is renewed and a long
 * call by SRTP in it, while its wall's clock is set as told. The call ends by hand.
 */
async function lifeOf(jumps: readonly Jump[]) {
  const lab = await bench({ seed: 77, config: CONFIG });
  const { world } = lab;
  const sent: string[] = [];
  lab.network.tap(({ kind, from, to, atMs, payload }) => {
    const head = new TextDecoder().decode(payload.subarray(0, 300)).split("\r\n", 1)[0] ?? "";
    const what = /SIP\/2\.0/.test(head) ? head : "";
    sent.push([atMs, kind, from.port, to.port, payload.length, what].join(" "));
  });
  for (const [atMs, byMs] of jumps) world.clock.at(atMs, () => world.stepWall(byMs));
  const [alice, bob] = lab.phones;
  await call(alice, "102", bob);
  await talk(lab, alice, bob);
  await world.advance(TALK_MS);
  await talk(lab, alice, bob);
  const records = ["1 out 101>102 answered", "2 in 101>102 answered"];
  await assertSettled(lab, { records });
  return { sent, records: lab.records, wallMs: world.clock.wallMs() };
}

/** Every kind of jump in one life: on a board without a battery, by a time server, by hand. */
const JUMPS: readonly Jump[] = [
  [0, -30 * YEAR_MS],
  [3_000, HOUR_MS],
  [20_000, 40 * YEAR_MS],
  [45_000, -10 * YEAR_MS],
  ...Array.from({ length: 20 }, (_, at): Jump => [50_000 + at * 1000, (at % 2 ? -3 : 2) * HOUR_MS]),
];

describe("a wall's clock that is set while the box runs, by hours and years, to and fro", () => {
  it("changes nothing of what is sent when, and is right in records once it is", async () => {
    const { sent, records, wallMs } = await lifeOf(JUMPS);
    const steady = await lifeOf([]);
    const count = (pattern: RegExp): number => sent.filter((text) => pattern.test(text)).length;
    expect(count(/REGISTER sip:/)).toBeGreaterThan(5);
    expect(count(/UPDATE |INVITE sip/)).toBeGreaterThan(3);
    expect(sent).toEqual(steady.sent);
    for (const { startedAt, durationMs } of records) {
      const agoMs = wallMs - Date.parse(startedAt);
      expect(agoMs).toBeGreaterThan(durationMs);
      expect(agoMs).toBeLessThan(HOUR_MS / 6);
      expect(durationMs).toBeLessThan(2 * TALK_MS);
    }
  });
});
