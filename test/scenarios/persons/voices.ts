import { dbmFromMeanSquare, pcm16FromVolts, sineMix } from "../../hw-sim/audio/levels.ts";
import type { Bench } from "../../hw-sim/bench/bench.ts";
import { type EndedCall, EndedCalls } from "./ended-calls.ts";

/**
 * Voices that an ear tells apart: one frequency each, where no tone, modem, fax machine or speech
 * has much. The first are the telephones', by line; the others the far side's, by its calls.
 */
const VOICES_HZ = [2900, 2950, 3000, 3050, 3100, 3150, 3200, 3250] as const;
const LINE_VOICES = 4;
/** Nobody may hear the stranger. */
export const STRANGER_HZ = 3350;
const LEVEL_DBM = -14;

/** An ear listens for so long at a time, and believes what it has heard so often in a row. */
const WINDOW_SAMPLES = 800;
const WINDOW_MS = 100;
const BELIEVED_WINDOWS = 3;
/** A voice has at least this share of what is heard, and is at least so loud. */
const SHARE_MIN = 0.25;
const HEARD_MIN_DBM = -45;
/** Jitter buffers, networks and hands that are noticed late, ms. */
const LATE_MS = 2000;
/** A record waits for its figures, and is seen when it is looked, ms. */
const RECORD_LATE_MS = 2800;
/** In these somebody may be heard, or hear somebody. */
const TALKING = ["talking", "answering", "ringback", "menu"];

/** What the person at a line says, so long. */
export const lineVoice = (line: number, ms: number): Int16Array => voice(line - 1, ms);
/** What the far end of a call says, the calls numbered. */
export const farVoice = (call: number, ms: number): Int16Array =>
  voice(LINE_VOICES + (call % (VOICES_HZ.length - LINE_VOICES)), ms);

function voice(at: number, ms: number): Int16Array {
  return pcm16FromVolts(sineMix([VOICES_HZ[at] ?? 0], LEVEL_DBM, ms));
}

/** A line's voice in the ear of another. */
interface Heard {
  readonly ear: number;
  readonly line: number;
  readonly atMs: number;
}

/** A call of a line with somebody, by its record. */
interface Link {
  readonly users: readonly [string, string];
  readonly fromMs: number;
  readonly toMs: number;
}

/** One ear: the energies of the voices in what it hears. */
class Ear {
  readonly #frequencies = [...VOICES_HZ, STRANGER_HZ];
  readonly #coefficients = this.#frequencies.map((hz) => 2 * Math.cos((2 * Math.PI * hz) / 8000));
  readonly #one = new Float64Array(this.#frequencies.length);
  readonly #two = new Float64Array(this.#frequencies.length);
  readonly #runs = new Uint32Array(this.#frequencies.length);
  #sum = 0;
  #count = 0;
  #next = 0;

  /** Hears a piece; the voices that are believed with it, by their numbers. */
  hear(volts: Float64Array, firstSample: number): readonly number[] {
    if (firstSample !== this.#next) this.#forget();
    this.#next = firstSample + volts.length;
    const believed: number[] = [];
    for (const sample of volts) {
      this.#sum += sample * sample;
      for (let at = 0; at < this.#one.length; at++) {
        const now = sample + (this.#coefficients[at] ?? 0) * (this.#one[at] ?? 0);
        const next = now - (this.#two[at] ?? 0);
        this.#two[at] = this.#one[at] ?? 0;
        this.#one[at] = next;
      }
      if (++this.#count === WINDOW_SAMPLES) believed.push(...this.#window());
    }
    return believed;
  }

  #window(): readonly number[] {
    const found: number[] = [];
    const isLoud = dbmFromMeanSquare(this.#sum / WINDOW_SAMPLES) > HEARD_MIN_DBM;
    for (let at = 0; at < this.#one.length; at++) {
      const [one = 0, two = 0] = [this.#one[at], this.#two[at]];
      const power = one * one + two * two - (this.#coefficients[at] ?? 0) * one * two;
      const share = (2 * power) / (WINDOW_SAMPLES * this.#sum);
      this.#runs[at] = isLoud && share > SHARE_MIN ? (this.#runs[at] ?? 0) + 1 : 0;
      if (this.#runs[at] === BELIEVED_WINDOWS) found.push(at);
    }
    this.#one.fill(0);
    this.#two.fill(0);
    this.#sum = 0;
    this.#count = 0;
    return found;
  }

  #forget(): void {
    this.#runs.fill(0);
    this.#one.fill(0);
    this.#two.fill(0);
    this.#sum = 0;
    this.#count = 0;
  }
}

/**
 * The ears of all telephones: nobody hears a voice of a call that he is not in, or is not at. Each
 * line that is heard is in a call at that moment, and so is who hears it; and the call records join
 * the two.
 */
export class VoiceWatch {
  readonly #lab: Bench;
  readonly #ended: EndedCalls;
  readonly #fault: (text: string) => void;
  readonly #heard: Heard[] = [];
  readonly #talkedMs = new Map<number, number>();
  readonly #links: Link[] = [];
  readonly #stops: readonly (() => void)[];

  constructor(lab: Bench, fault: (text: string) => void) {
    this.#lab = lab;
    this.#ended = new EndedCalls(lab);
    this.#fault = fault;
    this.#stops = lab.phones.map(({ phone }, at) => {
      const ear = new Ear();
      return phone.onHeard((volts, firstSample) => {
        for (const found of ear.hear(volts, firstSample)) this.#hears(at + 1, found);
      });
    });
  }

  /** How often a telephone has heard another. */
  get heardCount(): number {
    return this.#heard.length;
  }

  /** Looks at what the lines are at, and which calls have ended. */
  look(nowMs: number): void {
    for (const { line, call } of this.#lab.box.status()) {
      if (TALKING.includes(call)) this.#talkedMs.set(line, nowMs);
    }
    for (const ended of this.#ended.look()) this.#links.push(linkOf(ended, nowMs));
  }

  /** No ear listens any more: judges what was heard by the records of the calls. */
  judge(nowMs: number): void {
    for (const stop of this.#stops) stop();
    this.look(nowMs);
    const users = this.#lab.box.status().map(({ user }) => user);
    for (const { ear, line, atMs } of this.#heard) {
      const [one = "", other = ""] = [users[ear - 1], users[line - 1]];
      if (this.#areJoined(one, other, atMs)) continue;
      this.#fault(
        `${one} heard ${other} at ${Math.round(atMs)} ms, without a call that joins them`,
      );
    }
  }

  #hears(ear: number, at: number): void {
    const nowMs = this.#lab.world.clock.nowMs();
    if (at >= VOICES_HZ.length) {
      this.#fault(`line ${ear} hears the stranger`);
      return;
    }
    const line = at + 1;
    if (line === ear) return;
    this.#isAtCall(ear, nowMs, `line ${ear} hears somebody`);
    if (at >= LINE_VOICES) return;
    this.#isAtCall(line, nowMs, `line ${line} is heard by line ${ear}`);
    this.#heard.push({ ear, line, atMs: nowMs - BELIEVED_WINDOWS * WINDOW_MS });
  }

  #isAtCall(line: number, nowMs: number, what: string): void {
    const call = this.#lab.box.status()[line - 1]?.call ?? "";
    if (TALKING.includes(call)) return;
    const agoMs = nowMs - (this.#talkedMs.get(line) ?? Number.NEGATIVE_INFINITY);
    if (agoMs > LATE_MS) this.#fault(`${what}, but it is ${call}`);
  }

  /** Whether calls that were up then lead from one user to the other. */
  #areJoined(one: string, other: string, atMs: number): boolean {
    const live = this.#links.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs);
    const reached = new Set([one]);
    for (const user of reached) {
      for (const { users } of live) {
        if (users.includes(user)) for (const each of users) reached.add(each);
      }
    }
    return reached.has(other);
  }
}

/** When a call was up, as far as it can be told by when its record came. */
function linkOf({ record, aliveMs }: EndedCall, seenMs: number): Link {
  return {
    users: [record.from, record.to],
    fromMs: seenMs - aliveMs - 2 * RECORD_LATE_MS,
    toMs: seenMs + LATE_MS,
  };
}
