import type { SocketAddress } from "../base/address.ts";
import type { MediaOutput } from "./media-session-types.ts";

type Sent = Extract<MediaOutput, { kind: "send" }>;

/** The one packet that nearly each frame sends: the same output each time, lent until the next. */
export class VoiceOutput {
  readonly #sent: { -readonly [Field in keyof Sent]: Sent[Field] };
  readonly #outputs: readonly MediaOutput[];

  constructor(session: string) {
    const to = { host: "", port: 0 };
    this.#sent = { kind: "send", session, channel: "rtp", bytes: new Uint8Array(0), to };
    this.#outputs = [this.#sent];
  }

  /** That these bytes are sent there. */
  sent(bytes: Uint8Array, to: SocketAddress): readonly MediaOutput[] {
    this.#sent.bytes = bytes;
    this.#sent.to = to;
    return this.#outputs;
  }
}
