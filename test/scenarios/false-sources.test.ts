import { describe, expect, it } from "vitest";
import { BENCH_HOST, type Bench, bench } from "../hw-sim/bench/bench.ts";
import { assertSettled } from "./support/settled.ts";
import { request, Stranger } from "./support/stranger.ts";
import { call } from "./support/talk.ts";

/** So many addresses, each below the limit of one source: more than there are transactions. */
const HOSTS = 150;
const REQUESTS_OF_HOST = 20;

const FORGED =
  `Authorization: Digest username="101", realm="${BENCH_HOST}", nonce="1.x.0", ` +
  `uri="sip:${BENCH_HOST}", response="0123456789abcdef0123456789abcdef"\r\n`;

const TO_201 = `<sip:201@${BENCH_HOST}>`;

/** Requests that anybody can write, and what each is told. */
const REQUESTS: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ["OPTIONS", { method: "OPTIONS" }, "200"],
  ["a BYE of no call", { method: "BYE", To: `${TO_201};tag=none` }, "481"],
  ["a CANCEL of no call", { method: "CANCEL" }, "481"],
  ["a REGISTER with a forged answer", { method: "REGISTER", To: TO_201, extra: FORGED }, "401"],
  ["an INVITE with a forged answer", { To: TO_201, extra: FORGED }, "401"],
  ["a text", { method: "MESSAGE", To: TO_201 }, "401"],
  ["a call for somebody else to make", { method: "REFER", To: TO_201 }, "403"],
];

/** As a flood under false addresses looks to us. */
async function flood(lab: Bench, parts: Readonly<Record<string, string>>): Promise<Set<string>> {
  const strangers = await Promise.all(
    Array.from({ length: HOSTS }, (_, n) => Stranger.open(lab, `10.9.0.${n + 1}`)),
  );
  for (const [at, stranger] of strangers.entries()) {
    for (let n = 0; n < REQUESTS_OF_HOST; n++) {
      const text = request({ ...parts, branch: `f${at}x${n}`, "Call-ID": `f${at}x${n}` });
      stranger.send(text, BENCH_HOST, 5060);
    }
  }
  await lab.world.advance(200);
  return new Set(strangers.flatMap(({ heard }) => heard.map((text) => text.slice(8, 11))));
}

describe("a flood from addresses of all the world", () => {
  it.each(REQUESTS)("of %s takes no telephone the way to the exchange", async (...row) => {
    const [, parts, status] = row;
    const lab = await bench({ seed: 90, config: { exchange: { transport: "udp" } } });
    expect(await flood(lab, parts)).toEqual(new Set([status]));
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    await assertSettled(lab, { records: ["1 out 101>102 answered", "2 in 101>102 answered"] });
  });
});
