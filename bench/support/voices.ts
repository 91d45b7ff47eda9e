import { loadOpus } from "../../src/hal/node/index.ts";
import { codecsWith } from "../../src/media/index.ts";

/** What a call is measured with. */
export type Voice = "pcmu" | "opus";

/** As SDP has it; what a packet of 20 ms adds to the timestamp, in units of the clock. */
export interface VoiceFormat {
  readonly name: string;
  readonly payloadType: number;
  readonly clockRateHz: number;
  readonly packetUnits: number;
  /** Lines of SDP beside the port, one after the other. */
  readonly sdp: string;
}

/** By the name of a voice. */
export const VOICES: Readonly<Record<Voice, VoiceFormat>> = {
  pcmu: { name: "PCMU", payloadType: 0, clockRateHz: 8000, packetUnits: 160, sdp: "" },
  opus: {
    ...{ name: "OPUS", payloadType: 111, clockRateHz: 48_000, packetUnits: 960 },
    sdp: "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n",
  },
};

/** Whether a word of a command line names one. */
export const isVoice = (word: string): word is Voice => Object.hasOwn(VOICES, word);

const PACKET_SAMPLES = 160;

/** Speech as packets of 20 ms. */
export function packetsOf(voice: Voice, speech: Int16Array): readonly Uint8Array[] {
  const { name } = VOICES[voice];
  const codecs = codecsWith(voice === "opus" ? { opus: loadOpus() } : {});
  const spec = codecs.find((one) => one.name === name);
  if (spec === undefined) throw new Error(`there is no ${name}`);
  const codec = spec.createCodec();
  const out = new Uint8Array(spec.maxPayloadBytes(PACKET_SAMPLES));
  const packets: Uint8Array[] = [];
  for (let at = 0; at + PACKET_SAMPLES <= speech.length; at += PACKET_SAMPLES) {
    const length = codec.encode(speech.subarray(at, at + PACKET_SAMPLES), out);
    packets.push(out.slice(0, length));
  }
  codec.close?.();
  return packets;
}
