import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type {
  OpusDecoder,
  OpusEncoder,
  OpusEncoderOptions,
  OpusEngine,
} from "../../base/codec-engines.ts";
import { PortError } from "../../base/port-fault.ts";
import { hasWasmSimd, instantiateWasm, type WasmMemory } from "./web-assembly.ts";

/** What `@evan/opus` keeps its library in, with and without SIMD. */
const FILES = { simd: "@evan/opus/wasm/simd.wasm", plain: "@evan/opus/wasm/opus.wasm" };

/** The functions of libopus that the file exports. Pointers are offsets into its memory. */
interface LibOpus {
  readonly memory: WasmMemory;
  _initialize(): void;
  malloc(bytes: number): number;
  free(pointer: number): void;
  opus_encoder_get_size(channels: number): number;
  opus_encoder_init(state: number, rateHz: number, channels: number, application: number): number;
  opus_encoder_ctl_set(state: number, request: number, value: number): number;
  opus_encoder_ctl_get(state: number, request: number): number;
  opus_encode(state: number, pcm: number, samples: number, out: number, bytes: number): number;
  opus_decoder_get_size(channels: number): number;
  opus_decoder_init(state: number, rateHz: number, channels: number): number;
  opus_decode(
    state: number,
    packet: number,
    bytes: number,
    pcm: number,
    samples: number,
    fec: number,
  ): number;
}

/** Requests of `opus_encoder_ctl`. @see libopus, opus_defines.h */
const CTL = {
  bitrate: 4002,
  complexity: 4010,
  fec: 4012,
  packetLossPercent: 4014,
  dtx: 4016,
  signal: 4024,
  lookahead: 4027,
} as const;
const APPLICATION_VOIP = 2048;
const SIGNAL_VOICE = 3001;
/** The loss that the copies are meant for; without one the encoder makes none. */
const EXPECTED_LOSS_PERCENT = 10;
/** A result of so few bytes is DTX: it need not be sent. @see opus.h, opus_encode() */
const DTX_BYTES = 2;
/** The longest packet: 120 ms at 48 kHz. */
const SAMPLES_MAX = 5760;
const PACKET_MAX_BYTES = 4000;
/**
 * libopus as WebAssembly, from the package `@evan/opus`: one instance with 16 MB of memory for all
 * calls of this thread. Throws `PortError` (`not-found`) where the package is not installed.
 */
export function loadOpus(): OpusEngine {
  const require = createRequire(import.meta.url);
  const file = hasWasmSimd() ? FILES.simd : FILES.plain;
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(require.resolve(file)));
  } catch {
    throw new PortError({
      kind: "not-found",
      what: "the codec Opus",
      advice: "install the package @evan/opus, or do without opus in the configuration",
    });
  }
  const nothing = (): number => 0;
  const exports = instantiateWasm(bytes, {
    wasi_snapshot_preview1: {
      fd_seek: nothing,
      fd_write: nothing,
      fd_close: nothing,
      proc_exit: nothing,
    },
    env: { emscripten_notify_memory_growth: nothing },
  });
  // The file's exports are libopus; nothing else is read of them.
  const library = exports as LibOpus;
  library._initialize();
  return new WasmOpus(library);
}

/** Scratch memory is shared: a call uses it from beginning to end. */
class WasmOpus implements OpusEngine {
  readonly #library: LibOpus;
  readonly #pcm: number;
  readonly #packet: number;
  #words: Int16Array;
  #bytes: Uint8Array;

  constructor(library: LibOpus) {
    this.#library = library;
    this.#pcm = library.malloc(2 * SAMPLES_MAX);
    this.#packet = library.malloc(PACKET_MAX_BYTES);
    this.#words = new Int16Array(library.memory.buffer);
    this.#bytes = new Uint8Array(library.memory.buffer);
  }

  createEncoder(options: OpusEncoderOptions): OpusEncoder {
    const library = this.#library;
    const { channels = 1 } = options;
    const state = this.#allocate(library.opus_encoder_get_size(channels));
    library.opus_encoder_init(state, options.rateHz, channels, APPLICATION_VOIP);
    const set = (request: number, value: number): number =>
      library.opus_encoder_ctl_set(state, request, value);
    set(CTL.bitrate, options.bitrate);
    set(CTL.complexity, options.complexity);
    set(CTL.signal, SIGNAL_VOICE);
    set(CTL.fec, options.fec ? 1 : 0);
    set(CTL.packetLossPercent, options.fec ? EXPECTED_LOSS_PERCENT : 0);
    set(CTL.dtx, options.dtx ? 1 : 0);
    return {
      encode: (pcm, out) => {
        this.#refreshViews();
        this.#words.set(pcm.subarray(0, SAMPLES_MAX), this.#pcm >> 1);
        const room = Math.min(out.length, PACKET_MAX_BYTES);
        const samples = pcm.length / channels;
        const length = library.opus_encode(state, this.#pcm, samples, this.#packet, room);
        if (length <= DTX_BYTES) return 0;
        this.#refreshViews();
        out.set(this.#bytes.subarray(this.#packet, this.#packet + length));
        return length;
      },
      lookaheadSamples: library.opus_encoder_ctl_get(state, CTL.lookahead),
      close: this.#closer(state),
    };
  }

  createDecoder(rateHz: number): OpusDecoder {
    const library = this.#library;
    const state = this.#allocate(library.opus_decoder_get_size(1));
    library.opus_decoder_init(state, rateHz, 1);
    const run = (packet: Uint8Array | undefined, out: Int16Array, fec: boolean): number => {
      if (packet !== undefined && packet.length > PACKET_MAX_BYTES) return 0;
      this.#refreshViews();
      if (packet !== undefined) this.#bytes.set(packet, this.#packet);
      const from = packet === undefined ? 0 : this.#packet;
      const bytes = packet?.length ?? 0;
      // What a packet holds it must be given room for; what was lost is as long as asked.
      const isWhole = packet !== undefined && !fec;
      const asked = isWhole ? SAMPLES_MAX : Math.min(out.length, SAMPLES_MAX);
      const samples = library.opus_decode(state, from, bytes, this.#pcm, asked, fec ? 1 : 0);
      if (samples <= 0) return 0;
      this.#refreshViews();
      const taken = Math.min(samples, out.length);
      out.set(this.#words.subarray(this.#pcm >> 1, (this.#pcm >> 1) + taken));
      return taken;
    };
    return {
      decode: (packet, out) => (packet.length === 0 ? 0 : run(packet, out, false)),
      conceal: (out) => run(undefined, out, false),
      recover: (packet, out) => (packet.length === 0 ? 0 : run(packet, out, true)),
      close: this.#closer(state),
    };
  }

  #allocate(bytes: number): number {
    const pointer = this.#library.malloc(bytes);
    if (pointer !== 0) return pointer;
    throw new PortError({
      kind: "io",
      what: "the codec Opus",
      advice: "it is out of memory: fewer calls at a time",
    });
  }

  #closer(state: number): () => void {
    let isOpen = true;
    return () => {
      if (isOpen) this.#library.free(state);
      isOpen = false;
    };
  }

  /** Memory that has grown is another buffer. */
  #refreshViews(): void {
    const { buffer } = this.#library.memory;
    if (this.#bytes.buffer === buffer) return;
    this.#words = new Int16Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }
}
