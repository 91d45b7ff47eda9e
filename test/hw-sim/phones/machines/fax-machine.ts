import type { Clock, Timer } from "../../../../src/hal/ports/clock.ts";
import { sineMix } from "../../audio/levels.ts";
import type { ToneTable } from "../../audio/tone-tables.ts";
import type { Observation } from "../observation.ts";
import type { Phone } from "../phone.ts";

/** What fax machines say to each other before they speak. @see ITU-T T.30 §4 */
export const FAX_TONES = [
  { name: "cng", frequenciesHz: [1100], cadence: [500, 3000] },
  { name: "ced", frequenciesHz: [2100], cadence: [] },
] as const satisfies ToneTable;

/** What a fax machine has come to. */
export type FaxState = "idle" | "calling" | "answering" | "heard-cng" | "heard-ced";

const CNG_MS = 500;
const CNG_EVERY_MS = 3500;
/** CED begins 1.8 to 2.5 s after the answer and lasts 2.6 to 4 s. @see ITU-T T.30 §4.1 */
const CED_AFTER_MS = 2000;
const CED_MS = 3300;
const TONE_DBM = -12;

/**
 * A fax machine as far as the tones by which lines know one: as the caller it sends CNG until it
 * hears CED, called it answers and sends CED. Its telephone's tone table needs {@link FAX_TONES}.
 */
export class FaxMachine {
  readonly #phone: Phone;
  readonly #clock: Clock;
  #state: FaxState = "idle";
  #cng: Timer | undefined;

  constructor(phone: Phone, clock: Clock) {
    this.#phone = phone;
    this.#clock = clock;
    phone.onObservation((seen) => this.#notice(seen));
  }

  get state(): FaxState {
    return this.#state;
  }

  /** The number is dialled and it has begun to ring there: sends CNG from now on. */
  startCalling(): void {
    this.#state = "calling";
    this.#sendCng();
  }

  hang(): void {
    this.#cng?.cancel();
    this.#state = "idle";
    this.#phone.hang();
  }

  #sendCng(): void {
    this.#phone.say(sineMix([1100], TONE_DBM, CNG_MS));
    const nextMs = this.#clock.nowMs() + CNG_EVERY_MS;
    this.#cng = this.#clock.at(nextMs, () => this.#sendCng());
  }

  #notice(seen: Observation): void {
    if (seen.kind === "ringing-started" && this.#state === "idle") this.#answer();
    if (seen.kind !== "tone") return;
    if (seen.name === "ced" && this.#state === "calling") {
      this.#state = "heard-ced";
      this.#cng?.cancel();
    }
    if (seen.name === "cng" && this.#state === "answering") this.#state = "heard-cng";
  }

  #answer(): void {
    this.#state = "answering";
    const { at, nowMs } = this.#clock;
    at(nowMs() + 500, () => this.#phone.lift());
    at(nowMs() + 500 + CED_AFTER_MS, () => this.#phone.say(sineMix([2100], TONE_DBM, CED_MS)));
  }
}
