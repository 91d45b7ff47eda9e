import { describe, expect, it } from "vitest";
import { measureSpectrum } from "../../audio/frequency-meter.ts";
import { levelDbm, peakVoltsFromDbm, VOLTS_PER_STEP, voltsFromPcm16 } from "../../audio/levels.ts";
import { R } from "./register-map.ts";
import { si321xRig } from "./si321x-rig.ts";

/** The rig brought up, its sound channel running, and a tone that the program plays. */
async function talking(options: Parameters<typeof si321xRig>[0] = {}) {
  const rig = await si321xRig(options);
  const { world, board, line } = rig;
  rig.bringUp();
  const captured: number[] = [];
  const played = { peak: 0 };
  let sent = 0;
  const stream = await board.pcm.open(line.names.pcmChannel, {
    onFrame: (frame, playout) => {
      captured.push(...frame);
      for (let at = 0; at < playout.length; at++) {
        playout[at] = Math.round(played.peak * Math.sin((2 * Math.PI * 1000 * sent++) / 8000));
      }
    },
    onFault: () => {},
  });
  stream.start();
  /** Both ways for a second: what came to the program, and what the telephone heard. */
  const listen = () => {
    world.runFor(100);
    captured.length = 0;
    rig.probe.heard.length = 0;
    world.runFor(1000);
    return {
      captured: levelDbm(voltsFromPcm16(Int16Array.from(captured))),
      heard: levelDbm(rig.probe.heard),
      spectrum: measureSpectrum(Float64Array.from(rig.probe.heard)),
      capturedSpectrum: measureSpectrum(voltsFromPcm16(Int16Array.from(captured))),
    };
  };
  return { ...rig, played, listen };
}

const MINUS_10_STEPS = peakVoltsFromDbm(-10) / VOLTS_PER_STEP;

describe("Si3210 codec", () => {
  it("carries audio both ways of a closed loop at 0 dB", async () => {
    const { end, played, probe, listen } = await talking();
    end.setClosed(true);
    played.peak = MINUS_10_STEPS;
    expect(listen().heard).toBeCloseTo(-10, 1);
    played.peak = 0;
    probe.toneVolts = peakVoltsFromDbm(-20);
    expect(listen().captured).toBeCloseTo(-20, 1);
  });

  it("reaches an on-hook telephone in on-hook transmission only", async () => {
    const { write, played, listen } = await talking();
    played.peak = MINUS_10_STEPS;
    expect(listen().heard).toBe(Number.NEGATIVE_INFINITY);
    write(R.LINEFEED, 2);
    expect(listen().heard).toBeCloseTo(-10, 1);
  });

  it.each([
    { what: "half the digital gain", register: 26, value: 0x2000, db: -6.02 },
    { what: "twice the digital gain", register: 26, value: 0x7ff0, db: 6.02 },
  ])("plays with $what $db dB", async ({ register, value, db }) => {
    const { end, writeIndirect, played, listen } = await talking();
    writeIndirect(register, value);
    end.setClosed(true);
    played.peak = MINUS_10_STEPS;
    expect(listen().heard).toBeCloseTo(-10 + db, 1);
  });

  it.each([
    { audio: 0x01, heard: -13.5 },
    { audio: 0x02, heard: -6.5 },
    { audio: 0x03, heard: Number.NEGATIVE_INFINITY },
    { audio: 0x10, heard: Number.NEGATIVE_INFINITY },
  ])("obeys register 9 on the way to the line: $audio", async ({ audio, heard }) => {
    const { end, write, played, listen } = await talking();
    end.setClosed(true);
    write(R.AUDIO_GAIN, audio);
    played.peak = MINUS_10_STEPS;
    const level = listen().heard;
    if (Number.isFinite(heard)) expect(level).toBeCloseTo(heard, 1);
    else expect(level).toBe(heard);
  });

  it.each([
    { audio: 0x04, captured: -23.5 },
    { audio: 0x08, captured: -16.5 },
  ])("obeys register 9 on the way from the line: $audio", async ({ audio, captured }) => {
    const { end, write, probe, listen } = await talking();
    end.setClosed(true);
    write(R.AUDIO_GAIN, audio);
    probe.toneVolts = peakVoltsFromDbm(-20);
    expect(listen().captured).toBeCloseTo(captured, 1);
  });

  it("is silent while PCM is not enabled, and loops back as after a reset", async () => {
    const { end, write, played, listen, probe } = await talking();
    end.setClosed(true);
    played.peak = MINUS_10_STEPS;
    probe.toneVolts = peakVoltsFromDbm(-20);
    write(R.LOOPBACK, 0x02);
    const looped = listen().capturedSpectrum.tones;
    expect(looped.map(({ levelDbm: level }) => Math.round(level))).toEqual([-10]);
    write(R.LOOPBACK, 0);
    write(R.PCM_MODE, 0x1c);
    played.peak = 0;
    probe.toneVolts = 0;
    expect(listen().captured).toBe(Number.NEGATIVE_INFINITY);
  });
});

const EUROPEAN = { seriesOhms: 270, parallel: { ohms: 750, farads: 150e-9 } };

describe("Si3210 impedance and hybrid", () => {
  const quiet = { ohms: 0, lossDb: 0, noiseDbm0: undefined, echoTaps: [] } as const;
  /** How far down the program hears its own tone of 1 kHz, dB. */
  async function echoLossDb(
    loop: NonNullable<Parameters<typeof si321xRig>[0]>["loop"],
    registers: readonly (readonly [number, number])[],
  ): Promise<number> {
    const { end, write, played, listen } = await talking({ loop: { ...quiet, ...loop } });
    end.setClosed(true);
    for (const [register, value] of registers) write(register, value);
    played.peak = MINUS_10_STEPS;
    return -10 - listen().captured;
  }

  it.each([
    { what: "900 Ω against 600 Ω", registers: [[10, 0x09]], db: 13.98 },
    { what: "no synthesis against 600 Ω", registers: [[10, 0x00]], db: 4.75 },
    { what: "a hybrid that takes too much", registers: [[11, 0x30]], db: 4.43 },
    { what: "a hybrid that takes too little", registers: [[11, 0x36]], db: 11.29 },
    { what: "a hybrid that is off", registers: [[11, 0x37]], db: 0 },
  ] as const)("lets $db dB of echo loss at $what", async ({ registers, db }) => {
    expect(await echoLossDb({}, registers)).toBeCloseTo(db, 1);
  });

  // 2L / (L + Z) to the telephone, 2Z / (L + Z) from it, L the loop's and Z the chip's ohms.
  it.each([
    { what: "600 Ω on 600 Ω", preset: 0x08, loop: {}, toDb: 0, fromDb: 0 },
    { what: "900 Ω on 600 Ω", preset: 0x09, loop: {}, toDb: -1.94, fromDb: 1.58 },
    { what: "no synthesis on 600 Ω", preset: 0x00, loop: {}, toDb: 3.97, fromDb: -7.51 },
    {
      what: "600 Ω on 900 Ω",
      preset: 0x08,
      loop: { impedance: { seriesOhms: 900 } },
      toDb: 1.58,
      fromDb: -1.94,
    },
    {
      what: "the European network on itself",
      preset: 0x0c,
      loop: { impedance: EUROPEAN },
      toDb: 0,
      fromDb: 0,
    },
    // 770.1 − j353.5 Ω at 1 kHz: 20 log |2L / (L + 600)|, and 20 log |1200 / (L + 600)|.
    {
      what: "600 Ω on the European network",
      preset: 0x08,
      loop: { impedance: EUROPEAN },
      toDb: 1.57,
      fromDb: -1.43,
    },
  ])("carries $toDb dB to the telephone and $fromDb dB from it: $what", async (row) => {
    const { end, write, played, listen, probe } = await talking({
      loop: { ...quiet, ...row.loop },
    });
    end.setClosed(true);
    write(10, row.preset);
    // What the hybrid leaves is looked at elsewhere.
    played.peak = MINUS_10_STEPS;
    const to = (listen().spectrum.tones[0]?.levelDbm ?? 0) + 10;
    played.peak = 0;
    probe.toneVolts = peakVoltsFromDbm(-20);
    const from = (listen().capturedSpectrum.tones[0]?.levelDbm ?? 0) + 20;
    expect(Math.abs(to - row.toDb)).toBeLessThan(0.15);
    expect(Math.abs(from - row.fromDb)).toBeLessThan(0.15);
  });

  // 20 log |20600 / (20000 + Z)|: an on-hook telephone is 20 kΩ.
  it.each([
    { what: "600 Ω", preset: 0x08, db: 0 },
    { what: "900 Ω", preset: 0x09, db: -0.126 },
    { what: "no synthesis", preset: 0x00, db: 0.188 },
    { what: "the European network", preset: 0x0c, db: -0.065 },
  ])("is heard $db dB louder on-hook at $what", async ({ preset, db }) => {
    const { write, played, listen } = await talking({ loop: quiet });
    write(R.LINEFEED, 2);
    played.peak = MINUS_10_STEPS;
    const plain = listen().heard;
    write(10, preset);
    expect(listen().heard - plain).toBeCloseTo(db, 2);
  });

  it("gives nothing back where its preset is the loop's own network", async () => {
    const impedance = EUROPEAN;
    expect(await echoLossDb({ impedance }, [[10, 0x0c]])).toBe(Number.POSITIVE_INFINITY);
    // |(770.1 − j353.5 − 600) / (770.1 − j353.5 + 600)|
    expect(await echoLossDb({ impedance }, [])).toBeCloseTo(11.14, 0);
  });

  it("is as after a reset again after one", async () => {
    const { end, write, played, listen, chip, bringUp } = await talking({ loop: quiet });
    write(11, 0x37);
    chip.reset();
    bringUp();
    end.setClosed(true);
    played.peak = MINUS_10_STEPS;
    expect(listen().captured).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("Si3210 tone generators", () => {
  it("put their tones on the line, and on the PCM side, as they are routed", async () => {
    const { end, write, listen } = await talking();
    end.setClosed(true);
    write(R.OSC1, 0x06);
    write(R.OSC2, 0x06);
    const { spectrum, capturedSpectrum } = listen();
    expect(spectrum.tones.map(({ frequencyHz }) => Math.round(frequencyHz))).toEqual([350, 440]);
    write(R.OSC1, 0x05);
    write(R.OSC2, 0x00);
    const routed = listen();
    expect(routed.spectrum.tones).toEqual([]);
    expect(routed.capturedSpectrum.tones.map(({ frequencyHz: hz }) => Math.round(hz))).toEqual([
      350,
    ]);
    expect(capturedSpectrum.tones.length).toBeGreaterThan(0); // the hybrid's echo of the first two
  });

  it("keep a cadence and tell its ends", async () => {
    const { write, read, world } = await talking();
    write(R.OAT1, 0x40); // 64 × 125 µs = 8 ms
    write(R.OIT1, 0x80); // 16 ms
    write(R.OSC1, 0x1e);
    expect(read(R.OSC1)).toBe(0x9e);
    world.runFor(10);
    expect([read(R.OSC1), read(18) & 0x03]).toEqual([0x1e, 0x01]);
    world.runFor(16);
    expect([read(R.OSC1), read(18) & 0x03]).toEqual([0x9e, 0x03]);
  });
});

describe("Si3210 DTMF decoder", () => {
  it.each([
    { row: 697, column: 1209, code: 0x1 },
    { row: 941, column: 1336, code: 0xa },
    { row: 941, column: 1209, code: 0xb },
    { row: 941, column: 1633, code: 0x0 },
  ])("tells $row and $column Hz as $code", async ({ row, column, code }) => {
    const { end, read, write, probe, world } = await talking();
    end.setClosed(true);
    world.runFor(50);
    write(20, 0xff);
    probe.toneHz = [row, column];
    probe.toneVolts = peakVoltsFromDbm(-8);
    world.runFor(80);
    expect([read(R.DTMF), read(20) & 1]).toEqual([0x10 | code, 1]);
    probe.toneVolts = 0;
    world.runFor(80);
    expect(read(R.DTMF)).toBe(code);
  });

  it("is not there in an Si3215", async () => {
    const { end, read, probe, world } = await talking({ chip: "si3215" });
    end.setClosed(true);
    probe.toneHz = [697, 1209];
    probe.toneVolts = peakVoltsFromDbm(-8);
    world.runFor(200);
    expect(read(R.DTMF)).toBe(0);
  });
});
