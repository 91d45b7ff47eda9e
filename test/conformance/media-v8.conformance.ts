import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaxEngine } from "../../src/base/fax-engine.ts";
import { loadSpandspFax } from "../../src/hal/linux/index.ts";
import { type FaxTone, FaxToneDetector } from "../../src/media/dsp/fax-tones.ts";
import { ModemTone } from "../../src/media/dsp/modem-tone.ts";
import { SHAPES } from "../../src/media/far-digits.ts";
import { TONE_EVENTS } from "../../src/media/rtp/tone-events.ts";
import { pcm16FromVolts, voltsFromPcm16 } from "../hw-sim/audio/levels.ts";
import { bench } from "../hw-sim/bench/bench.ts";
import type { BenchPhone } from "../hw-sim/bench/bench-phone.ts";
import { createRandomStream } from "../hw-sim/world/random-stream.ts";
import { call } from "../scenarios/support/talk.ts";
import { plugFax } from "./fax-at-line.ts";
import { type FaxFigures, FaxMachine, faxAvailable } from "./fax-machine.ts";
import { type CompiledLibrary, compileLibrary, judgesAvailable } from "./line-judges.ts";

const available = faxAvailable && judgesAvailable;
const FRAME = 80;
const CALL_MS = 12_000;
const ANSWER_MS = 3000;

/** What spandsp calls what ours calls so. @see spandsp 0.0.6: v8.h */
const CALLS = [
  "other",
  "h324",
  "text-v18",
  "text-t101",
  "fax-from-caller",
  "fax-to-caller",
  "data",
];
/** Nobody said a menu. @see spandsp 0.0.6: v8.h, V8_STATUS_FAILED */
const GAVE_UP = 4;
const DATA = 6;
const FAX = 4;
const MODULATIONS: Readonly<Record<string, number>> = {
  v17: 1 << 0,
  v21: 1 << 1,
  v22: 1 << 2,
  "v23-half": 1 << 3,
  v23: 1 << 4,
  v26bis: 1 << 5,
  v26ter: 1 << 6,
  v27ter: 1 << 7,
  "v29-half": 1 << 8,
  v32: 1 << 9,
  v34: 1 << 11,
};

type Call = (...args: unknown[]) => unknown;
let built: CompiledLibrary | undefined;
let answers: Readonly<Record<"open" | "say" | "hear" | "heard" | "close", Call>> | undefined;
let calls: Readonly<Record<"open" | "say" | "hear" | "result" | "close", Call>> | undefined;
let engine: FaxEngine | undefined;

beforeAll(async () => {
  if (!available) return;
  built = compileLibrary("v8-modem");
  const koffi: { load(name: string): { func(prototype: string): Call } } = createRequire(
    import.meta.url,
  )("koffi");
  const library = koffi.load(built.file);
  calls = {
    open: library.func("void *modem_open(int calling, int function, int modulations)"),
    say: library.func("int modem_say(void *s, void *amp, int count)"),
    hear: library.func("void modem_hear(void *s, const void *amp, int count)"),
    result: library.func("void modem_result(void *s, void *out)"),
    close: library.func("void modem_close(void *s)"),
  };
  answers = {
    open: library.func("void *answer_open(int kind)"),
    say: library.func("int answer_say(void *s, void *amp, int count)"),
    hear: library.func("void answer_hear(void *s, const void *amp, int count)"),
    heard: library.func("int answer_heard(void *s)"),
    close: library.func("void answer_close(void *s)"),
  };
  engine = await loadSpandspFax();
});
afterAll(() => built?.close());

/** One modem of spandsp. */
class Modem {
  readonly #state: unknown;

  constructor(isCaller: boolean, purpose: number, modulations: number) {
    this.#state = calls?.open(isCaller ? 1 : 0, purpose, modulations);
  }

  say(frame: Int16Array): void {
    calls?.say(this.#state, frame, frame.length);
  }

  hear(frame: Int16Array): void {
    calls?.hear(this.#state, frame, frame.length);
  }

  /** What the other one said, as it understood it; undefined before. */
  get result(): { readonly call: string | undefined; readonly modulations: number } | undefined {
    const words = new Int32Array(4);
    calls?.result(this.#state, words);
    const [times = 0, status = 0, purpose = -1, modulations = 0] = words;
    if (times === 0 || status === GAVE_UP) return undefined;
    return { call: CALLS[purpose], modulations };
  }

  close(): void {
    calls?.close(this.#state);
  }
}

/** Two modems talk; what ours hears of each, and what each has understood. */
function talk(purpose: number, modulations: number, how: { gain?: number; noise?: number } = {}) {
  const { gain = 1, noise = 0 } = how;
  const random = createRandomStream(5, "line noise");
  const modems = [new Modem(true, purpose, modulations), new Modem(false, purpose, modulations)];
  const detectors = [new FaxToneDetector(), new FaxToneDetector()];
  const tones: FaxTone[][] = [[], []];
  for (let atMs = 0; atMs < CALL_MS; atMs += FRAME / 8) {
    const frames = modems.map((modem) => {
      const frame = new Int16Array(FRAME);
      modem.say(frame);
      return frame;
    });
    for (const [side, frame] of frames.entries()) {
      modems[1 - side]?.hear(frame);
      const heard = frame.map((sample) => sample * gain + noise * (2 * random.float() - 1));
      const tone = detectors[side]?.hear(heard);
      if (tone !== undefined) tones[side]?.push(tone);
    }
  }
  const results = modems.map(({ result }) => result);
  for (const modem of modems) modem.close();
  return { tones, menus: detectors.map(({ menu }) => menu), results };
}

const bitsOf = (names: readonly string[]): number =>
  names.reduce((bits, name) => bits | (MODULATIONS[name] ?? 0), 0);

describe.skipIf(!available)("[media.fax] V.8 as spandsp's modems say it", () => {
  it.each(CALLS.map((call, purpose) => ({ call, purpose })))("$call", ({ call, purpose }) => {
    const { menus, results } = talk(purpose, bitsOf(["v34", "v22"]));
    expect(results.map((result) => result?.call)).toEqual([call, call]);
    expect(menus.map((menu) => menu?.call)).toEqual([call, call]);
  });

  it.each(Object.keys(MODULATIONS))("%s", (name) => {
    const { menus, results } = talk(DATA, MODULATIONS[name] ?? 0);
    expect(results.map((result) => result?.modulations)).toEqual([
      MODULATIONS[name],
      MODULATIONS[name],
    ]);
    expect(menus.map((menu) => menu?.modulations)).toEqual([[name], [name]]);
  });

  it.each([
    { what: "as it should be", how: {}, turns: ["answer-am-reversed"] },
    // Reversals are looked for down to -31 dBm0.
    { what: "20 dB weaker", how: { gain: 0.1 }, turns: [] },
    { what: "with noise 15 dB below", how: { noise: 600 }, turns: ["answer-am-reversed"] },
  ])("every modulation at a time, $what; and no flags in it", ({ how, turns }) => {
    const all = Object.keys(MODULATIONS);
    const { tones, menus } = talk(FAX, bitsOf(all), how);
    for (const menu of menus) {
      expect(menu?.call).toBe("fax-from-caller");
      expect([...(menu?.modulations ?? [])].sort()).toEqual([...all].sort());
    }
    expect(tones).toEqual([["cm"], ["answer-am", ...turns, "jm"]]);
  });
});

/** By spandsp's numbers: what it makes, as what we hear it, and what we make of an event of it. */
const ANSWER_TONES = [
  { kind: 2, event: TONE_EVENTS.answer, tones: ["answer"] },
  { kind: 3, event: TONE_EVENTS.answerReversed, tones: ["answer", "answer-reversed"] },
  { kind: 4, event: TONE_EVENTS.answerAm, tones: ["answer-am"] },
  { kind: 5, event: TONE_EVENTS.answerAmReversed, tones: ["answer-am", "answer-am-reversed"] },
];

describe.skipIf(!available)("[media.fax] the four answer tones", () => {
  it.each(ANSWER_TONES)("spandsp's number $kind is $tones", ({ kind, tones }) => {
    const spandsp = answers?.open(kind);
    const detector = new FaxToneDetector();
    const heard: FaxTone[] = [];
    for (let atMs = 0; atMs < ANSWER_MS; atMs += FRAME / 8) {
      const frame = new Int16Array(FRAME);
      answers?.say(spandsp, frame, frame.length);
      const tone = detector.hear(frame);
      if (tone !== undefined) heard.push(tone);
    }
    answers?.close(spandsp);
    expect(heard).toEqual(tones);
  });

  it.each(ANSWER_TONES)("what we play for event $event is spandsp's number $kind", (row) => {
    const spandsp = answers?.open(row.kind);
    const tone = new ModemTone(SHAPES[row.event] ?? { frequencyHz: 0 });
    const heard = new Set<number>();
    for (let atMs = 0; atMs < ANSWER_MS; atMs += FRAME / 8) {
      const frame = new Int16Array(FRAME);
      tone.render(frame);
      answers?.hear(spandsp, frame, frame.length);
      heard.add(Number(answers?.heard(spandsp)));
    }
    answers?.close(spandsp);
    heard.delete(0);
    expect([...heard].at(-1)).toBe(row.kind);
  });
});

/** What a machine does by V.8, and after so many ms without a menu of the other by T.30. */
class SuperG3 {
  readonly #modem: Modem;
  readonly #machine: FaxMachine;
  #saidMs = 0;

  constructor(isCaller: boolean, file: string) {
    this.#modem = new Modem(isCaller, FAX, bitsOf(["v34", "v17", "v29-half", "v27ter"]));
    this.#machine = new FaxMachine({ calling: isCaller, file, ecm: true });
  }

  get #isByV8(): boolean {
    return this.#saidMs < V8_MS || this.hasAgreed;
  }

  /** The other one's menu was understood: it is V.34 from here on, which spandsp cannot. */
  get hasAgreed(): boolean {
    return this.#modem.result !== undefined;
  }

  get isActive(): boolean {
    return this.#isByV8 || this.#machine.isActive;
  }

  get figures(): FaxFigures {
    return this.#machine.figures;
  }

  hear(frame: Int16Array): void {
    if (this.#isByV8) this.#modem.hear(frame);
    else this.#machine.hear(frame);
  }

  say(frame: Int16Array): void {
    if (this.#isByV8) this.#modem.say(frame);
    else this.#machine.say(frame);
    this.#saidMs += frame.length / 8;
  }

  close(): void {
    this.#modem.close();
  }
}

/** Longer than an answer tone lasts where nobody says a menu, and than two menus take. */
const V8_MS = 8000;
const page = resolve(
  process.env["TIPRING_VECTORS"] ?? "../shared/vectors",
  "media/fax/ast_1page.tif",
);
const hasPage = existsSync(page) || process.env["TIPRING_VECTORS_REQUIRED"] === "1";

describe.skipIf(!available || !hasPage)("[media.fax] two machines that could do V.34", () => {
  const folder = mkdtempSync(join(tmpdir(), "tipring-v34-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    { v34: "sound", agree: true, images: 0, pages: 0 },
    { v34: "fallback", agree: false, images: 1, pages: 1 },
  ] as const)("v34: $v34 lets them agree: $agree", async ({ v34, agree, images, pages }) => {
    const lab = await bench({
      seed: 8,
      phones: ["touch-tone", "touch-tone"],
      config: { exchange: { transport: "udp" }, rtp: { fax: "t38", t38: { v34 } } },
      ...(engine === undefined ? {} : { fax: engine }),
    });
    const [alice, bob] = lab.phones;
    await call(alice, "102", bob);
    const calling = new SuperG3(true, page);
    const called = new SuperG3(false, join(folder, `${v34}.tif`));
    const ended = [plugFax(alice, calling), plugFax(bob, called)];
    const limitMs = agree ? CALL_MS : 150_000;
    for (let ms = 0; ms < limitMs && !ended.every((has) => has()); ms += 1000) {
      await lab.world.advance(1000);
    }
    expect([calling.hasAgreed, called.hasAgreed]).toEqual([agree, agree]);
    const offers = lab.wire.messages.filter(({ text }) => /^INVITE [\s\S]*\r\nm=image/.test(text));
    expect(offers.length > 0).toBe(images > 0);
    expect(called.figures.pagesReceived).toBe(pages);
    if (!agree) expect(called.figures).toMatchObject({ badRows: 0, status: 0, bitRate: 14_400 });
    calling.close();
    called.close();
    alice.hang();
    bob.hang();
    await lab.world.advance(3000);
    await lab.stop();
  });
});

/** Puts a modem at a telephone's wires; the result takes it off. */
function plug({ phone }: BenchPhone, modem: Modem): () => void {
  phone.say(new Int16Array(240));
  return phone.onHeard((volts) => {
    modem.hear(pcm16FromVolts(Float64Array.from(volts)));
    const frame = new Int16Array(volts.length);
    modem.say(frame);
    phone.say(voltsFromPcm16(frame));
  });
}

describe.skipIf(!available)("[media.fax] two modems at lines that would speak T.38", () => {
  it.each([
    { what: "data", purpose: DATA, names: ["v34", "v32", "v21"] },
    { what: "a fax by V.34", purpose: FAX, names: ["v34", "v17", "v29-half"] },
  ])("$what stays with sound, and the log says why", async ({ purpose, names }) => {
    const lab = await bench({
      seed: 8,
      phones: ["touch-tone", "touch-tone"],
      config: { exchange: { transport: "udp" }, rtp: { fax: "t38" } },
      ...(engine === undefined ? {} : { fax: engine }),
    });
    const [alice, bob] = lab.phones;
    await alice.calls("102");
    await bob.rings();
    bob.lift();
    await lab.world.advance(500);
    const calling = new Modem(true, purpose, bitsOf(names));
    const called = new Modem(false, purpose, bitsOf(names));
    const unplugs = [plug(alice, calling), plug(bob, called)];
    await lab.world.advance(CALL_MS);
    for (const unplug of unplugs) unplug();
    const agreed = { call: CALLS[purpose], modulations: bitsOf(names) };
    expect([calling.result, called.result]).toEqual([agreed, agreed]);
    const told = lab.logs.filter(({ text }) => text.startsWith("Two modems agree on"));
    expect(told).toHaveLength(2);
    expect(lab.wire.messages.filter(({ text }) => text.includes("m=image"))).toEqual([]);
    calling.close();
    called.close();
    alice.hang();
    bob.hang();
    await lab.world.advance(3000);
    await lab.stop();
  });
});
