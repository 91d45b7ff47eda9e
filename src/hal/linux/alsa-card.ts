import { getSystemErrorName } from "node:util";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { done, err, ok, type Result } from "../../base/result.ts";
import { faultFromError } from "../node/system-fault.ts";
import { ALSA, type AlsaLibrary, type AlsaPointer } from "./alsa-library.ts";
import {
  CARD_RATES_HZ,
  type CardCapture,
  type CardChannels,
  type CardPlayout,
  type CardRateHz,
  type CardResult,
  type SoundCard,
} from "./sound-card.ts";

/** How often the card moves its count on, at least; shorter costs interrupts, longer delay. */
const PERIOD_MS = 10;

/**
 * What is queued for playing is delay, so that buffer is short. What is recorded waits only when
 * this program is late, so that one is longer.
 */
const BUFFER_MS = { capture: 80, playout: 40 } as const;

/** What to do about each kind of failure, at a sound card. */
export const SOUND_ADVICE = {
  "not-found": "see /proc/asound/cards, and name one as in plughw:CARD=Device,DEV=0",
  busy: "another program has it open (PulseAudio or PipeWire?): end that",
  permission: "add this user to the group audio and log in again",
  gone: "plug it in again; the line comes back by itself",
} as const;

/** A device or one of its parts that is not there shows as any of these while it is opened. */
const OPEN_KINDS = { ENODEV: "not-found", ENXIO: "not-found", EINVAL: "not-found" } as const;

type Direction = "capture" | "playout";

/**
 * Opens a device of ALSA, both ways and without ever waiting: at the first rate of `CARD_RATES_HZ`
 * that both can do themselves, for ALSA's own resampling folds what lies above 4 kHz. It is asked
 * for by name; `plughw:` converts sample formats, `hw:` does not.
 * @throws PortError `not-found`, `busy`, `permission`, `unsupported` (rate, format or channels)
 */
export function openAlsaCard(
  alsa: AlsaLibrary,
  name: string,
  channels: readonly CardChannels[],
): SoundCard {
  const what = `sound card ${JSON.stringify(name)}`;
  const opened: AlsaHandle[] = [];
  try {
    const capture = openHandle(alsa, name, `recording from ${what}`, "capture", channels);
    opened.push(capture);
    const playout = openHandle(alsa, name, `playing to ${what}`, "playout", channels);
    opened.push(playout);
    const rateHz = CARD_RATES_HZ.find((rate) => opened.every((handle) => handle.canDo(rate)));
    if (rateHz === undefined) {
      const advice = `it does none of ${CARD_RATES_HZ.join(", ")} Hz both ways: use another card`;
      throw new PortError({ kind: "unsupported", what, advice });
    }
    for (const handle of opened) handle.setUp(rateHz);
    const close = (): void => {
      capture.close();
      playout.close();
    };
    return { what, rateHz, capture: captureSide(capture), playout: playoutSide(playout), close };
  } catch (error) {
    for (const handle of opened) handle.close();
    throw error;
  }
}

function openHandle(
  alsa: AlsaLibrary,
  name: string,
  what: string,
  direction: Direction,
  channels: readonly CardChannels[],
): AlsaHandle {
  const out: [AlsaPointer] = [0n];
  const stream = direction === "capture" ? ALSA.streamCapture : ALSA.streamPlayback;
  const mode = ALSA.openNonblock | ALSA.openNoAutoResample | ALSA.openNoAutoChannels;
  const opened = alsa.open(out, name, stream, mode);
  if (opened < 0) throw new PortError(alsaFault(alsa, opened, what, OPEN_KINDS));
  const handle = new AlsaHandle(alsa, out[0], what, direction);
  try {
    handle.choose(channels);
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** A fault from a negated error number. */
function alsaFault(
  alsa: AlsaLibrary,
  code: number,
  what: string,
  kinds: Parameters<typeof faultFromError>[3] = {},
): PortFault {
  const error = Object.assign(new Error(alsa.errorText(code)), { code: getSystemErrorName(code) });
  return faultFromError(error, what, SOUND_ADVICE, kinds);
}

/** One direction of an open device; after `close` each call is refused. */
class AlsaHandle {
  readonly #alsa: AlsaLibrary;
  readonly #what: string;
  readonly #direction: Direction;
  readonly #pcm: AlsaPointer;
  /** The parameters that are left to choose from, until `setUp`. */
  #hw: AlsaPointer | undefined;
  #isOpen = true;
  channels: CardChannels = 1;
  bufferSamples = 0;

  constructor(alsa: AlsaLibrary, pcm: AlsaPointer, what: string, direction: Direction) {
    this.#alsa = alsa;
    this.#pcm = pcm;
    this.#what = what;
    this.#direction = direction;
  }

  /** Fixes access, format and channels. */
  choose(channels: readonly CardChannels[]): void {
    const alsa = this.#alsa;
    const out: [AlsaPointer] = [0n];
    this.#must("hwMalloc", alsa.hwMalloc(out));
    const hw = out[0];
    this.#hw = hw;
    this.#must("hwAny", alsa.hwAny(this.#pcm, hw));
    this.#must("hwSetAccess", alsa.hwSetAccess(this.#pcm, hw, ALSA.accessInterleaved));
    if (alsa.hwSetFormat(this.#pcm, hw, ALSA.formatS16le) < 0) {
      throw this.#refused('it has no 16-bit samples: name it "plughw:", which converts');
    }
    const fitting = channels.find((count) => alsa.hwSetChannels(this.#pcm, hw, count) >= 0);
    if (fitting === undefined) {
      throw this.#refused(`it does not have ${channels.join(" or ")} channels: use another card`);
    }
    this.channels = fitting;
  }

  canDo(rateHz: CardRateHz): boolean {
    return this.#hw !== undefined && this.#alsa.hwTestRate(this.#pcm, this.#hw, rateHz, 0) >= 0;
  }

  /** Fixes the rest. After it the device stands still and may be started. */
  setUp(rateHz: CardRateHz): void {
    const alsa = this.#alsa;
    const hw = this.#hw;
    if (hw === undefined) throw this.#refused("it was closed");
    this.#must("hwSetRate", alsa.hwSetRate(this.#pcm, hw, rateHz, 0));
    const period: [number] = [(rateHz * PERIOD_MS) / 1000];
    this.#must("hwSetPeriod", alsa.hwSetPeriod(this.#pcm, hw, period, [0]));
    const buffer: [number] = [(rateHz * BUFFER_MS[this.#direction]) / 1000];
    this.#must("hwSetBuffer", alsa.hwSetBuffer(this.#pcm, hw, buffer));
    this.#must("hwApply", alsa.hwApply(this.#pcm, hw));
    this.bufferSamples = buffer[0];
    this.#freeParameters();
    this.#startOnlyWhenTold();
  }

  /** The library would start a device at the first sample; both sides are to start together. */
  #startOnlyWhenTold(): void {
    const alsa = this.#alsa;
    const out: [AlsaPointer] = [0n];
    this.#must("swMalloc", alsa.swMalloc(out));
    const [sw] = out;
    try {
      this.#must("swCurrent", alsa.swCurrent(this.#pcm, sw));
      this.#must("swSetStart", alsa.swSetStart(this.#pcm, sw, this.bufferSamples + 1));
      this.#must("swApply", alsa.swApply(this.#pcm, sw));
    } finally {
      alsa.swFree(sw);
    }
  }

  prepare(): CardResult<undefined> {
    if (!this.#isOpen) return this.#closed();
    this.#alsa.drop(this.#pcm);
    return this.#answer(this.#alsa.prepare(this.#pcm), done);
  }

  start(): CardResult<undefined> {
    return this.#isOpen ? this.#answer(this.#alsa.start(this.#pcm), done) : this.#closed();
  }

  stop(): void {
    if (this.#isOpen) this.#alsa.drop(this.#pcm);
  }

  avail(): CardResult<number> {
    if (!this.#isOpen) return this.#closed();
    const avail = this.#alsa.avail(this.#pcm);
    return this.#answer(avail, ok(Math.max(0, avail)));
  }

  /** Samples between the converter and the next call; undefined where nobody tells. */
  delay(): number | undefined {
    const samples: [number] = [0];
    if (!this.#isOpen || this.#alsa.delay(this.#pcm, samples) < 0) return undefined;
    return samples[0] >= 0 ? samples[0] : undefined;
  }

  /** Moves as many samples as `buffer` holds; a device that takes or gives fewer is out of step. */
  move(buffer: Int16Array): CardResult<undefined> {
    if (!this.#isOpen) return this.#closed();
    const samples = buffer.length / this.channels;
    const moved =
      this.#direction === "capture"
        ? this.#alsa.read(this.#pcm, buffer, samples)
        : this.#alsa.write(this.#pcm, buffer, samples);
    if (moved >= 0 && moved < samples) return err({ kind: "xrun" });
    return this.#answer(moved, done);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#freeParameters();
    this.#alsa.close(this.#pcm);
  }

  #freeParameters(): void {
    if (this.#hw !== undefined) this.#alsa.hwFree(this.#hw);
    this.#hw = undefined;
  }

  #answer<T>(code: number, answer: Result<T, never>): CardResult<T> {
    if (code >= 0) return answer;
    switch (-code) {
      case ALSA.errorPipe:
      case ALSA.errorAgain:
      case ALSA.errorBadState:
      case ALSA.errorSuspended:
        return err({ kind: "xrun" });
      default:
        return err({ kind: "fault", fault: alsaFault(this.#alsa, code, this.#what) });
    }
  }

  /** `step` is told with a failure: which of them a driver refuses is what one asks for first. */
  #must(step: keyof AlsaLibrary, code: number): void {
    if (code < 0) throw new PortError(alsaFault(this.#alsa, code, `${this.#what}, at ${step}`));
  }

  #refused(advice: string): PortError {
    return new PortError({ kind: "unsupported", what: this.#what, advice });
  }

  #closed(): CardResult<never> {
    const fault: PortFault = { kind: "gone", what: this.#what, advice: SOUND_ADVICE.gone };
    return err({ kind: "fault", fault });
  }
}

function captureSide(handle: AlsaHandle): CardCapture {
  return {
    channels: handle.channels,
    bufferSamples: handle.bufferSamples,
    start: () => {
      const prepared = handle.prepare();
      return prepared.ok ? handle.start() : prepared;
    },
    stop: () => handle.stop(),
    waiting: () => handle.avail(),
    delay: () => handle.delay(),
    read: (into) => handle.move(into),
  };
}

function playoutSide(handle: AlsaHandle): CardPlayout {
  const { bufferSamples, channels } = handle;
  // A device that could not be started takes samples all the same, and says that there is room.
  let isStarted = false;
  const begin = (silentSamples: number): CardResult<undefined> => {
    const prepared = handle.prepare();
    if (!prepared.ok) return prepared;
    const filled = handle.move(new Int16Array(silentSamples * channels));
    return filled.ok ? handle.start() : filled;
  };
  return {
    channels,
    bufferSamples,
    start: (silentSamples) => {
      const begun = begin(silentSamples);
      isStarted = begun.ok;
      return begun;
    },
    stop: () => {
      isStarted = false;
      handle.stop();
    },
    queued: () => {
      const room = handle.avail();
      if (room.ok && !isStarted) return err({ kind: "xrun" });
      return room.ok ? ok(Math.max(0, bufferSamples - room.value)) : room;
    },
    delay: () => handle.delay(),
    write: (from) => handle.move(from),
  };
}
