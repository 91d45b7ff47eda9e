import type { SimCommand, SimObservation, SimTold } from "../../../src/base/sim-messages.ts";
import { pcm16FromVolts, SAMPLE_RATE_HZ } from "../audio/levels.ts";
import { parseLineWav, printWav } from "../audio/wav.ts";
import type { Observation } from "../phones/observation.ts";
import type { Phone } from "../phones/phone.ts";
import type { World } from "../world/world.ts";

/** How long after the last digit a telephone's person says that it is dialled, ms. */
const DIALED_AFTER_MS = 1;

/** The people at the telephones of a simulated board: they do as told and tell what they notice. */
export class SimPeople {
  readonly #world: World;
  readonly #phones: readonly Phone[];
  readonly #tell: (told: SimTold) => void;

  constructor(world: World, phones: readonly Phone[], tell: (told: SimTold) => void) {
    this.#world = world;
    this.#phones = phones;
    this.#tell = tell;
    for (const [at, phone] of phones.entries()) {
      phone.onObservation((seen) => {
        const observed = told(seen);
        if (observed === undefined) return;
        this.#tell({ kind: "phone", line: at + 1, atMs: seen.atMs, observed });
      });
    }
  }

  /** Does what a person was asked to; what cannot be done comes back as `refused`. */
  take(command: Exclude<SimCommand, { kind: "advance" }>): void {
    const phone = this.#phones[command.line - 1];
    if (phone === undefined) {
      this.#refuse(command.line, "there is no such telephone");
      return;
    }
    if ((command.kind === "dial" || command.kind === "say") && !phone.isOffHook) {
      this.#refuse(command.line, "lift it first");
      return;
    }
    switch (command.kind) {
      case "lift":
        if (phone.isOffHook) this.#refuse(command.line, "its receiver is off the hook already");
        phone.lift();
        return;
      case "hang":
        if (!phone.isOffHook) this.#refuse(command.line, "its receiver is on the hook already");
        this.#endRecording(command.line, phone);
        phone.hang();
        return;
      case "flash":
        if (!phone.isOffHook) this.#refuse(command.line, "lift it first");
        phone.flash(command.durationMs);
        return;
      case "dial":
        this.#dial(command.line, phone, command.digits);
        return;
      case "say":
        this.#say(command.line, phone, command.wav);
        return;
      case "record":
        if (!command.on) this.#endRecording(command.line, phone);
        else if (phone.isOffHook) phone.startRecording();
        else this.#refuse(command.line, "it hears nothing while on the hook: lift it first");
        return;
    }
  }

  #dial(line: number, phone: Phone, digits: string): void {
    const dialled = phone.dial(digits);
    if (!dialled.ok) {
      this.#refuse(line, dialled.error);
      return;
    }
    this.#world.clock.at(dialled.value + DIALED_AFTER_MS, () => {
      const observed: SimObservation = { kind: "dialed", digits };
      this.#tell({ kind: "phone", line, atMs: this.#world.clock.nowMs(), observed });
    });
  }

  #say(line: number, phone: Phone, wav: Uint8Array): void {
    const speech = parseLineWav(wav, "that file");
    const said = speech.ok ? phone.say(speech.value) : undefined;
    if (!speech.ok) this.#refuse(line, speech.error.text);
    else if (said?.ok === true) {
      this.#world.clock.at(said.value, () => {
        const atMs = this.#world.clock.nowMs();
        this.#tell({ kind: "phone", line, atMs, observed: { kind: "said" } });
      });
    } else if (said !== undefined) this.#refuse(line, said.error);
  }

  #endRecording(line: number, phone: Phone): void {
    const recording = phone.stopRecording();
    if (recording === undefined) return;
    const wav = printWav({
      sampleRateHz: SAMPLE_RATE_HZ,
      channels: [pcm16FromVolts(recording.volts)],
    });
    this.#tell({ kind: "recorded", line, wav });
  }

  #refuse(line: number, reason: string): void {
    this.#tell({ kind: "refused", line, reason });
  }
}

/** What of an observation is worth telling a person at a prompt. */
function told(seen: Observation): SimObservation | undefined {
  switch (seen.kind) {
    case "ringing-started":
    case "ringing-stopped":
    case "line-dead":
    case "line-back":
      return { kind: seen.kind };
    case "caller-id":
      return {
        kind: "caller-id",
        ...(seen.number === undefined ? {} : { number: seen.number }),
        ...(seen.name === undefined ? {} : { name: seen.name }),
      };
    case "caller-id-bad-checksum":
    case "caller-id-unreadable":
      return { kind: "caller-id-bad" };
    case "tone":
    case "tone-ended":
      return { kind: seen.kind, name: seen.name };
    case "message-lamp":
    case "polarity":
    case "metering-pulse":
      return undefined;
  }
}
