import { errorText } from "../../../src/base/thrown.ts";
import { pcm16FromVolts, SAMPLE_RATE_HZ } from "../audio/levels.ts";
import { speechLike } from "../audio/speech-like.ts";
import { printWav } from "../audio/wav.ts";
import { type Bench, bench } from "./bench.ts";
import type { BenchPhone, HeardSpeech } from "./bench-phone.ts";

/** How the demonstration is to run. */
export interface DemoOptions {
  readonly seed: number;
  /** In virtual time, on the virtual network; else on the wall's clock and real sockets. */
  readonly virtual: boolean;
  /** The calling telephone. */
  readonly phone: "touch-tone" | "rotary";
  readonly onStep?: (step: DemoStep) => void;
  readonly onTraceLine?: (line: string) => void;
  /** Keep the datagrams, the pins and the wires' audio as well. */
  readonly record?: boolean;
}

/** One thing that had to be observed, and whether it was. */
export interface DemoStep {
  readonly name: string;
  readonly atMs: number;
  readonly ok: boolean;
  /** What was seen, or why it was not, in words. */
  readonly detail: string;
}

/** What the demonstration found. */
export interface DemoResult {
  readonly ok: boolean;
  readonly mode: "virtual" | "real-time";
  readonly seed: number;
  readonly steps: readonly DemoStep[];
  readonly audio: { readonly aToB?: HeardSpeech; readonly bToA?: HeardSpeech };
  readonly record: Bench["records"][number] | undefined;
  readonly traceSha256: string;
}

/** The files that come of it. */
export interface DemoFiles {
  /** What the calling telephone heard, and the called one: WAV files' bytes. */
  readonly callerHeard: Uint8Array;
  readonly calledHeard: Uint8Array;
  /** The rest where it was asked for: see `WorldRecorder`. */
  readonly recorded:
    | {
        readonly pcapng: Uint8Array;
        readonly vcd: string;
        /** Each line's pair, line 1 first. */
        readonly wires: readonly Uint8Array[];
      }
    | undefined;
}

const CALLER = "101";
const CALLED = "102";
const SPEECH_MS = 3000;
/** A wave as like the one said as G.711, the copper's noise and its echo let it be. */
const CORRELATION_MIN = 0.9;
/** Wall time has a scheduler in it; the virtual limit is the one of the design. */
const DELAY_MAX_MS = { virtual: 50, "real-time": 150 } as const;

type Mode = DemoResult["mode"];
type Way = "a to b" | "b to a";

/** Makes one complete call and observes every step of it at the telephones. */
export async function runDemo(options: DemoOptions): Promise<{
  readonly result: DemoResult;
  readonly files: DemoFiles;
}> {
  const laid = await bench({
    seed: options.seed,
    phones: [options.phone, options.phone === "rotary" ? "touch-tone" : "rotary"],
    realTime: !options.virtual,
    // A network with some chance in it, so that another seed is another run.
    network: { latencyMs: 1, jitterMs: 4 },
    config: { exchange: { transport: "udp" } },
    ...(options.onTraceLine === undefined ? {} : { onTraceLine: options.onTraceLine }),
    record: options.record === true,
  });
  const demo = new Demo(laid, options);
  await demo.run();
  return { result: demo.result(), files: demo.files() };
}

class Demo {
  readonly #bench: Bench;
  readonly #options: DemoOptions;
  readonly #mode: Mode;
  readonly #a: BenchPhone;
  readonly #b: BenchPhone;
  readonly #steps: DemoStep[] = [];
  /** Made before the call: in real time there is none for it later. */
  readonly #sentences: Readonly<Record<Way, Int16Array>>;
  #aToB: HeardSpeech | undefined;
  #bToA: HeardSpeech | undefined;

  constructor(laid: Bench, options: DemoOptions) {
    this.#bench = laid;
    this.#options = options;
    this.#mode = options.virtual ? "virtual" : "real-time";
    [this.#a, this.#b] = laid.phones;
    const sentence = (way: Way): Int16Array =>
      pcm16FromVolts(speechLike(laid.world.random(`speech ${way}`), SPEECH_MS));
    this.#sentences = { "a to b": sentence("a to b"), "b to a": sentence("b to a") };
  }

  async run(): Promise<void> {
    for (const [name, step] of this.#script()) {
      if (!(await this.#step(name, step))) break;
    }
    await this.#step("stopped", async () => {
      await this.#bench.stop();
      return "both lines un-registered, the chips were treated as their datasheet wants";
    });
  }

  result(): DemoResult {
    return {
      ok: this.#steps.every((step) => step.ok),
      mode: this.#mode,
      seed: this.#options.seed,
      steps: this.#steps,
      audio: {
        ...(this.#aToB === undefined ? {} : { aToB: this.#aToB }),
        ...(this.#bToA === undefined ? {} : { bToA: this.#bToA }),
      },
      record: this.#bench.records.find((record) => record.direction === "out"),
      traceSha256: this.#bench.trace.sha256(),
    };
  }

  files(): DemoFiles {
    const wav = (volts: Float64Array): Uint8Array =>
      printWav({ sampleRateHz: SAMPLE_RATE_HZ, channels: [pcm16FromVolts(volts)] });
    return {
      callerHeard: wav(this.#a.recorded()),
      calledHeard: wav(this.#b.recorded()),
      recorded: this.#options.record === true ? this.#recorded() : undefined,
    };
  }

  #recorded(): DemoFiles["recorded"] {
    const { recorder, board } = this.#bench;
    const wires = board.lines.map(({ id }) => recorder.wav(id));
    return { pcapng: recorder.pcapng(), vcd: recorder.vcd(), wires };
  }

  #script(): readonly (readonly [string, () => Promise<string>])[] {
    return [
      ["registered", async () => this.#registered()],
      ["dial-tone", () => this.#dialTone()],
      ["dialed", () => this.#dials()],
      ["ringing", () => this.#ringing()],
      ["ringback", () => this.#ringback()],
      ["caller-id", () => this.#callerId()],
      ["ring-trip", () => this.#ringTrip()],
      ["speech-a-to-b", () => this.#speechAToB()],
      ["speech-b-to-a", () => this.#speechBToA()],
      ["disconnect-tone", () => this.#disconnect()],
      ["call-record", () => this.#callRecord()],
    ];
  }

  async #step(name: string, observe: () => Promise<string>): Promise<boolean> {
    let ok = true;
    let detail: string;
    try {
      detail = await observe();
    } catch (error) {
      ok = false;
      detail = errorText(error);
    }
    const atMs = Math.round(this.#bench.world.clock.nowMs() * 1000) / 1000;
    const step: DemoStep = { name, atMs, ok, detail };
    this.#steps.push(step);
    this.#options.onStep?.(step);
    return ok;
  }

  #registered(): string {
    const lines = this.#bench.box.status();
    const server = lines[0]?.server ?? "nowhere";
    return `lines ${lines.map((line) => line.user).join(" and ")} registered at ${server}`;
  }

  async #dialTone(): Promise<string> {
    this.#a.lift();
    const tone = await this.#a.hears("dial-tone");
    const levels = tone.levelsDbm.map((level) => Math.round(level)).join(" and ");
    return `lifted; dial tone of ${tone.frequenciesHz.join(" + ")} Hz at ${levels} dBm`;
  }

  async #dials(): Promise<string> {
    await this.#a.dials(CALLED);
    const how = this.#options.phone === "rotary" ? "dial pulses, bounce and all" : "keypad tones";
    return `${CALLED} dialled by ${how}`;
  }

  async #ringing(): Promise<string> {
    await this.#b.rings();
    const rang = this.#b.phone.observations.find((seen) => seen.kind === "ringing-started");
    if (rang?.kind !== "ringing-started") throw new Error("the bell did not ring");
    const line = this.#bench.board.lines[1];
    if (line?.chip.isRinging !== true) throw new Error("the bell rings, yet RM is low");
    return `the bell rings: ${rang.ringVolts} V at ${rang.ringHz} Hz, F/R toggling with RM high`;
  }

  async #ringback(): Promise<string> {
    const tone = await this.#a.hears("ringback");
    return `ringback of ${tone.frequenciesHz.join(" + ")} Hz`;
  }

  async #callerId(): Promise<string> {
    await this.#b.rings({ withCallerId: CALLER });
    return `the display shows ${CALLER}, demodulated from the line`;
  }

  async #ringTrip(): Promise<string> {
    // Answered while the bell strikes: the card must notice it under ringing voltage.
    await this.#b.rings();
    const { world } = this.#bench;
    await world.waitUntil(() => this.#b.phone.isRinging, 10_000);
    this.#b.lift();
    const tripped = (): boolean =>
      this.#bench.events.some((event) => event.kind === "line" && event.event.kind === "ring-trip");
    if (!(await world.waitUntil(tripped, 1000))) throw new Error("no ring trip");
    await this.#a.hearsNoTone();
    await this.#b.hearsNoTone();
    const chip = this.#bench.board.lines[1]?.chip;
    if (chip?.isRinging === true) throw new Error("RM is still high after the answer");
    return "answered while it rang; ringing stopped, ringback stopped";
  }

  /** Both speak before either is judged: the judging is work that a real call would notice. */
  async #speechAToB(): Promise<string> {
    await this.#a.says(this.#sentences["a to b"]);
    await this.#b.says(this.#sentences["b to a"]);
    this.#aToB = await this.#heard(this.#b, "a to b");
    return told(this.#aToB);
  }

  async #speechBToA(): Promise<string> {
    this.#bToA = await this.#heard(this.#a, "b to a");
    return told(this.#bToA);
  }

  async #heard(by: BenchPhone, way: Way): Promise<HeardSpeech> {
    const heard = await by.heard(this.#sentences[way], {
      correlationOver: CORRELATION_MIN,
      delayUnderMs: DELAY_MAX_MS[this.#mode],
    });
    return {
      delayMs: Math.round(heard.delayMs * 1000) / 1000,
      correlation: Math.round(heard.correlation * 1e6) / 1e6,
    };
  }

  async #disconnect(): Promise<string> {
    this.#b.hang();
    const tone = await this.#a.hears("busy");
    this.#a.hang();
    return `the other side hung up; busy tone of ${tone.frequenciesHz.join(" + ")} Hz`;
  }

  async #callRecord(): Promise<string> {
    const { world, records } = this.#bench;
    await world.waitUntil(() => this.#bench.records.length >= 2, 5000);
    const out = this.#bench.records.find((record) => record.direction === "out");
    if (out === undefined) throw new Error(`no call record was written (${records.length})`);
    if (out.result !== "answered") throw new Error(`the record says ${out.result}`);
    const media = out.media;
    const packets = media === undefined ? "" : `, ${media.packetsSent} packets sent`;
    return `${out.from} called ${out.to}: ${out.result}, ${out.durationMs} ms${packets}`;
  }
}

function told(heard: HeardSpeech): string {
  return `heard ${heard.delayMs} ms later, correlation ${heard.correlation.toFixed(3)}`;
}
