import type { ModemMenu } from "../../base/media-messages.ts";
import { V8Reader } from "./v8-menu.ts";
import { type V21Channel, V21Receiver } from "./v21-receiver.ts";

const FLAG = 0b01111110;
const FLAG_BITS = 8;
/** So many blocks in a row may be otherwise: noise, a click. */
const MISSES_MAX = 1;
/** What does not change for so many bits, 0.1 s, says nothing: all that is said has stop bits. */
const STEADY_BITS = 30;

/** One channel of V.21, listened to while it is there: flags, and menus of V.8. */
export class V21Path {
  readonly #receiver: V21Receiver;
  readonly #menus = new V8Reader();
  #isOn = false;
  #misses = 0;
  #bits = 0;
  #sinceChange = 0;
  #sinceFlag = 0;
  #flags = 0;
  #menu: ModemMenu | undefined;

  constructor(channel: V21Channel) {
    this.#receiver = new V21Receiver(channel, (bit) => this.#take(bit));
  }

  /** Whether the channel is there. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Whether it has been there for a while and says nothing: a steady tone nearby is like it. */
  get isSteady(): boolean {
    return this.#isOn && this.#sinceChange >= STEADY_BITS;
  }

  /** Flags that came in a row by now. */
  get flags(): number {
    return this.#flags;
  }

  /** A menu that has come, once. */
  takeMenu(): ModemMenu | undefined {
    const menu = this.#menu;
    this.#menu = undefined;
    return menu;
  }

  /** A block in which the channel's tones are, or nearly nothing but them. */
  hear(block: Int16Array, isThere: boolean): void {
    if (isThere) {
      this.#isOn = true;
      this.#misses = 0;
    } else if (!this.#isOn) return;
    else if (++this.#misses > MISSES_MAX) {
      this.restart();
      return;
    }
    this.#receiver.hear(block);
  }

  /** The channel is silent. */
  restart(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#flags = 0;
    this.#sinceFlag = 0;
    this.#sinceChange = 0;
    this.#receiver.restart();
    this.#menus.restart();
  }

  #take(bit: 0 | 1): void {
    this.#sinceChange = bit === (this.#bits & 1) ? this.#sinceChange + 1 : 0;
    this.#bits = ((this.#bits << 1) | bit) & 0xff;
    this.#sinceFlag++;
    if (this.#bits === FLAG) {
      this.#flags = this.#sinceFlag === FLAG_BITS ? this.#flags + 1 : 1;
      this.#sinceFlag = 0;
    } else if (this.#sinceFlag > FLAG_BITS) this.#flags = 0;
    this.#menu = this.#menus.take(bit) ?? this.#menu;
  }
}
