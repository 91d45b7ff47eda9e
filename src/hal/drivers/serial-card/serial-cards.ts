import { PortError, type PortFault } from "../../../base/port-fault.ts";
import type { Timer } from "../../ports/clock.ts";
import type { PcmStream, PcmStreamEvents } from "../../ports/pcm-stream.ts";
import type { Slic, SlicEvents } from "../../ports/slic.ts";
import { CardLine } from "./card-line.ts";
import { type CardConfig, type CardPorts, CardSession } from "./card-session.ts";
import { SAMPLE_CODINGS } from "./companding.ts";
import type { LineSettings } from "./line-settings.ts";
import { settingCommands } from "./line-settings.ts";
import { type CardCoding, FRAME_SAMPLES, LINE_FLAGS } from "./wire-numbers.ts";

/** How long a card that nobody uses any more is kept, ms: a line is often opened again at once. */
const LINGER_MS = 100;
/** What may be used of a link, 0–1, so that control still gets through. */
const LOAD_MAX = 0.9;
/** Start, eight bits, stop. */
const BITS_PER_BYTE = 10;
const FRAMES_PER_S = 100;
/** Type, seq, lines, position, time, next event, CRC, COBS and the end of the frame. */
const AUDIO_OVERHEAD_BYTES = 16;

/** How a card is spoken to unless its configuration says otherwise. */
const DEFAULTS = { baud: 921_600, coding: "linear", leadFrames: 2 } as const;

/** One line of a card and what is to be set up there. */
export interface SerialCardLineConfig {
  readonly device: string;
  /** Default 921600; a card on USB (CDC) does not care. */
  readonly baud?: number;
  /** How samples cross the link. Default `linear`. */
  readonly coding?: CardCoding;
  /** How far ahead of its playing audio is sent, frames of 10 ms, 1–8. Default 2. */
  readonly leadFrames?: number;
  /** Which of the card's lines, 1 for the first. */
  readonly line: number;
  readonly settings?: LineSettings;
}

/** A line of a card, opened. Its audio is there where the card carries it. */
export interface OpenCardLine {
  readonly slic: Slic | undefined;
  readonly audio: PcmStream | undefined;
  /** Gives both up; closing `slic` does the same. */
  readonly close: () => void;
}

/** What a card says of itself, and of one of its lines. */
export interface CardLook {
  /** As its firmware calls it. */
  readonly name: string;
  /** Of the protocol. */
  readonly version: number;
  /** How many it has. */
  readonly lines: number;
  /** Whether the line feeds and rings a telephone. */
  readonly hasSlic: boolean;
  readonly hasAudio: boolean;
}

interface Card {
  readonly config: CardConfig;
  readonly session: Promise<CardSession>;
  linger: Timer | undefined;
}

/**
 * The serial cards of a box: the lines of one card share its link. A card is opened with its first
 * line and taken leave of after its last; one that was lost is opened anew with the next line.
 */
export class SerialCards {
  readonly #ports: CardPorts;
  readonly #cards = new Map<string, Card>();

  constructor(ports: CardPorts) {
    this.#ports = ports;
  }

  /**
   * Opens a line: reset, set up, its loop known.
   * @throws PortError (rejects) where the link or the card is not there, the line is in use, the
   * card has no such line or cannot do what `settings` ask, or the link is too slow for its lines
   */
  async open(
    config: SerialCardLineConfig,
    events: SlicEvents,
    pcm: PcmStreamEvents,
  ): Promise<OpenCardLine> {
    const card = this.#card(config);
    const session = await card.session;
    card.linger?.cancel();
    card.linger = undefined;
    const line = config.line - 1;
    const info = session.welcome?.lines[line];
    const channel = session.channel(line);
    if (info === undefined || channel === undefined) {
      this.#letGo(config.device, card, session);
      throw new PortError(noSuchLine(session, config));
    }
    if (session.attached.includes(line)) {
      const advice = "each line of a card is one line of the box: give this one another number";
      throw new PortError({ kind: "busy", what: session.lineName(line), advice });
    }
    const cardLine = new CardLine(
      {
        name: session.lineName(line),
        info,
        channel,
        clock: this.#ports.clock,
        lost: () => session.lost,
        wantWatermark: (atMs) => session.wantWatermark(line, atMs),
        release: () => {
          session.detach(line);
          this.#letGo(config.device, card, session);
        },
      },
      events,
      pcm,
    );
    session.attach(line, cardLine);
    const fault = tooSlow(card.config, session) ?? (await begin(cardLine, config, info.flags));
    if (fault !== undefined) {
      cardLine.close();
      throw new PortError(fault);
    }
    return {
      slic: (info.flags & LINE_FLAGS.slic) === 0 ? undefined : cardLine,
      audio: (info.flags & LINE_FLAGS.audio) === 0 ? undefined : cardLine.audio,
      close: () => cardLine.close(),
    };
  }

  /**
   * Greets a card and asks what it has; its lines are left alone, and none may be in use.
   * @throws PortError (rejects) where the link or the card is not there, or it has no such line
   */
  async look(config: SerialCardLineConfig): Promise<CardLook> {
    const card = this.#card(config);
    const session = await card.session;
    try {
      const { welcome } = session;
      const info = welcome?.lines[config.line - 1];
      if (welcome === undefined || info === undefined) {
        throw new PortError(noSuchLine(session, config));
      }
      const { flags } = info;
      return {
        ...{ name: welcome.name, version: welcome.version, lines: welcome.lines.length },
        hasSlic: (flags & LINE_FLAGS.slic) !== 0,
        hasAudio: (flags & LINE_FLAGS.audio) !== 0,
      };
    } finally {
      this.#letGo(config.device, card, session);
    }
  }

  #card(config: SerialCardLineConfig): Card {
    const { device } = config;
    const wanted = cardConfig(config);
    const known = this.#cards.get(device);
    if (known !== undefined) {
      const { baud, coding, leadFrames } = known.config;
      const same = baud === wanted.baud && coding === wanted.coding;
      if (same && leadFrames === wanted.leadFrames) return known;
      const what = `the serial card at ${device} with two different settings`;
      const advice = "give all its lines the same baud, coding and leadFrames";
      throw new PortError({ kind: "unsupported", what, advice });
    }
    const card: Card = {
      config: wanted,
      session: CardSession.open(wanted, this.#ports, () => this.#forget(device, card)),
      linger: undefined,
    };
    this.#cards.set(device, card);
    card.session.catch(() => this.#forget(device, card));
    return card;
  }

  #forget(device: string, card: Card): void {
    if (this.#cards.get(device) === card) this.#cards.delete(device);
  }

  #letGo(device: string, card: Card, session: CardSession): void {
    if (session.attached.length > 0 || session.lost !== undefined) return;
    const { clock } = this.#ports;
    card.linger?.cancel();
    card.linger = clock.at(clock.nowMs() + LINGER_MS, () => {
      this.#forget(device, card);
      session.end();
    });
  }
}

function cardConfig({ device, baud, coding, leadFrames }: SerialCardLineConfig): CardConfig {
  return {
    device,
    baud: baud ?? DEFAULTS.baud,
    coding: coding ?? DEFAULTS.coding,
    leadFrames: leadFrames ?? DEFAULTS.leadFrames,
  };
}

async function begin(
  line: CardLine,
  config: SerialCardLineConfig,
  flags: number,
): Promise<PortFault | undefined> {
  const begun = await line.begin();
  if (!begun.ok) return begun.error;
  const commands = settingCommands(config.settings ?? {}, flags);
  if (!commands.ok) {
    const advice = "this card cannot: take the setting out";
    return { kind: "unsupported", what: `${commands.error} of line ${config.line}`, advice };
  }
  for (const command of commands.value) {
    const end = await line.command(command);
    if (!end.ok) return end.error;
  }
  return undefined;
}

function noSuchLine(session: CardSession, { device, line }: SerialCardLineConfig): PortFault {
  const count = session.welcome?.lines.length ?? 0;
  const advice = `it has ${count}: check the board's file`;
  return (
    session.lost ?? { kind: "not-found", what: `line ${line} of the card at ${device}`, advice }
  );
}

/** Whether the lines in use, each with its audio on, would fill the link. */
function tooSlow(config: CardConfig, session: CardSession): PortFault | undefined {
  const { welcome } = session;
  const count = session.attached.filter(
    (line) => ((welcome?.lines[line]?.flags ?? 0) & LINE_FLAGS.audio) !== 0,
  ).length;
  const lineBytes = FRAME_SAMPLES * SAMPLE_CODINGS[welcome?.coding ?? config.coding].bytesPerSample;
  const frameBytes = AUDIO_OVERHEAD_BYTES + Math.ceil(count * lineBytes * (255 / 254));
  const load = (frameBytes * FRAMES_PER_S * BITS_PER_BYTE) / config.baud;
  if (count === 0 || load <= LOAD_MAX) return undefined;
  return {
    kind: "unsupported",
    what: `audio of ${count} lines at ${config.baud} baud on ${config.device}`,
    advice: "raise baud, also in the firmware, or set coding to pcmu",
  };
}
