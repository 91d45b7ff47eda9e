import { PortError } from "../../../src/base/port-fault.ts";
import { done, err, ok, type Result } from "../../../src/base/result.ts";
import { createPcm } from "../../../src/hal/linux/index.ts";
import type {
  CardCapture,
  CardPlayout,
  CardResult,
  SoundCard,
} from "../../../src/hal/linux/sound-card.ts";
import type { Pcm, PcmStream } from "../../../src/hal/ports/pcm-stream.ts";
import type { SimBoard } from "../../hw-sim/board/sim-board.ts";
import type { World } from "../../hw-sim/world/world.ts";

const CAPTURE_SAMPLES = 640;
const PLAYOUT_SAMPLES = 320;

/**
 * A sound card as the kernel shows it, with a buffer each way, on a channel of the simulated board:
 * what the real adapter (`createPcm`) has below it. A buffer that runs over or dry stands still
 * until it is started again.
 */
class SimSoundCard implements SoundCard {
  readonly what = 'sound card "plughw:sim"';
  readonly rateHz = 8000;
  /** Every start runs over and dry at once, from now on: a driver, or a hub, gone wrong. */
  isHopeless = false;
  readonly #recorded: number[] = [];
  readonly #queued: number[] = [];
  #stream: PcmStream | undefined;
  #capture: "stopped" | "running" | "xrun" = "stopped";
  #playout: "stopped" | "running" | "xrun" = "stopped";

  /** Rejects as the channel does. */
  async open(pcm: Pcm, channel: string): Promise<SoundCard> {
    this.#stream = await pcm.open(channel, {
      onFrame: (captured, playout) => this.#turn(captured, playout),
      onFault: () => {
        this.#stream = undefined;
      },
    });
    return this;
  }

  /** The program was held up for too long, both ways. */
  xrun(): void {
    if (this.#capture === "running") this.#capture = "xrun";
    if (this.#playout === "running") this.#playout = "xrun";
    this.#recorded.length = 0;
    this.#queued.length = 0;
  }

  get capture(): CardCapture {
    return {
      ...{ channels: 1, bufferSamples: CAPTURE_SAMPLES },
      start: () => {
        this.#recorded.length = 0;
        this.#capture = "running";
        return this.#run();
      },
      stop: () => {
        this.#capture = "stopped";
        this.#rest();
      },
      waiting: () => this.#count(this.#capture, this.#recorded.length),
      read: (into) => {
        into.set(this.#recorded.splice(0, into.length));
        return done;
      },
    };
  }

  get playout(): CardPlayout {
    return {
      ...{ channels: 1, bufferSamples: PLAYOUT_SAMPLES },
      start: (silentSamples) => {
        this.#queued.length = 0;
        for (let n = 0; n < silentSamples; n++) this.#queued.push(0);
        this.#playout = "running";
        return this.#run();
      },
      stop: () => {
        this.#playout = "stopped";
        this.#queued.length = 0;
        this.#rest();
      },
      queued: () => this.#count(this.#playout, this.#queued.length),
      write: (from) => {
        this.#queued.push(...from);
        return this.#queued.length > PLAYOUT_SAMPLES ? err({ kind: "xrun" }) : done;
      },
    };
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  #run(): CardResult<undefined> {
    this.#stream?.start();
    if (this.isHopeless) this.xrun();
    return this.#answer(done);
  }

  #rest(): void {
    if (this.#capture === "stopped" && this.#playout === "stopped") this.#stream?.stop();
  }

  #count(state: "stopped" | "running" | "xrun", samples: number): CardResult<number> {
    return this.#answer(state === "xrun" ? err({ kind: "xrun" }) : ok(samples));
  }

  #answer<T>(answer: Result<T, { readonly kind: "xrun" }>): CardResult<T> {
    if (this.#stream !== undefined) return answer;
    const fault = { kind: "gone", what: this.what, advice: "plug it in again" } as const;
    return err({ kind: "fault", fault });
  }

  /** A frame of the wire. */
  #turn(captured: Int16Array, playout: Int16Array): void {
    if (this.#capture === "running") {
      this.#recorded.push(...captured);
      if (this.#recorded.length > CAPTURE_SAMPLES) this.#capture = "xrun";
    }
    if (this.#playout !== "running") return;
    if (this.#queued.length < playout.length) this.#playout = "xrun";
    else playout.set(this.#queued.splice(0, playout.length));
  }
}

/** The board's sound port with the real adapter, and a card to break, for one channel of it. */
export function withSoundCard(channel: string): {
  readonly card: SimSoundCard;
  readonly pcm: (board: SimBoard, world: World) => Pcm;
} {
  const card = new SimSoundCard();
  const pcm = (board: SimBoard, world: World): Pcm => {
    const adapter = createPcm({
      clock: world.clock,
      openCard: (name) => {
        if (name === channel) return card.open(board.pcm, name);
        const advice = "only one channel has a card";
        return Promise.reject(new PortError({ kind: "not-found", what: name, advice }));
      },
    });
    return {
      open: (name, events) => (name === channel ? adapter : board.pcm).open(name, events),
    };
  };
  return { card, pcm };
}
