import type { FrameEngine } from "../../base/codec-engines.ts";
import { PortError } from "../../base/port-fault.ts";
import { type Koffi, loadKoffi, type NativeFunction } from "./koffi-binding.ts";

/** The library's file, as Debian's package `libbcg729-0` has it; GPL, so never part of ours. */
const LIBRARY = "libbcg729.so.0";
const WHAT = "the codec G.729";

/** The functions that are used. @see bcg729 encoder.h, decoder.h */
const PROTOTYPES = {
  openEncoder: "void *initBcg729EncoderChannel(uint8_t enableVAD)",
  closeEncoder: "void closeBcg729EncoderChannel(void *context)",
  encode: "void bcg729Encoder(void *context, const void *pcm, void *bits, void *length)",
  openDecoder: "void *initBcg729DecoderChannel()",
  closeDecoder: "void closeBcg729DecoderChannel(void *context)",
  decode:
    "void bcg729Decoder(void *context, const void *bits, uint8_t length, uint8_t erased, " +
    "uint8_t silence, uint8_t comfortNoise, void *pcm)",
} as const;

const FRAME_BYTES = 10;

/**
 * G.729 by the system's libbcg729, without annex B toward the far end. Rejects with `PortError`
 * where the library, or koffi to call it with, is not installed.
 */
export async function loadG729(load?: () => Promise<unknown>): Promise<FrameEngine> {
  const koffi = await loadKoffi(WHAT, load);
  const call = bind(koffi);
  return {
    create() {
      const encoder = call.openEncoder(0);
      const decoder = call.openDecoder();
      const length = new Uint8Array(1);
      const nothing = new Uint8Array(FRAME_BYTES);
      return {
        encodeFrame(pcm, out) {
          call.encode(encoder, pcm, out, length);
          return length[0] ?? 0;
        },
        decodeFrame(bytes, out) {
          call.decode(
            decoder,
            bytes,
            bytes.length,
            0,
            bytes.length === FRAME_BYTES ? 0 : 1,
            0,
            out,
          );
        },
        concealFrame(out) {
          call.decode(decoder, nothing, 0, 1, 0, 0, out);
        },
        close() {
          call.closeEncoder(encoder);
          call.closeDecoder(decoder);
        },
      };
    },
  };
}

function bind(koffi: Koffi): Record<keyof typeof PROTOTYPES, NativeFunction> {
  try {
    const library = koffi.load(LIBRARY);
    return {
      openEncoder: library.func(PROTOTYPES.openEncoder),
      closeEncoder: library.func(PROTOTYPES.closeEncoder),
      encode: library.func(PROTOTYPES.encode),
      openDecoder: library.func(PROTOTYPES.openDecoder),
      closeDecoder: library.func(PROTOTYPES.closeDecoder),
      decode: library.func(PROTOTYPES.decode),
    };
  } catch {
    throw new PortError({
      kind: "not-found",
      what: `${WHAT} through ${LIBRARY}`,
      advice: "install libbcg729-0 (apt-get), or take G729 out of rtp.codecs",
    });
  }
}
