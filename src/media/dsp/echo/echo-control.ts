import { peakFromDbm0, SAMPLES_PER_MS } from "../../../base/audio.ts";

const powerOf = (dbm0: number): number => peakFromDbm0(dbm0) ** 2 / 2;
const ratioOf = (db: number): number => 10 ** (db / 10);

/** A far end quieter than this makes no echo worth learning from. */
const FAR_MIN_POWER = powerOf(-50);
/** One quieter than this over the whole tail makes none that is heard: nothing is to be done. */
const FAR_IDLE_POWER = powerOf(-60);
/** Less than this is nobody's voice. */
const VOICE_MIN_POWER = powerOf(-55);
/** The hybrid loses 6 dB, but for some sounds less; what is louder is the near end's voice. */
const ALONE_RATIO = ratioOf(-3);
/** The most of the far end that comes back, before the path is known. */
const ECHO_GAIN_MAX = ratioOf(-3);
/** What a path that is not known is thought to lose. */
const ECHO_GAIN_LIKELY = ratioOf(-10);
/** After it was heard alone, a near end's voice is thought to go on for so long. */
const DOUBLE_TALK_SAMPLES = 60 * SAMPLES_PER_MS;

/** The largest step: beyond it learning is no faster, only noisier. */
const STEP_MAX = 0.5;
/** The smallest. Between them the step grows with each trial that shows a gain, and else falls. */
const STEP_MIN = 0.03;
const STEP_GROWTH = 1.4;
const STEP_FALL = 0.7;
const GAIN_RATIO = ratioOf(-0.5);
/** A trial that gains less than this shows that there is little more to be learned. */
const AT_EASE_RATIO = ratioOf(-0.1);

/**
 * After so many frames of learning comes one of trial. A filter that learns while it is measured
 * looks far better than it is: voices are so regular that it follows them, the near end's too.
 */
const LEARN_FRAMES = 3;
/** Where nothing is to be gained any more, so many frames without either come in between. */
const REST_FRAMES = 10;
/** How fast what trials leave is followed. */
const RESIDUAL_DOWN = 0.3;
const RESIDUAL_UP = 0.1;
/** A quiet line's own noise, and what quantisation makes: about −51 dBm0. */
const NOISE_POWER = 4000;
/** Filters are compared where the far end is within 12 dB of its loudest of late (−6 dB a s). */
const LOUD_RATIO = ratioOf(-12);
const LOUD_DECAY_PER_MS = ratioOf(-0.006);
/** Background better than foreground by 1 dB, and than nothing by 1.5: it is taken over. */
const SURE_ADOPT = [ratioOf(-1), ratioOf(-1.5), 1] as const;
/** With more error than expected, it may be the near end: by 3 dB, and than nothing by 6, twice. */
const DOUBT_RATIO = ratioOf(6);
const DOUBT_ADOPT = [ratioOf(-3), ratioOf(-6), 2] as const;
/** Over some ten trials the background is worse than the foreground by 3 dB: it went astray. */
const RESTORE_RATIO = ratioOf(3);
/** Or the foreground is worse than nothing by 1.5 dB: another path. */
const CLEAR_RATIO = ratioOf(1.5);
const TRIAL_MEMORY = 0.8;
/** From here on the path is known. */
const LEAK_KNOWN = ratioOf(-6);

/** No canceller is better than this: quantisation alone leaves more. */
const LEAK_MIN = ratioOf(-32);
/** As good as that. */
const LEAK_REST = ratioOf(-31.9);
/** How fast the leak follows what is left of the echo; what is more is likely the near end. */
const LEAK_DOWN = 0.2;
const LEAK_UP = 0.05;
/** Then it grows by 1.3 dB a second: the path may have changed. */
const LEAK_GROWTH = 1.003;
/** How fast energies for it are averaged: some 40 ms. */
const SMOOTHING = 0.25;
/** What is this much over the expected residual is the near end's voice. */
const RESIDUAL_MARGIN = ratioOf(15);
/** A steady tone of the near end is let through if so much of what is left is surely its own. */
const FOREIGN_SHARE = ratioOf(-10);
/** One as quiet as what was learned for noise is a tone beyond doubt, and most of what is left. */
const QUIET_SHARE = ratioOf(-6);
/** However good the filter was of late: a sound that is new to it leaves more. */
const LEAK_LIKELY = ratioOf(-27);
/** Residual echo is looked for this long after the far end stopped, besides the tail. */
const LINGER_SAMPLES = 30 * SAMPLES_PER_MS;
/** The near end's voice keeps the way open for so long after it was last told from residual. */
const OPEN_SAMPLES = 80 * SAMPLES_PER_MS;
/** Whether a tone goes on is looked at, which takes time, only so long before the way closes. */
const ASK_SAMPLES = OPEN_SAMPLES / 2;
const VOICE_SAMPLES = 20 * SAMPLES_PER_MS;

/** Mean squares of one frame. */
export interface EchoPowers {
  readonly far: number;
  readonly near: number;
  /** What is left of `near` with the foreground, and, unless it rested, with the background. */
  readonly heard: number;
  readonly tried: number | undefined;
  /** Of what the foreground takes away. */
  readonly estimate: number;
}

/** Mean square, in what is heard, of what the far end cannot have made. */
export type ForeignPower = (heard: number, kind: "tone" | "pure-tone") => number;

/** What to do with the filters after a frame. */
export type FilterAction = "keep" | "adopt" | "restore" | "clear";

/**
 * Decides how an echo canceller learns, and what of its output is residual echo.
 *
 *     far quiet ── nothing is learned, nothing is suppressed
 *     far talks ── the step is the part of the error that is thought to be echo
 *     little is left, or trials show no gain any more ── the background rests between trials
 *     more error than expected ── learn as if nothing were known: the path may have changed
 *     near louder than an echo can be ── double talk: nothing is learned, nothing is suppressed
 *
 * The step size alone cannot tell double talk from a changed echo path, so it need not: the
 * background learns, and is heard only once it proved better.
 */
export class EchoControl {
  readonly #frameSamples: number;
  readonly #loudDecay: number;
  /** Powers of the far end over the tail. */
  readonly #fars: Float64Array;
  #at = 0;
  #farMax = 0;
  #farLoud = 0;
  #heard = 0;
  #estimate = 0;
  #estimateNow = 0;
  /** Residual over estimate, in power: 1 is no cancellation. */
  #leak = 1;
  #tried = 0;
  #step = STEP_MAX;
  /** What the background leaves of the far end, in trials, as a ratio of powers. */
  #residual = ECHO_GAIN_LIKELY;
  #doubleTalkLeft = 0;
  #openLeft = 0;
  #voiceSamples = 0;
  /** The near end is louder than the far end: no echo is. */
  #isLouder = false;
  #lingerLeft = 0;
  #learnedFrames = 0;
  #restFrames = 0;
  /** The last trial showed that little is to be learned, and nothing has cast doubt on it since. */
  #isAtEase = false;
  #trial = false;
  #betterTrials = 0;
  /** Energies of the last trials. */
  readonly #sums = { near: 0, heard: 0, tried: 0 };

  constructor(tailSamples: number, frameSamples: number) {
    this.#frameSamples = frameSamples;
    this.#loudDecay = LOUD_DECAY_PER_MS ** (frameSamples / SAMPLES_PER_MS);
    this.#fars = new Float64Array(Math.ceil(tailSamples / frameSamples) + 1);
  }

  /** Whether the near end talks louder than an echo can be. */
  get doubleTalk(): boolean {
    return this.#doubleTalkLeft > 0;
  }

  /** Whether the far end has been heard of late: what is heard may be its echo. */
  get farActive(): boolean {
    return this.#lingerLeft > 0;
  }

  /** Whether there is nothing to cancel: the far end has been silent for longer than the tail. */
  get isIdle(): boolean {
    return this.#lingerLeft === 0 && this.#farMax < FAR_IDLE_POWER;
  }

  /** How much of the echo is left, as a ratio of powers. */
  get leak(): number {
    return this.#leak;
  }

  /**
   * Takes the powers that are known before a frame is filtered; returns the step size for it, or
   * undefined where the background is not needed.
   */
  begin(far: number, near: number): number | undefined {
    const frame = this.#frameSamples;
    const farMax = this.#followFar(far);
    this.#farLoud = Math.max(far, this.#farLoud * this.#loudDecay);
    const active = farMax > FAR_MIN_POWER;
    this.#lingerLeft = active ? LINGER_SAMPLES : Math.max(0, this.#lingerLeft - frame);
    this.#isLouder = near > farMax && near > VOICE_MIN_POWER;
    const alone = near > farMax * ALONE_RATIO && near > VOICE_MIN_POWER;
    this.#doubleTalkLeft = alone ? DOUBLE_TALK_SAMPLES : Math.max(0, this.#doubleTalkLeft - frame);
    this.#trial = false;
    if (!active || this.doubleTalk) return undefined;
    if (this.#restFrames > 0) {
      this.#restFrames--;
      return undefined;
    }
    if (this.#learnedFrames >= LEARN_FRAMES) {
      if (far >= this.#farLoud * LOUD_RATIO) {
        this.#learnedFrames = 0;
        this.#trial = true;
        return 0;
      }
      if (this.#isAtEase) return undefined;
    }
    this.#learnedFrames++;
    return this.#step;
  }

  /** The most of the far end's powers over the tail, with a new one. */
  #followFar(far: number): number {
    const fars = this.#fars;
    const gone = fars[this.#at] ?? 0;
    fars[this.#at] = far;
    this.#at = this.#at + 1 === fars.length ? 0 : this.#at + 1;
    // All are looked at only where the most may be what has gone.
    let most = Math.max(this.#farMax, far);
    if (gone === most) {
      most = 0;
      for (let at = 0; at < fars.length; at++) most = Math.max(most, fars[at] ?? 0);
    }
    this.#farMax = most;
    return most;
  }

  /**
   * What is added to the mean square of the reference, so that of each error only that part is
   * learned from that can be echo: the far end's level times the residual, of all that is left.
   */
  get regularisation(): number {
    return NOISE_POWER + this.#tried / this.#residual;
  }

  /** Takes the powers of the filtered frame; returns what to do with the filters. */
  end(powers: EchoPowers): FilterAction {
    this.#heard += SMOOTHING * (powers.heard - this.#heard);
    this.#estimateNow = powers.estimate;
    // A background that rests would leave about what the foreground does.
    const tried = powers.tried ?? powers.heard;
    this.#tried += 2 * SMOOTHING * (tried - this.#tried);
    this.#estimate += SMOOTHING * (powers.estimate - this.#estimate);
    if (this.#farMax <= FAR_MIN_POWER) return "keep";
    if (!this.doubleTalk) this.#followLeak();
    const doubt = this.#isDoubtful(powers);
    if (doubt) {
      this.#isAtEase = false;
      this.#restFrames = 0;
    }
    return this.#trial ? this.#judge(powers, tried, doubt) : "keep";
  }

  /** Whether much more is left than the foreground, which knows the path, has left of late. */
  #isDoubtful({ heard, estimate }: EchoPowers): boolean {
    if (this.#leak >= LEAK_KNOWN || heard <= VOICE_MIN_POWER) return false;
    return heard > this.#leak * estimate * DOUBT_RATIO;
  }

  /**
   * Whether a frame of such power after the filter is residual echo and no voice. `foreign` is
   * asked only in doubt, for the power in what is heard of what the far end cannot have made.
   */
  isResidual(heard: number, noise: number, foreign: ForeignPower): boolean {
    if (!this.farActive) return false;
    const echo = Math.max(this.#estimate, this.#estimateNow);
    const leak = Math.max(LEAK_LIKELY, this.#leak);
    const expected = Math.max(leak * echo, this.#unknownEcho());
    const least = Math.max(noise * 4, VOICE_MIN_POWER);
    // However much is expected: a filter that knows little may leave less than the near end says.
    const voice =
      (heard > least && heard > expected * RESIDUAL_MARGIN + noise * 4) ||
      (this.#openLeft <= ASK_SAMPLES && this.#hasForeignTone(heard, least, foreign));
    // A new sound leaves more than those that were learned, but not for two frames of 10 ms.
    this.#voiceSamples = voice ? this.#voiceSamples + this.#frameSamples : 0;
    if (this.#voiceSamples >= VOICE_SAMPLES || this.#isLouder) this.#openLeft = OPEN_SAMPLES;
    else this.#openLeft = Math.max(0, this.#openLeft - this.#frameSamples);
    return this.#openLeft === 0;
  }

  /**
   * A tone that went on before the far end did was learned for noise: then it is no louder than
   * `least`, and has to be nothing but a tone.
   */
  #hasForeignTone(heard: number, least: number, foreign: ForeignPower): boolean {
    if (heard <= VOICE_MIN_POWER) return false;
    if (heard > least) {
      const power = foreign(heard, "tone");
      if (power === 0) return false;
      if (power > Math.max(least, heard * FOREIGN_SHARE)) return true;
    }
    return foreign(heard, "pure-tone") > Math.max(VOICE_MIN_POWER, heard * QUIET_SHARE);
  }

  /** Before anything is known about the path, all that an echo could be is taken for one. */
  #unknownEcho(): number {
    return this.#leak > 0.5 ? (this.#farMax * ECHO_GAIN_LIKELY) / RESIDUAL_MARGIN : 0;
  }

  #followLeak(): void {
    if (this.#estimate < VOICE_MIN_POWER / 100) return;
    const now = this.#heard / this.#estimate;
    const leak = this.#leak;
    if (now < leak) this.#leak = leak + LEAK_DOWN * (now - leak);
    else if (now < LEAK_KNOWN) this.#leak = leak + LEAK_UP * (now - leak);
    else this.#leak = leak * LEAK_GROWTH;
    this.#leak = Math.max(LEAK_MIN, Math.min(1, this.#leak));
  }

  /** Whether a trial shows that the background need not learn for a while. */
  #hasLearned(doubt: boolean, isBetter: boolean): boolean {
    if (doubt || isBetter || this.#leak >= LEAK_KNOWN) return false;
    return this.#leak < LEAK_REST || this.#step === STEP_MIN;
  }

  #judge({ far, near, heard }: EchoPowers, tried: number, doubt: boolean): FilterAction {
    const residual = Math.min(ECHO_GAIN_MAX, tried / far);
    const speed = residual < this.#residual ? RESIDUAL_DOWN : RESIDUAL_UP;
    this.#residual += speed * (residual - this.#residual);
    if (tried < heard * GAIN_RATIO) this.#step = Math.min(STEP_MAX, this.#step * STEP_GROWTH);
    else if (tried > heard) this.#step = Math.max(STEP_MIN, this.#step * STEP_FALL);
    const sums = this.#sums;
    sums.near = TRIAL_MEMORY * sums.near + near;
    sums.heard = TRIAL_MEMORY * sums.heard + heard;
    sums.tried = TRIAL_MEMORY * sums.tried + tried;
    const known = this.#leak < LEAK_KNOWN;
    const [better, than, trials] = doubt ? DOUBT_ADOPT : SURE_ADOPT;
    // What is known is not given away for one sound: it has to be better on those before, too.
    const wasBetter = !known || sums.tried <= sums.heard;
    const isBetter = wasBetter && tried < heard * better && tried < near * than;
    this.#betterTrials = isBetter ? this.#betterTrials + 1 : 0;
    this.#isAtEase = this.#hasLearned(doubt, tried < heard * AT_EASE_RATIO);
    this.#restFrames = this.#isAtEase ? REST_FRAMES : 0;
    if (this.#betterTrials >= trials) {
      this.#betterTrials = 0;
      this.#heard = Math.min(this.#heard, tried);
      sums.heard = Math.min(sums.heard, sums.tried);
      return "adopt";
    }
    if (sums.heard > sums.near * CLEAR_RATIO) {
      this.#leak = 1;
      sums.heard = sums.near;
      sums.tried = sums.near;
      return "clear";
    }
    if (sums.tried > sums.heard * RESTORE_RATIO) {
      sums.tried = sums.heard;
      return "restore";
    }
    return "keep";
  }
}
