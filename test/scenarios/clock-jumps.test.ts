import { describe, expect, it } from "vitest";
import { bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";
import { call, talk } from "./support/talk.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 8_766 * HOUR_MS;
/** When the wall's clock is set, and by how much, from the start of the box. */
type Jump = readonly [atMs: number, byMs: number];

/** Longer than a session's interval of 90 s, and than a registration of 60 s. */
const TALK_MS = 130_000;
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

describe("a wall's clock that is set while the box runs", () => {
  const steady = lifeOf([]);

  it.each<[string, readonly Jump[]]>([
    ["ten years ahead in a call, as on a board without a battery", [[40_000, 10 * YEAR_MS]]],
    ["ten years back in a call", [[40_000, -10 * YEAR_MS]]],
    [
      "an hour ahead while it rings, and back",
      [...[[3_000, HOUR_MS] as const, [60_000, -HOUR_MS] as const]],
    ],
    [
      "to and fro all the time",
      Array.from({ length: 90 }, (_, at) => [at * 2000, (at % 2 ? -3 : 2) * HOUR_MS] as const),
    ],
  ])("%s: every message is sent when it would have been", async (_, jumps) => {
    const { sent } = await lifeOf(jumps);
    const without = await steady;
    expect(without.sent.filter((text) => text.includes("REGISTER sip:")).length).toBeGreaterThan(5);
    expect(without.sent.filter((text) => / UPDATE |INVITE sip/.test(text)).length).toBeGreaterThan(
      3,
    );
    expect(sent).toEqual(without.sent);
  });

  it("is right in the record of a call that began before it was set", async () => {
    const { records, wallMs } = await lifeOf([[40_000, 10 * YEAR_MS]]);
    for (const { startedAt, durationMs } of records) {
      const agoMs = wallMs - Date.parse(startedAt);
      expect(agoMs).toBeGreaterThan(durationMs);
      expect(agoMs).toBeLessThan(HOUR_MS);
      expect(durationMs).toBeLessThan(2 * TALK_MS);
    }
  });
});
