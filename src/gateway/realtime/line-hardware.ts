import { unreachable } from "../../base/invariant.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import {
  GPIO_SLIC_PROFILES,
  openGpioSlic,
  overrideProfile,
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
    const chip = Object.entries(GPIO_SLIC_PROFILES).find(([name]) => name === spec.profile);
    if (chip === undefined) {
      throw new PortError({
        kind: "unsupported",
        what: `chip "${spec.profile}"`,
        advice: `the driver ${spec.driver} knows ${Object.keys(GPIO_SLIC_PROFILES).join(", ")}`,
      });
    }
    const profile = overrideProfile(chip[1], spec.overrides ?? {});
    const config = { profile, pins: spec.pins, ohtBias: spec.ohtBias };
    return openGpioSlic(config, this.#ports, events);
  }

  #openChip(spec: Si321xSpec, events: SlicEvents): Promise<Slic> {
    const { spi, gpio, clock } = this.#ports;
    if (spi === undefined) {
      const advice = "choose a board with SPI";
      throw new PortError({ kind: "unsupported", what: "a ProSLIC on this board", advice });
    }
    this.#chips ??= new Si321xChips({ spi, gpio, clock });
    return this.#chips.open(spec, events);
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
