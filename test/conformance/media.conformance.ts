import { describe, expect, it } from "vitest";
import {
  type CodecSpec,
  type MediaOutput,
  MediaSession,
  PCMA,
  PCMU,
} from "../../src/media/index.ts";
import { Playout } from "../../src/media/playout.ts";
import { parseRtp } from "../../src/media/rtp/rtp-packet.ts";
import { type JitterScript, jitterScriptsFromText } from "./media-jitter-script.ts";
import { type CapturedDatagram, datagramsFromPcap } from "./media-pcap.ts";
import { vectorFolder, wordsFromBytes } from "./media-vectors.ts";

const g711 = vectorFolder("media/g711");
const jitter = vectorFolder("media/jitter");
const captures = vectorFolder("media/rtp-captures");

function encodeAll(spec: CodecSpec, pcm: Int16Array): readonly number[] {
  const out = new Uint8Array(spec.maxPayloadBytes(pcm.length));
  const length = spec.createCodec().encode(pcm, out);
  return Array.from(out.subarray(0, length));
}

function decodeAll(spec: CodecSpec, codes: Iterable<number>): readonly number[] {
  const payload = Uint8Array.from(codes);
  const out = new Int16Array(payload.length);
  spec.createCodec().decode(payload, out);
  return Array.from(out);
}

describe.skipIf(!g711.available)("[media.g711]", () => {
  const words = (name: string) => Array.from(wordsFromBytes(g711.read(name)));

  it.each([
    { spec: PCMA, codes: "sweep-r.a" },
    { spec: PCMU, codes: "sweep-r.u" },
  ])("encode() gives $codes for every 16-bit sample", ({ spec, codes }) => {
    const coded = encodeAll(spec, wordsFromBytes(g711.read("sweep.src")));
    expect(coded).toHaveLength(0x10000);
    expect(coded).toEqual(words(codes));
  });

  it.each([
    { spec: PCMA, codes: "sweep-r.a", linear: "sweep-r.a-a" },
    { spec: PCMU, codes: "sweep-r.u", linear: "sweep-r.u-u" },
  ])("decode() gives $linear for $codes", ({ spec, codes, linear }) => {
    expect(decodeAll(spec, words(codes))).toEqual(words(linear));
  });

  it.each([
    { spec: PCMA, linear: "sweep-r.rea" },
    { spec: PCMU, linear: "sweep-r.reu" },
  ])("encode() and decode() in a row give $linear", ({ spec, linear }) => {
    const coded = encodeAll(spec, wordsFromBytes(g711.read("sweep.src")));
    expect(decodeAll(spec, coded)).toEqual(words(linear));
  });
});

const DIGIT_WORDS: Readonly<Record<string, string>> = { star: "*", pound: "#" };

/** The digits that a capture's name promises. */
const EVENT_CAPTURES = [
  ...captures.list(/^dtmf_2833_\w+\.pcap$/).map((file) => {
    const word = /_([^_]+)\.pcap$/.exec(file)?.[1] ?? "";
    return { file, digits: DIGIT_WORDS[word] ?? word };
  }),
  ...captures.list(/_sipp_dtmf_2833_\d\.pcap$/).map((file) => ({ file, digits: "4" })),
  ...captures.list(/_(ulaw|opus)-\d+\.pcap$/).map((file) => {
    return { file, digits: /-(\d+)\.pcap$/.exec(file)?.[1] ?? "" };
  }),
];

/** Plays a capture into a session, frame clock and timeouts included; returns all it put out. */
function replay(datagrams: readonly CapturedDatagram[]) {
  const first = datagrams[0];
  if (first === undefined) throw new Error("an empty capture");
  const session = new MediaSession({
    session: "s",
    frameSamples: 80,
    ssrc: 1,
    firstSequence: 1,
    firstTimestamp: 1,
    cname: "c",
    wallAtZeroMs: 0,
    random: () => 0.5,
  });
  const firstPacket = parseRtp(first.payload);
  const isAlaw = firstPacket.ok && firstPacket.value.payloadType === PCMA.staticPayloadType;
  const codec = isAlaw
    ? { name: "PCMA", payloadType: 8, clockRateHz: 8000, ptimeMs: 20 }
    : { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs: 20 };
  session.setFlow(
    {
      remote: first.from,
      remoteRtcp: { host: first.from.host, port: first.from.port + 1 },
      codec,
      telephoneEventPayloadType: 101,
      send: false,
      receive: true,
    },
    0,
  );
  const outputs: MediaOutput[] = [];
  const audio: Int16Array[] = [];
  const startMs = first.atMs - 5;
  const endMs = (datagrams.at(-1)?.atMs ?? startMs) - startMs + 300;
  let next = 0;
  for (let nowMs = 10; nowMs < endMs; nowMs += 10) {
    for (;;) {
      const datagram = datagrams[next];
      if (datagram === undefined || datagram.atMs - startMs > nowMs) break;
      const input = { kind: "rtp", bytes: datagram.payload, from: datagram.from } as const;
      outputs.push(...session.handle(input, datagram.atMs - startMs));
      next++;
    }
    const due = session.deadlineMs();
    if (due !== undefined && due <= nowMs) {
      outputs.push(...session.handle({ kind: "timeout" }, nowMs));
    }
    const frame = new Int16Array(80);
    session.pull(frame, nowMs);
    audio.push(frame);
  }
  return { session, outputs, audio };
}

/** The direction of a capture that carries telephone events, one source only. */
function oneSource(datagrams: readonly CapturedDatagram[], payloadTypes: readonly number[]) {
  const rtp = datagrams.filter(({ payload }) => {
    const packet = parseRtp(payload);
    return packet.ok && payloadTypes.includes(packet.value.payloadType);
  });
  const marked = rtp.find(({ payload }) => ((payload[1] ?? 0) & 0x7f) === payloadTypes[0]);
  return rtp.filter(
    ({ from }) => from.host === marked?.from.host && from.port === marked.from.port,
  );
}

describe.skipIf(!captures.available)("[media.telephone-event]", () => {
  it("finds the captures", () => {
    expect(EVENT_CAPTURES.length).toBeGreaterThanOrEqual(15);
  });

  it.each(EVENT_CAPTURES)("$file holds the digits $digits", ({ file, digits }) => {
    const datagrams = oneSource(datagramsFromPcap(captures.read(file)), [101, 0, 8]);
    const { outputs } = replay(datagrams);
    const heard = outputs.flatMap((output) =>
      output.kind === "event" && output.event.kind === "digit" ? [output.event] : [],
    );
    expect(heard.map(({ digit }) => digit).join("")).toBe(digits);
    for (const { durationMs } of heard) expect(durationMs).toBeGreaterThanOrEqual(40);
  });
});

/** Where `run` stands in `samples`, as near as possible to a position and within 100 ms of it. */
function runNear(
  samples: readonly number[],
  run: readonly number[],
  position: number,
): number | undefined {
  for (let distance = 0; distance <= 800; distance++) {
    for (const at of [position + distance, position - distance]) {
      if (run.every((sample, n) => samples[at + n] === sample)) return at;
    }
  }
  return undefined;
}

describe.skipIf(!captures.available)("[media.playout]", () => {
  it.each([
    { file: "tests_unit_pcap_milliwatt.pcmu.rtp.pcap", spec: PCMU },
    { file: "tests_unit_pcap_milliwatt.long.pcmu.rtp.pcap", spec: PCMU },
    { file: "g711a.pcap", spec: PCMA },
  ])("$file plays whole and in order", ({ file, spec }) => {
    const datagrams = oneSource(datagramsFromPcap(captures.read(file)), [
      spec.staticPayloadType ?? -1,
    ]);
    const { session, audio } = replay(datagrams);
    const stats = session.stats();
    expect(stats.packetsReceived).toBe(datagrams.length);
    expect(stats.packetsLost).toBe(0);
    expect(stats.packetsLate).toBe(0);
    expect(stats.framesConcealed).toBeLessThanOrEqual(audio.length * 0.01);

    // Each packet but the few beside a made-up frame comes out sample for sample, in its
    // place (within 100 ms, since a tone repeats itself).
    const played = audio.flatMap((frame) => Array.from(frame));
    let expected = 0;
    let found = 0;
    for (const { payload } of datagrams) {
      const pcm = decodeAll(spec, payload.subarray(12));
      const at = runNear(played, pcm.slice(-80), expected);
      expected = (at ?? expected) + pcm.length;
      if (at !== undefined) found++;
    }
    expect(found).toBeGreaterThan(datagrams.length * 0.97);
  });
});

/** Runs a script's events, one frame a packet, through a playout of silence. */
function runJitterScript({ events, mode, prefetch }: JitterScript) {
  const frameSamples = 80;
  const codec = PCMU.createCodec();
  const minMs = prefetch * 10;
  const settings = mode === "fixed" ? ({ mode, minMs, maxMs: minMs } as const) : undefined;
  const playout = new Playout(frameSamples, 1, () => codec, settings);
  const payload = new Uint8Array(frameSamples).fill(0xff);
  const put = (sequence: number) => {
    const timestamp = sequence * frameSamples;
    playout.put({ sequence, timestamp, payloadType: 0, payload, samples: frameSamples });
  };
  let next = 100;
  let gets = 0;
  let waiting = 0;
  for (const event of events) {
    if (event === "P") put(next++);
    else if (event === "L") next++;
    else if (event === "D") put(next - 1);
    else if (event === "O") put(next - 6);
    else {
      playout.pull(new Int16Array(frameSamples));
      gets++;
      waiting += playout.packetsWaiting;
    }
  }
  const { latePackets, framesConcealed } = playout;
  return { latePackets, framesConcealed, meanWaiting: waiting / gets };
}

const ALL_JITTER_SCRIPTS = jitter
  .list(/^event-scripts\.dat$/)
  .flatMap((file) => jitterScriptsFromText(new TextDecoder().decode(jitter.read(file))));

/**
 * One script wants half a second that came at once to be kept waiting for ever after, though 100 ms
 * are set: what is set is what this playout waits.
 */
const JITTER_SCRIPTS = ALL_JITTER_SCRIPTS.filter(({ limits }) => limits.delay_min === undefined);

describe.skipIf(!jitter.available)("[media.jitter]", () => {
  it("finds the scripts", () => {
    expect(ALL_JITTER_SCRIPTS.length).toBeGreaterThanOrEqual(7);
    expect(JITTER_SCRIPTS.length).toBe(ALL_JITTER_SCRIPTS.length - 1);
    expect(JITTER_SCRIPTS.filter(({ mode }) => mode === "fixed")).toHaveLength(1);
  });

  it.each(JITTER_SCRIPTS)("$title keeps the limits", (script) => {
    const { limits } = script;
    const result = runJitterScript(script);
    const { discard = 0, lost = 0, empty = 0, delay = 0 } = limits;
    expect(result.latePackets).toBeLessThanOrEqual(discard);
    expect(result.framesConcealed).toBeLessThanOrEqual(lost + empty);
    expect(result.meanWaiting).toBeLessThanOrEqual(delay);
  });

  it("a burst of half a second at the start: what is set is waited, and no gap is heard", () => {
    for (const script of ALL_JITTER_SCRIPTS) {
      if (script.limits.delay_min === undefined) continue;
      const result = runJitterScript(script);
      expect(result.meanWaiting).toBeLessThanOrEqual(script.prefetch);
      expect(result.framesConcealed).toBeLessThanOrEqual(script.limits.lost ?? 0);
    }
  });
});
