import { SAMPLES_PER_MS } from "../../base/audio.ts";
import { invariant } from "../../base/invariant.ts";
import type { JitterSettings } from "../../base/media-messages.ts";
import { type BufferedPacket, PAYLOAD_LIMIT_BYTES, type Slot, SlotQueue } from "./jitter-slot.ts";
import { DEFAULT_JITTER, type DelayAdvice, PlayoutDelay } from "./playout-delay.ts";

/** Packets held at once; the oldest goes where another comes. 0.6 s at the shortest ptime. */
export const JITTER_BUFFER_LIMIT_PACKETS = 64;

/** A packet that comes late is played, and the delay grown, by at most so much. */
const STRETCH_MAX_SAMPLES = 60 * SAMPLES_PER_MS;

/** A packet that came so shortly before its frame counts as having missed it: clocks drift. */
const NEAR_MISS_SAMPLES = 2 * SAMPLES_PER_MS;

/** After so long without any packet the next one starts playout anew. */
const DROUGHT_SAMPLES = 200 * SAMPLES_PER_MS;

/** Audio held beyond this is not waited through: playout jumps to the newest. */
const SPAN_MAX_SAMPLES = 500 * SAMPLES_PER_MS;
const SPAN_AFTER_JUMP_SAMPLES = 60 * SAMPLES_PER_MS;

/** A hole in the timestamps longer than this is not waited through. */
const HOLE_MAX_SAMPLES = 500 * SAMPLES_PER_MS;

/** A timestamp this far from where it should be is a sender that began anew. */
const TIMESTAMP_JUMP_SAMPLES = 2000 * SAMPLES_PER_MS;

/** The longest pause in speech that is not taken for a sender that began anew. */
const PAUSE_MAX_SAMPLES = 60_000 * SAMPLES_PER_MS;

/** What became of a packet. `dropped` is one of no length or of too many bytes. */
export type PutVerdict = "stored" | "late" | "duplicate" | "dropped";

/** What to do for the next samples of playout. */
export type PlayoutStep =
  /** Decode this packet and leave out its first `skip` samples. All of it is borrowed. */
  | {
      readonly kind: "packet";
      readonly payload: Uint8Array;
      readonly payloadType: number;
      readonly skip: number;
      readonly samples: number;
      readonly noise: boolean;
      /** Right before it the far end sent nothing for so long: no packet is missing there. */
      readonly pauseSamples: number;
    }
  /** Samples that were lost or are late: make up `samples` of them. */
  | { readonly kind: "conceal"; readonly samples: number }
  /** Nothing is expected now. */
  | { readonly kind: "silence"; readonly samples: number };

/** The packet that is played. One serves all: it is decoded before the next step is asked for. */
const PLAYED = {
  kind: "packet" as const,
  payload: new Uint8Array(0) as Uint8Array,
  payloadType: 0,
  skip: 0,
  samples: 0,
  noise: false,
  pauseSamples: 0,
};

/**
 * Adaptive playout of one RTP stream, in samples of line audio; it knows no other clock than the
 * frames asked of it.
 *
 *                     heldSamples (decoded, not yet played)
 *    played ───────────┤◀──▶├──── packets: ▓▓▓▓ ▓▓▓▓      ▓▓▓▓ ───▶ timestamps
 *                           ▲         ▲      (lost)
 *                    decodedTo      due = decodedTo + what was made up meanwhile
 *
 * The delay of a packet is the frame at which it could first be played minus its timestamp; the
 * delay of playout is the present frame minus the timestamp that sounds in it. What the latter
 * should be follows from the former (`PlayoutDelay`). A packet that is not there when due is made
 * up for without moving `decodedTo`; coming late, it is played all the same, which grows the delay
 * by just what was missing; where its successor comes first, that one is played in its own time.
 * Playout shrinks and grows it in between, a period at a time. A perfect network so adds nothing
 * but the wait for the next frame.
 */
export class JitterBuffer {
  readonly #slots = new SlotQueue();
  readonly #delays: PlayoutDelay;
  readonly #frameSamples: number;
  readonly #unitsPerSample: number;
  /** Position of the next frame on the playout clock. */
  #clock = 0;
  #playing = false;
  /** Whether a packet was played since playout started. */
  #begun = false;
  #decodedTo = 0;
  #due = 0;
  #delay = 0;
  /** What it was when playout ended. */
  #waited = 0;
  #playedSequence = -1;
  /** The packet with the highest number, where one came: its timestamp as 32 bits with a sign. */
  #hasNewest = false;
  #newestSequence = 0;
  #newestAt = 0;
  #newestSamples = 0;
  #newestTimestamp = 0;
  /** It described noise: what follows may be a pause. */
  #newestPauses = false;
  #late = 0;
  /** Known jitter is waited for so long at the beginning. */
  readonly #startMaxSamples: number;
  /** Sequence numbers of late that are no sound, each in its place of a ring. */
  #others: Float64Array | undefined;

  /** `unitsPerSample` is the RTP clock against 8 kHz: 1 for G.711. */
  constructor(frameSamples: number, unitsPerSample = 1, settings: JitterSettings = DEFAULT_JITTER) {
    invariant(frameSamples > 0, "a frame has samples");
    this.#delays = new PlayoutDelay(frameSamples, settings);
    this.#startMaxSamples = Math.max(STRETCH_MAX_SAMPLES, settings.minMs * SAMPLES_PER_MS);
    this.#frameSamples = frameSamples;
    this.#unitsPerSample = unitsPerSample;
  }

  /** Packets waiting. */
  get length(): number {
    return this.#slots.length;
  }

  /**
   * How long after its timestamp audio is played, in samples against the fastest packets; while
   * nothing is, how long it was.
   */
  get delaySamples(): number {
    const { least } = this.#delays;
    return this.#playing && least !== undefined ? this.#delay - least : this.#waited;
  }

  /** Packets that came too late to be played, or were thrown away to catch up. */
  get latePackets(): number {
    return this.#late;
  }

  /** Forgets the stream: another source, or playout stood still. */
  restart(): void {
    this.#waited = this.delaySamples;
    this.#slots.clear();
    this.#delays.clear();
    this.#playing = false;
    this.#hasNewest = false;
    this.#playedSequence = -1;
  }

  /**
   * Takes a packet that came between the last frame and the next, `lateness` of the way (0 to 1):
   * one that nearly missed the next frame is a warning.
   */
  put(packet: BufferedPacket, lateness = 0): PutVerdict {
    if (packet.samples <= 0 || packet.payload.length > PAYLOAD_LIMIT_BYTES) return "dropped";
    const { copySamples = 0 } = packet;
    const isCopied = copySamples > 0 && this.#isMissingBefore(packet.sequence);
    const at = this.#extend(packet);
    this.#measure(at, lateness);
    // What was lost comes with this one, and so late: as long as some are lost that is waited for.
    if (isCopied) this.#measure(at - copySamples, lateness);
    const over = this.#playing && at + packet.samples <= this.#decodedTo;
    if (over || packet.sequence <= this.#playedSequence) return this.#tooLate();

    let before = this.#slots.findUpTo(packet.sequence);
    if (before?.sequence === packet.sequence) return "duplicate";
    if (this.#slots.length === JITTER_BUFFER_LIMIT_PACKETS) {
      // The oldest would be played first and is worth least; one older still is worth nothing.
      if (before === undefined) return this.#tooLate();
      if (before === this.#slots.first) before = undefined;
      this.#discard();
    }
    this.#slots.insert(before, packet, at);
    return "stored";
  }

  #isMissingBefore(sequence: number): boolean {
    if (!this.#hasNewest || sequence <= this.#newestSequence + 1) return false;
    const before = sequence - 1;
    return this.#others?.[before % JITTER_BUFFER_LIMIT_PACKETS] !== before;
  }

  /** A packet of the same stream that is no sound: an event. What is missing is not missing. */
  passOver(sequence: number): void {
    this.#others ??= new Float64Array(JITTER_BUFFER_LIMIT_PACKETS).fill(-1);
    this.#others[sequence % JITTER_BUFFER_LIMIT_PACKETS] = sequence;
  }

  /**
   * Begins the next frame. `heldSamples` are decoded (or made up) and not yet played. The
   * answer is advice; `cut()` tells that it was followed.
   */
  beginFrame(heldSamples: number): DelayAdvice {
    const clock = this.#clock;
    this.#clock += this.#frameSamples;
    const wasPlaying = this.#playing;
    if (wasPlaying) this.#jumpOverExcess();
    else this.#start(clock);
    this.#delay = clock - (this.#due - heldSamples);
    return wasPlaying ? this.#delays.advise(this.#delay) : "keep";
  }

  /** What to do for the next samples of this frame, `wanted` at most where they are made up. */
  next(wanted: number): PlayoutStep {
    if (!this.#playing) return { kind: "silence", samples: wanted };
    for (;;) {
      const head = this.#slots.first;
      if (head === undefined) return this.#makeUp(wanted);
      const hole = head.at - this.#due;
      if (hole > HOLE_MAX_SAMPLES) {
        this.#moveTo(head.at);
        continue;
      }
      if (hole > 0) return this.#makeUp(Math.min(hole, wanted));
      const step = this.#play(head);
      if (step !== undefined) return step;
    }
  }

  /** Whether a packet can be decoded now, without making anything up. */
  get ready(): boolean {
    const head = this.#slots.first;
    return this.#playing && head !== undefined && head.at <= this.#due;
  }

  /**
   * The packet behind a hole that is to be made up now, and the hole's length; a copy of what is
   * missing may be in it. `payload` is borrowed until the next call.
   */
  get behindHole(): (Pick<Slot, "samples" | "payloadType"> & { payload: Uint8Array }) | undefined {
    const head = this.#slots.first;
    if (!this.#playing || head === undefined) return undefined;
    const samples = this.#pauseBefore(head) > 0 ? 0 : head.at - this.#due;
    if (samples <= 0 || samples > HOLE_MAX_SAMPLES) return undefined;
    const { payload, payloadType } = head;
    return { samples, payload, payloadType };
  }

  /** How much the last advice would have cut at the most. */
  get spareSamples(): number {
    return this.#delays.spareSamples;
  }

  /** The advice to cut was followed: patience begins anew. */
  cut(): void {
    this.#delays.settled();
  }

  #makeUp(samples: number): PlayoutStep {
    this.#due += samples;
    const drought = this.#due - this.#decodedTo;
    if (this.#slots.length === 0 && drought > DROUGHT_SAMPLES) {
      this.#waited = this.delaySamples;
      this.#playing = false;
      return { kind: "silence", samples };
    }
    // What is waited for at the start is nobody's loss.
    return { kind: this.#begun ? "conceal" : "silence", samples };
  }

  #play(head: Slot): PlayoutStep | undefined {
    const pauseSamples = this.#pauseBefore(head);
    const lateBy = this.#due - Math.max(head.at, this.#decodedTo);
    const from = Math.max(head.at, this.#decodedTo) + Math.max(0, lateBy - STRETCH_MAX_SAMPLES);
    this.#slots.shift();
    const end = head.at + head.samples;
    if (from >= end) {
      this.#late++;
      return undefined;
    }
    this.#decodedTo = end;
    this.#due = end;
    this.#begun = true;
    this.#playedSequence = head.sequence;
    PLAYED.payload = head.payload;
    PLAYED.payloadType = head.payloadType;
    PLAYED.skip = from - head.at;
    PLAYED.samples = head.samples;
    PLAYED.noise = head.noise;
    PLAYED.pauseSamples = pauseSamples;
    return PLAYED;
  }

  /** Of the hole before a packet, what the numbers of missing packets do not explain. */
  #pauseBefore(head: Slot): number {
    const hole = head.at - this.#decodedTo;
    if (hole <= 0 || this.#playedSequence < 0) return 0;
    let missing = Math.max(0, head.sequence - this.#playedSequence - 1);
    if (missing * head.samples >= hole + JITTER_BUFFER_LIMIT_PACKETS * head.samples) return 0;
    for (let n = this.#playedSequence + 1; n < head.sequence; n++) {
      if (this.#others?.[n % JITTER_BUFFER_LIMIT_PACKETS] === n) missing--;
    }
    return Math.max(0, hole - missing * head.samples);
  }

  #start(clock: number): void {
    if (this.#slots.length === 0) return;
    this.#limitSpan(SPAN_AFTER_JUMP_SAMPLES);
    const head = this.#slots.first;
    if (head === undefined) return;
    // Known jitter is waited for at once; without a history the first packet decides.
    const first = clock - head.at;
    const usual = this.#delays.usual ?? first;
    if (Math.abs(first - usual) > HOLE_MAX_SAMPLES) this.#delays.clear();
    const delay = Math.min(this.#delays.start(first), first + this.#startMaxSamples);
    this.#playing = true;
    this.#begun = false;
    this.#decodedTo = clock - delay;
    this.#due = this.#decodedTo;
    this.#delays.settled();
  }

  #jumpOverExcess(): void {
    const head = this.#slots.first;
    if (!this.#hasNewest || head === undefined) return;
    if (this.#newestAt + this.#newestSamples - head.at <= SPAN_MAX_SAMPLES) return;
    this.#limitSpan(SPAN_AFTER_JUMP_SAMPLES);
    this.#moveTo(this.#slots.first?.at ?? this.#decodedTo);
  }

  /** Playout jumps; delays measured against the old position mean nothing any more. */
  #moveTo(at: number): void {
    this.#decodedTo = at;
    this.#due = at;
    this.#delays.clear();
  }

  /** Drops the oldest packets until those left start within `span` of the newest. */
  #limitSpan(span: number): void {
    const { last } = this.#slots;
    if (last === undefined) return;
    while (last.at - (this.#slots.first?.at ?? last.at) > span) this.#discard();
  }

  /** Notes how late a packet is against the playout clock. */
  #measure(at: number, lateness: number): void {
    const left = (1 - lateness) * this.#frameSamples;
    const delay = this.#clock - at + (left < NEAR_MISS_SAMPLES ? this.#frameSamples : 0);
    // Where packets do not begin on frame borders, one is wanted up to a frame before its time.
    const early = this.#playing ? modulo(this.#delay - delay, this.#frameSamples) : 0;
    this.#delays.push(delay + early);
  }

  /**
   * The timestamp in samples, extended: that of the first packet is the playout clock's, so that
   * all of these numbers stay small, which the runtime keeps without memory of their own. A jump
   * that the sequence numbers do not explain begins anew.
   */
  #extend(packet: BufferedPacket): number {
    let at = this.#clock;
    if (this.#hasNewest) {
      const units = (packet.timestamp - this.#newestTimestamp) | 0;
      at = this.#newestAt + Math.round(units / this.#unitsPerSample);
      const packets = packet.sequence - this.#newestSequence;
      const ahead = at - (this.#newestAt + packets * this.#newestSamples);
      // After a description of noise nothing has to come for as long as the pause lasts.
      const aheadMax = this.#newestPauses ? PAUSE_MAX_SAMPLES : TIMESTAMP_JUMP_SAMPLES;
      if (ahead < -TIMESTAMP_JUMP_SAMPLES || ahead > aheadMax) {
        this.restart();
        at = this.#clock;
      }
    }
    if (this.#hasNewest && packet.sequence <= this.#newestSequence) return at;
    this.#hasNewest = true;
    this.#newestSequence = packet.sequence;
    this.#newestAt = at;
    this.#newestSamples = packet.samples;
    this.#newestTimestamp = packet.timestamp | 0;
    this.#newestPauses = packet.noise === true;
    return at;
  }

  #discard(): void {
    this.#late++;
    this.#slots.shift();
  }

  #tooLate(): "late" {
    this.#late++;
    return "late";
  }
}

function modulo(value: number, modulus: number): number {
  return ((value % modulus) + modulus) % modulus;
}
