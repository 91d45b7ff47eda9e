import { voltsFromPcm16 } from "../audio/levels.ts";
import { type SegmentCorrelation, segmentSteps } from "../audio/segment-correlation.ts";
import type { Observation } from "../phones/observation.ts";
import type { Phone } from "../phones/phone.ts";
import type { Recording } from "../phones/sound-recorder.ts";
import type { World } from "../world/world.ts";

/** What a scenario expected and did not find. The message names the seed that replays it. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
}

/** Within how long something must happen. */
export interface Within {
  /** Default 10 000. */
  readonly withinMs?: number;
}

/** How speech arrived. */
export interface HeardSpeech {
  /** From the mouth at one telephone to the ear at the other. */
  readonly delayMs: number;
  /** Normalised, half seconds aligned each for itself: 1 is the same wave. */
  readonly correlation: number;
}

/** How speech must have arrived. */
export interface HeardLimits {
  readonly delayUnderMs?: number;
  /** Default 0.9. */
  readonly correlationOver?: number;
  /** How long to wait for the end of it. Default 500. */
  readonly tailMs?: number;
  /** When it was begun, where no telephone of this bench has said it. */
  readonly saidAtMs?: number;
}

/** When each piece of speech was begun, so that whoever hears it can tell the delay. */
export type SpeechTimes = WeakMap<Int16Array, number>;

const WITHIN_MS = 10_000;
/** Longer than the silence of every cadence here: a bell that is quiet so long has stopped. */
const RINGING_GAP_MS = 6500;
/** Hanging up is noticed after a flash could be over, and has to get to the other side. */
const STOPS_WITHIN_MS = 3000;

/**
 * A telephone of a bench, with verbs that a scenario reads like. They wait on the World's clock.
 */
export class BenchPhone {
  readonly name: string;
  /** The telephone itself, with everything it noticed. */
  readonly phone: Phone;
  readonly #world: World;
  readonly #speech: SpeechTimes;
  /** What was recorded before the recording that runs now. */
  readonly #pieces: Recording[] = [];
  #marker = 0;

  constructor(phone: Phone, world: World, speech: SpeechTimes) {
    this.name = phone.name;
    this.phone = phone;
    this.#world = world;
    this.#speech = speech;
  }

  /** Takes the receiver off the hook; what it plays is recorded from here on. */
  lift(): void {
    this.phone.lift();
    this.phone.startRecording();
  }

  hang(): void {
    this.#cut();
    this.phone.hang();
  }

  /** Everything that the receiver played since the first lift, pauses on the hook left out. */
  recorded(): Float64Array {
    if (this.#cut() !== undefined) this.phone.startRecording();
    const length = this.#pieces.reduce((sum, piece) => sum + piece.volts.length, 0);
    const volts = new Float64Array(length);
    let at = 0;
    for (const piece of this.#pieces) {
      volts.set(piece.volts, at);
      at += piece.volts.length;
    }
    return volts;
  }

  flash(durationMs?: number): void {
    this.phone.flash(durationMs);
  }

  /** Waits until a tone is recognised in the receiver. Resolves with what was measured. */
  async hears(tone: string, within: Within = {}): Promise<Extract<Observation, { kind: "tone" }>> {
    await this.#until(
      () => this.phone.hears === tone,
      within,
      () => `did not hear ${tone}; in the receiver: ${this.phone.hears ?? "no known tone"}`,
    );
    for (const seen of this.phone.observations.toReversed()) {
      if (seen.kind === "tone" && seen.name === tone) return seen;
    }
    return this.#fail(`hears ${tone} but did not note it`);
  }

  /** Waits until no known tone is in the receiver. */
  async hearsNoTone(within: Within = {}): Promise<void> {
    await this.#until(
      () => this.phone.hears === undefined,
      within,
      () => `still hears ${this.phone.hears}`,
    );
  }

  /** Dials and waits until the last digit is out. */
  async dials(digits: string): Promise<void> {
    const dialled = this.phone.dial(digits);
    if (!dialled.ok) this.#fail(dialled.error);
    else await this.#world.advanceTo(dialled.value);
  }

  /** Lifts the receiver, waits for dial tone and dials. */
  async calls(number: string): Promise<void> {
    this.lift();
    await this.hears("dial-tone");
    await this.dials(number);
  }

  /** Waits for the bell, and for the display where a caller is expected. */
  async rings(expected: Within & { readonly withCallerId?: string } = {}): Promise<void> {
    await this.#until(
      () => this.#since("ringing-started") !== undefined,
      expected,
      () => "did not ring",
    );
    const number = expected.withCallerId;
    if (number === undefined) return;
    await this.#until(
      () => this.#since("caller-id")?.number === number,
      expected,
      () => `rang, but its display shows ${this.phone.display?.number ?? "nothing"}`,
    );
  }

  /** Waits until the display shows a number, on-hook or (type II) during a call. */
  async shows(
    number: string,
    within: Within = {},
  ): Promise<Extract<Observation, { kind: "caller-id" }>> {
    await this.#until(
      () => this.#since("caller-id")?.number === number,
      within,
      () => `does not show ${number} but ${this.phone.display?.number ?? "nothing"}`,
    );
    return this.#since("caller-id") ?? this.#fail("shows a number but did not note it");
  }

  /** Waits until something was noticed from now (or the last `forget`) on. */
  async notices<Kind extends Observation["kind"]>(
    kind: Kind,
    within: Within = {},
  ): Promise<Extract<Observation, { kind: Kind }>> {
    await this.#until(
      () => this.#since(kind) !== undefined,
      within,
      () => `did not notice ${kind}`,
    );
    return this.#since(kind) ?? this.#fail(`noticed ${kind} and forgot it`);
  }

  /**
   * Waits until the bell has been quiet for longer than any cadence's silence. The last burst must
   * have begun within a time, 3000 ms unless told otherwise.
   */
  async stopsRinging(within: Within = {}): Promise<void> {
    const { clock } = this.#world;
    const limitAtMs = clock.nowMs() + (within.withinMs ?? STOPS_WITHIN_MS);
    for (;;) {
      const ended = await this.#world.waitUntil(() => !this.phone.isRinging, RINGING_GAP_MS);
      if (!ended) this.#fail("rings without end");
      if (!(await this.#world.waitUntil(() => this.phone.isRinging, RINGING_GAP_MS))) return;
      if (clock.nowMs() > limitAtMs) this.#fail("still rings");
    }
  }

  /** Makes sure that the bell does not ring for a while. */
  async doesNotRing(forMs: number): Promise<void> {
    const rang = await this.#world.waitUntil(() => this.phone.isRinging, forMs);
    if (rang) this.#fail("rang");
  }

  /** Speaks, and waits until it is said. */
  async says(speech: Int16Array): Promise<void> {
    this.#speech.set(speech, this.#world.clock.nowMs());
    const said = this.phone.say(speech);
    if (!said.ok) this.#fail(said.error);
    else await this.#world.advanceTo(said.value);
  }

  /** Finds speech in what the receiver played, and measures it. */
  async heard(speech: Int16Array, limits: HeardLimits = {}): Promise<HeardSpeech> {
    const startedMs = limits.saidAtMs ?? this.#speech.get(speech);
    if (startedMs === undefined) return this.#fail("nobody has said that");
    await this.#world.advance(limits.tailMs ?? 500);
    const recording = this.#cut();
    if (recording === undefined) return this.#fail("heard nothing: the receiver is on the hook");
    this.phone.startRecording();
    const elapsedMs = this.#world.clock.nowMs() - recording.startedAtMs;
    // A sound card that is a little fast or slow has put as many samples into that time.
    const perMs = recording.full ? 8 : recording.volts.length / elapsedMs;
    const from = Math.max(0, Math.round((startedMs - recording.startedAtMs) * perMs));
    const heard = recording.volts.subarray(from);
    const { delaySamples, correlation } = await this.#found(voltsFromPcm16(speech), heard);
    const found = { delayMs: delaySamples / 8, correlation };
    if (correlation < (limits.correlationOver ?? 0.9)) {
      this.#fail(`heard something else (correlation ${correlation.toFixed(3)})`);
    }
    if (found.delayMs > (limits.delayUnderMs ?? Number.POSITIVE_INFINITY)) {
      this.#fail(`heard it ${found.delayMs} ms late, allowed ${limits.delayUnderMs}`);
    }
    return found;
  }

  /** Forgets what it noticed so far: the next verb looks at what comes from now on. */
  forget(): void {
    this.#marker = this.phone.observations.length;
  }

  async #found(said: Float64Array, heard: Float64Array): Promise<SegmentCorrelation> {
    const steps = segmentSteps(said, heard);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      await this.#world.breathe();
    }
  }

  /** Ends the recording that runs, and keeps it. */
  #cut(): Recording | undefined {
    const recording = this.phone.stopRecording();
    if (recording !== undefined) this.#pieces.push(recording);
    return recording;
  }

  #since<Kind extends Observation["kind"]>(
    kind: Kind,
  ): Extract<Observation, { kind: Kind }> | undefined {
    for (let at = this.phone.observations.length - 1; at >= this.#marker; at--) {
      const seen = this.phone.observations[at];
      // `kind` tells which member of the union it is; a generic parameter does not narrow.
      if (seen?.kind === kind) return seen as Extract<Observation, { kind: Kind }>;
    }
    return undefined;
  }

  async #until(met: () => boolean, within: Within, why: () => string): Promise<void> {
    const limitMs = within.withinMs ?? WITHIN_MS;
    if (!(await this.#world.waitUntil(met, limitMs))) this.#fail(`${why()} (${limitMs} ms)`);
  }

  #fail(what: string): never {
    const atMs = this.#world.clock.nowMs().toFixed(1);
    throw new ScenarioError(`${this.name} ${what}; at ${atMs} ms, seed ${this.#world.seed}`);
  }
}
