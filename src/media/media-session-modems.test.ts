import { describe, expect, it } from "vitest";
import { levelDbm0 } from "./dsp/levels.ts";
import { ModemTone } from "./dsp/modem-tone.ts";
import { FRAME, Pair } from "./media-session.fixture.ts";
import { parseRed } from "./rtp/red.ts";
import { parseRtp } from "./rtp/rtp-packet.ts";

describe("MediaSession with modems", () => {
  const copies = { payloadType: 121, generations: 2 };
  const modems = { name: "PCMA", payloadType: 102 } as const;
  const modemCopies = { ...modems, redundancy: { payloadType: 103, generations: 1 } } as const;
  it.each([
    { what: "as they are", codec: "PCMU", flow: {}, types: [0], blocks: 1 },
    { what: "V.152", codec: "G722", flow: { voiceBand: modems }, types: [102], blocks: 1 },
    {
      what: "V.152 and RED",
      codec: "G722",
      flow: { voiceBand: modemCopies },
      types: [103],
      blocks: 2,
    },
    {
      what: "V.152 and RED, and RED of the voice",
      codec: "G722",
      flow: { voiceBand: modemCopies, redundancy: copies },
      types: [103],
      blocks: 2,
    },
    {
      what: "V.152, and RED of a voice that modems survive",
      codec: "PCMU",
      flow: { voiceBand: modems, redundancy: copies },
      types: [121],
      blocks: 3,
    },
    {
      what: "V.152, and RED of a voice that they do not",
      codec: "G722",
      flow: { voiceBand: modems, redundancy: copies },
      types: [102],
      blocks: 1,
    },
  ])("sends modems by $what", ({ codec, flow, types, blocks }) => {
    const payloadType = codec === "G722" ? 9 : 0;
    const pair = new Pair({
      codec: { name: codec, payloadType, clockRateHz: 8000, ptimeMs: 20 },
      ...flow,
    });
    const tone = new ModemTone({ frequencyHz: 2100 });
    const frame = new Int16Array(FRAME);
    const say = (frames: number): void => {
      for (let n = 0; n < frames; n++) {
        tone.render(frame);
        pair.frame(frame);
      }
    };
    say(60);
    const sent = new Set<number>();
    const counts = new Set<number>();
    pair.passes = ({ channel, bytes }) => {
      const packet = parseRtp(bytes);
      if (channel !== "rtp" || !packet.ok || packet.value.ssrc !== 1) return true;
      sent.add(packet.value.payloadType);
      const red = packet.value.payloadType > 102 ? parseRed(packet.value.payload) : undefined;
      counts.add(red?.ok === true ? red.value.length : 1);
      // Every third is lost.
      return blocks === 1 || packet.value.sequence % 3 !== 0;
    };
    const from = pair.heardByB.length + 30 * FRAME;
    say(80);
    expect([[...sent], [...counts]]).toEqual([types, [blocks]]);
    const heard = Int16Array.from(pair.heardByB.slice(from));
    expect(levelDbm0(heard)).toBeCloseTo(-12, 0);
    expect(pair.b.stats().framesConcealed).toBeLessThan(20);
  });

  it.each([
    { theirs: [32, 36], told: [32], tone: "answer", shape: {} },
    { theirs: [36], told: [], tone: "answer", shape: {} },
    { theirs: undefined, told: [], tone: "answer", shape: {} },
    { theirs: [32, 33, 34, 35], told: [34], tone: "answer-am", shape: { isModulated: true } },
    { theirs: [32], told: [32], tone: "answer-am", shape: { isModulated: true }, heard: "answer" },
    {
      theirs: [32, 33, 34, 35],
      told: [34, 35],
      tone: "answer-am",
      shape: { isModulated: true, isReversed: true },
    },
    { theirs: [32, 33], told: [32, 33], tone: "answer", shape: { isReversed: true } },
  ])("names $tone to who knows $theirs as $told, and who hears of one is told", (row) => {
    const pair = new Pair(row.theirs === undefined ? {} : { toneEvents: row.theirs });
    const sent = new Set<number>();
    pair.passes = ({ bytes }) => {
      const packet = parseRtp(bytes);
      const isEvent = packet.ok && packet.value.payloadType === 101;
      if (isEvent) sent.add(packet.value.payload[0] ?? -1);
      // The tone itself does not get through: the name must do.
      return isEvent;
    };
    const tone = new ModemTone({ frequencyHz: 2100, ...row.shape });
    const frame = new Int16Array(FRAME);
    for (let n = 0; n < 80; n++) {
      tone.render(frame);
      pair.frame(frame);
    }
    expect([...sent]).toEqual(row.told);
    const heard = pair.events.filter((one) => (one as { kind: string }).kind === "fax-tone");
    expect(heard).toContainEqual({ kind: "fax-tone", session: "a", tone: row.tone, side: "near" });
    const named = [row.heard ?? row.tone, `${row.tone}-reversed`].slice(0, row.told.length);
    expect(heard.filter((one) => (one as { session: string }).session === "b")).toEqual(
      named.map((one) => ({ kind: "fax-tone", session: "b", tone: one, side: "far" })),
    );
  });

  it.each([
    { what: "an answer tone", hz: 2100, isModems: true },
    // A fax machine calls, and whoever answers may be a person.
    { what: "a calling tone", hz: 1100, isModems: false },
    { what: "any other tone", hz: 1900, isModems: false },
  ])("$what has the call to itself: $isModems, its silence sent and its playout fixed", (row) => {
    const pair = new Pair({
      voiceBand: modems,
      comfortNoisePayloadType: 13,
      suppressSilence: true,
    });
    const tone = new ModemTone({ frequencyHz: row.hz });
    const frame = new Int16Array(FRAME);
    for (let n = 0; n < 80; n++) {
      tone.render(frame);
      pair.frame(frame);
    }
    // Noise follows, such as a line has.
    const sent: number[] = [];
    pair.passes = ({ channel, bytes }) => {
      const packet = parseRtp(bytes);
      if (channel === "rtp" && packet.ok && packet.value.ssrc === 1) {
        sent.push(packet.value.payloadType);
      }
      return true;
    };
    for (let n = 0; n < 600; n++) {
      pair.frame(Int16Array.from({ length: FRAME }, (_, at) => ((n * 31 + at * 17) % 7) - 3));
    }
    const late = sent.slice(-100);
    if (row.isModems) {
      expect(new Set(late)).toEqual(new Set([modems.payloadType]));
      expect(sent).toHaveLength(300);
    } else {
      expect(late).toContain(13);
      expect(sent.length).toBeLessThan(200);
    }
    // So few packets are no figure yet where noise is but described.
    const delayMs = pair.b.stats().quality?.jitterBufferMs ?? 0;
    expect(delayMs).toBe(row.isModems ? 120 : 0);
  });
});
