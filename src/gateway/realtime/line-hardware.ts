import { unreachable } from "../../base/invariant.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import {
  type CardLook,
  GPIO_SLIC_PROFILES,
  type GpioSlicProfile,
  openGpioSlic,
  overrideProfile,
  type SerialCardLineConfig,
  SerialCards,
  Si321xChips,
} from "../../hal/drivers/index.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import type { PcmStream, PcmStreamEvents } from "../../hal/ports/pcm-stream.ts";
import type { Slic, SlicEvents } from "../../hal/ports/slic.ts";
import type { GpioSlicSpec, LineWiring, SerialCardSpec, Si321xSpec } from "./realtime-config.ts";

/** One line's hardware, open: its line interface and its audio. */
export interface OpenLineHardware {
  readonly slic: Slic;
  readonly pcm: PcmStream;
}

/** What a line's card says when it is asked, without its line being opened. */
export type LineLook =
  /** A module on pins tells nothing but whether current flows in its loop. */
  | { readonly kind: "module"; readonly isOffHook: boolean }
  | { readonly kind: "proslic"; readonly chip: string; readonly revision: string }
  | { readonly kind: "serial-card"; readonly card: CardLook };

/** A line interface; its audio too, where its card carries it. */
interface OpenCard {
  readonly slic: Slic;
  readonly audio: PcmStream | undefined;
}

const NO_AUDIO: PcmStreamEvents = { onFrame() {}, onFault() {} };

/** Opens lines with the drivers that their wiring names; cards that carry several are shared. */
export class LineHardware {
  readonly #ports: RealtimePorts;
  #cards: SerialCards | undefined;
  #chips: Si321xChips | undefined;

  constructor(ports: RealtimePorts) {
    this.#ports = ports;
  }

  /** Opens a line. Rejects with `PortError`; then nothing of it is left open. */
  async open(
    wiring: LineWiring,
    events: SlicEvents,
    pcmEvents: PcmStreamEvents,
  ): Promise<OpenLineHardware> {
    const { slic, audio } = await this.#openCard(wiring, events, pcmEvents);
    try {
      const pcm = await this.#openAudio(wiring, audio, pcmEvents);
      return { slic, pcm };
    } catch (error) {
      slic.safe();
      slic.close();
      throw error;
    }
  }

  /** Opens a line's interface alone, to make it safe. Rejects with `PortError`. */
  async openSlic(wiring: LineWiring, events: SlicEvents): Promise<Slic> {
    return (await this.#openCard(wiring, events, NO_AUDIO)).slic;
  }

  /**
   * Asks a line's interface who it is, for tools that look at a machine: nothing is fed or rung, a
   * ProSLIC with a reset pin is reset. Rejects with `PortError`, `busy` where somebody has it; then
   * nothing is left open.
   */
  async look({ slic }: LineWiring): Promise<LineLook> {
    switch (slic.driver) {
      case "gpio-slic":
        return this.#lookAtModule(slic);
      case "serial-card":
        return this.lookAtSerialCard(slic);
      case "si321x":
        return { kind: "proslic", chip: slic.chip, revision: await this.#proslics().look(slic) };
      default:
        return unreachable(slic);
    }
  }

  /** The same of a serial card, also of one that carries the audio of a line alone. */
  async lookAtSerialCard(config: SerialCardLineConfig): Promise<LineLook> {
    return { kind: "serial-card", card: await this.#serialCards().look(config) };
  }

  async #lookAtModule(spec: GpioSlicSpec): Promise<LineLook> {
    const { shkOffHookLevel } = gpioProfile(spec);
    const ignore = { onEdge() {}, onWatermark() {}, onFault() {} };
    const shk = await this.#ports.gpio.openInput(spec.pins.shk, ignore);
    const level = shk.read();
    shk.release();
    if (!level.ok) throw new PortError(level.error);
    return { kind: "module", isOffHook: level.value === shkOffHookLevel };
  }

  async #openCard(
    { slic }: LineWiring,
    events: SlicEvents,
    pcmEvents: PcmStreamEvents,
  ): Promise<OpenCard> {
    switch (slic.driver) {
      case "gpio-slic":
        return { slic: await this.#openGpio(slic, events), audio: undefined };
      case "serial-card":
        return this.#openSerial(slic, events, pcmEvents);
      case "si321x":
        return { slic: await this.#openChip(slic, events), audio: undefined };
      default:
        return unreachable(slic);
    }
  }

  async #openGpio(spec: GpioSlicSpec, events: SlicEvents): Promise<Slic> {
    const config = { profile: gpioProfile(spec), pins: spec.pins, ohtBias: spec.ohtBias };
    return openGpioSlic(config, this.#ports, events);
  }

  #openChip(spec: Si321xSpec, events: SlicEvents): Promise<Slic> {
    return this.#proslics().open(spec, events);
  }

  #proslics(): Si321xChips {
    const { spi, gpio, clock } = this.#ports;
    if (spi === undefined) {
      const advice = "choose a board with SPI";
      throw new PortError({ kind: "unsupported", what: "a ProSLIC on this board", advice });
    }
    this.#chips ??= new Si321xChips({ spi, gpio, clock });
    return this.#chips;
  }

  async #openSerial(
    spec: SerialCardSpec,
    events: SlicEvents,
    pcmEvents: PcmStreamEvents,
  ): Promise<OpenCard> {
    const { slic, audio, close } = await this.#serialCards().open(spec, events, pcmEvents);
    if (slic !== undefined) return { slic, audio };
    close();
    throw new PortError({
      kind: "unsupported",
      what: `line ${spec.line} of the serial card at ${spec.device}`,
      advice: "it carries audio only: name another driver for the line, and the card as its audio",
    });
  }

  async #openAudio(
    { slic, pcmChannel, pcmCard }: LineWiring,
    ownAudio: PcmStream | undefined,
    events: PcmStreamEvents,
  ): Promise<PcmStream> {
    if (pcmChannel !== undefined) return this.#ports.pcm.open(pcmChannel, events);
    if (pcmCard === undefined && ownAudio !== undefined) return ownAudio;
    if (pcmCard !== undefined) {
      const onFault = (fault: PortFault): void => events.onFault(fault);
      const noLine = { onLoop() {}, onWatermark() {}, onFault };
      const { audio, close } = await this.#serialCards().open(pcmCard, noLine, events);
      if (audio !== undefined) return { ...audio, close };
      close();
    }
    throw new PortError({
      kind: "unsupported",
      what: `the audio of a line with the driver ${slic.driver}`,
      advice: "name a pcmChannel, or a pcmCard that carries audio, in the board's file",
    });
  }

  #serialCards(): SerialCards {
    const { serial, clock, random } = this.#ports;
    if (serial === undefined) {
      const advice = "choose a board with serial ports";
      throw new PortError({ kind: "unsupported", what: "a serial card on this board", advice });
    }
    this.#cards ??= new SerialCards({ serial, clock, random });
    return this.#cards;
  }
}

/** What a module on pins is like, with what is known better of this one. */
function gpioProfile({ driver, profile, overrides }: GpioSlicSpec): GpioSlicProfile {
  const chip = Object.entries(GPIO_SLIC_PROFILES).find(([name]) => name === profile);
  if (chip !== undefined) return overrideProfile(chip[1], overrides ?? {});
  throw new PortError({
    kind: "unsupported",
    what: `chip "${profile}"`,
    advice: `the driver ${driver} knows ${Object.keys(GPIO_SLIC_PROFILES).join(", ")}`,
  });
}
