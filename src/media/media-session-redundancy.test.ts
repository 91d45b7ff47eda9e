import { describe, expect, it } from "vitest";
import { createMilliwatt } from "./dsp/tone-source.ts";
import { FRAME, Pair } from "./media-session.fixture.ts";
import { parseRed } from "./rtp/red.ts";
import { parseRtp } from "./rtp/rtp-packet.ts";

const VOICE = { payloadType: 121, generations: 2 };
const EVENTS = { payloadType: 122, generations: 2 };

/** Digits, of each of which a share of the packets comes; what was told of them. */
function keyDigits(flow: { readonly eventRedundancy?: typeof EVENTS }, lostDigit: number) {
  const pair = new Pair({ redundancy: VOICE, ...flow });
  const types = new Set<string>();
  let isLost = false;
  pair.passes = (out) => {
    const packet = parseRtp(out.bytes);
    if (!packet.ok || out.channel !== "rtp") return true;
    const { payloadType } = packet.value;
    const red = payloadType === 101 ? undefined : parseRed(packet.value.payload);
    const inside = red?.ok === true ? red.value.map((block) => block.payloadType) : [];
    types.add([payloadType, ...new Set(inside)].join(" "));
    return !isLost || inside.at(-1) === 0;
  };
  for (const [at, digit] of (["1", "2", "3", "4"] as const).entries()) {
    isLost = at === lostDigit;
    pair.a.sendDigit(digit, 100);
    pair.silence(25);
  }
  isLost = false;
  pair.silence(40);
  const told = pair.events.flatMap((one) => {
    // The pair keeps all that a session tells.
    const event = one as { kind: string; digit?: string; durationMs?: number };
    return event.kind === "digit" ? [`${event.digit} ${event.durationMs}`] : [];
  });
  return { told, types: [...types].sort() };
}

describe("MediaSession with redundant events", () => {
  it("tells a digit of which every packet was lost, by what comes with the next", () => {
    const { told, types } = keyDigits({ eventRedundancy: EVENTS }, 1);
    expect(told).toEqual(["1 100", "2 100", "3 100", "4 100"]);
    // Nothing is inside that its format does not name.
    expect(types).toEqual(["121 0", "122 101"]);
  });

  it("loses it where copies of the voice alone were agreed on, and no other", () => {
    const { told, types } = keyDigits({}, 1);
    expect(told).toEqual(["1 100", "3 100", "4 100"]);
    expect(types).toEqual(["101", "121 0"]);
  });
});

describe("MediaSession and copies that other senders make", () => {
  it.each([
    { what: "of the last two", ages: [2, 1] },
    { what: "of the third last alone", ages: [3] },
  ])("plays what was lost from copies $what", ({ ages }) => {
    const pair = new Pair({ redundancy: VOICE });
    const milliwatt = createMilliwatt();
    const sent: Uint8Array[] = [];
    const frame = new Int16Array(FRAME);
    let n = 0;
    let lost = 0;
    let concealedEarly = 0;
    pair.passes = (out) => {
      const packet = parseRtp(out.bytes);
      if (out.channel !== "rtp" || !packet.ok) return true;
      // What we send is taken apart, and sent with other copies.
      const red = parseRed(packet.value.payload);
      const own = red.ok ? (red.value.at(-1)?.payload ?? new Uint8Array(0)) : new Uint8Array(0);
      sent.push(own.slice());
      n++;
      const copies = ages.flatMap((age) => {
        const payload = sent[sent.length - 1 - age];
        return payload === undefined ? [] : [{ age, payload }];
      });
      const heads = copies.flatMap(({ age, payload }) => {
        const offset = age * 160;
        return [0x80, offset >> 6, ((offset & 63) << 2) | (payload.length >> 8), payload.length];
      });
      const body = [...copies.map(({ payload }) => payload), own].flatMap((one) => [...one]);
      const bytes = Uint8Array.from([...out.bytes.subarray(0, 12), ...heads, 0, ...body]);
      const isLost = n > 100 && n % 5 === 0;
      if (isLost) lost++;
      else
        pair.b.handle({ kind: "rtp", bytes, from: { host: "192.0.2.1", port: 4000 } }, pair.nowMs);
      return false;
    };
    for (let at = 0; at < 1600; at++) {
      milliwatt.render(frame);
      pair.frame(at % 100 < 70 ? frame : new Int16Array(FRAME));
      if (at === 600) concealedEarly = pair.b.stats().framesConcealed;
    }
    expect(lost).toBeGreaterThan(130);
    const { packetsLost, framesConcealed } = pair.b.stats();
    expect(packetsLost).toBeGreaterThanOrEqual(lost - 1);
    expect(framesConcealed - concealedEarly).toBe(0);
  });
});
