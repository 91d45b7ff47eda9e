import { PortError } from "../../base/port-fault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Pcm } from "../ports/pcm-stream.ts";
import { openAlsaCard } from "./alsa-card.ts";
import { loadAlsa } from "./alsa-library.ts";
import { openPipeCard } from "./alsa-pipe.ts";
import { CardStreams } from "./card-streams.ts";
import { loadKoffi } from "./koffi-binding.ts";
import type { OpenSoundCard } from "./sound-card.ts";
import { type ChannelSide, channelsFor, parseSoundChannel } from "./sound-channel.ts";
import { type SoundLevels, soundGains } from "./sound-levels.ts";

/** What the sound port stands on. */
export interface AlsaPcmOptions {
  readonly clock: Clock;
  /** How a card is opened; `createCardOpener()` where absent. */
  readonly openCard?: OpenSoundCard;
  /** What full scale means on the line, by the channel's name. */
  readonly levels?: Readonly<Record<string, SoundLevels>>;
}

/**
 * Linux sound devices. A channel's name is a device of ALSA (`plughw:CARD=Device,DEV=0`), or one of
 * the two channels of a stereo one (`hw:1,0#left`); lines on one device share its clock.
 */
export function createPcm(options: AlsaPcmOptions): Pcm {
  const { clock, openCard = createCardOpener(), levels = {} } = options;
  const cards = new Map<string, Promise<CardStreams>>();

  const cardOf = (name: string, side: ChannelSide): Promise<CardStreams> => {
    const known = cards.get(name);
    if (known !== undefined) return known;
    const forget = (): void => {
      if (cards.get(name) === opening) cards.delete(name);
    };
    const opening = openCard(name, channelsFor(side)).then(
      (card) => new CardStreams(card, clock, forget),
    );
    cards.set(name, opening);
    opening.catch(forget);
    return opening;
  };

  const open: Pcm["open"] = async (channel, events) => {
    const { card, side } = parseSoundChannel(channel);
    const streams = await cardOf(card, side);
    // Its last line may have been closed meanwhile.
    if (!streams.isOpen) return open(channel, events);
    if (!streams.hasRoomFor(side)) {
      const advice = "another line has it: name two lines on one card NAME#left and NAME#right";
      throw new PortError({ kind: "busy", what: `sound channel "${channel}"`, advice });
    }
    return streams.open(side, events, soundGains(levels[channel] ?? {}));
  };
  return { open };
}

/**
 * Cards by ALSA's library where `koffi` and the library are there, by the programs `arecord` and
 * `aplay` where not. Which of them is found out once. Rejects with `PortError` `unsupported`,
 * naming both ways, where there is neither.
 */
export function createCardOpener(
  openers: { readonly library: () => Promise<OpenSoundCard>; readonly programs: OpenSoundCard } = {
    library: openByLibrary,
    programs: openPipeCard,
  },
): OpenSoundCard {
  let library: Promise<OpenSoundCard | PortError> | undefined;
  return async (name, channels) => {
    library ??= openers.library().catch((error: unknown) => {
      if (error instanceof PortError) return error;
      throw error;
    });
    const open = await library;
    if (!(open instanceof PortError)) return open(name, channels);
    try {
      return await openers.programs(name, channels);
    } catch (error) {
      if (!(error instanceof PortError) || error.fault.kind !== "unsupported") throw error;
      const advice = `${open.fault.advice}; or ${error.fault.advice}`;
      throw new PortError({ ...error.fault, advice });
    }
  };
}

async function openByLibrary(): Promise<OpenSoundCard> {
  const alsa = loadAlsa(await loadKoffi("sound"));
  return async (name, channels) => openAlsaCard(alsa, name, channels);
}
