import type { SocketAddress } from "../base/address.ts";
import type { MediaOutput } from "./media-session-types.ts";
import type { PacketKeys } from "./packet-keys.ts";

type Sent = Extract<MediaOutput, { kind: "send" }>;

const NOTHING: readonly MediaOutput[] = [];

/** The one packet that nearly each frame sends: the same output each time, lent until the next. */
export class VoiceOutput {
  readonly #sent: { -readonly [Field in keyof Sent]: Sent[Field] };
  readonly #outputs: readonly MediaOutput[];

  constructor(session: string) {
    const to = { host: "", port: 0 };
    this.#sent = { kind: "send", session, channel: "rtp", bytes: new Uint8Array(0), to };
    this.#outputs = [this.#sent];
  }

  /** That these packets are sent there, encrypted where there are keys; lent until the next. */
  packets(
    packets: readonly Uint8Array[],
    keys: PacketKeys | undefined,
    to: SocketAddress,
  ): readonly MediaOutput[] {
    const [voice] = packets;
    if (packets.length === 1 && voice !== undefined) {
      const bytes = keys === undefined ? voice : keys.protectRtp(voice);
      if (bytes === undefined) return NOTHING;
      this.#sent.bytes = bytes;
      this.#sent.to = to;
      return this.#outputs;
    }
    const { session, channel } = this.#sent;
    return packets.flatMap((plain): readonly MediaOutput[] => {
      const bytes = keys === undefined ? plain : keys.protectRtp(plain);
      return bytes === undefined ? [] : [{ kind: "send", session, channel, bytes, to }];
    });
  }
}
