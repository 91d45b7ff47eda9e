import {
  createGpio,
  createMediaClock,
  createPcm,
  createPwmGpio,
  createSerial,
  createSpi,
  type PwmPins,
  type SoundLevels,
} from "../hal/linux/index.ts";
import { ciphers, createRandom } from "../hal/node/index.ts";
import type { OpenBoard } from "../hal/ports/board.ts";

/** What `BoardSpec.options` holds for this module; anything else is ignored. */
export interface LinuxBoardOptions {
  /** Pins that hardware can toggle. */
  readonly pwm?: PwmPins;
  /** What a sound channel's full scale means on the line, by the channel's name. */
  readonly levels?: Readonly<Record<string, SoundLevels>>;
}

/**
 * A board that runs Linux: its GPIO pins, sound cards, SPI and serial ports, and the machine's
 * clock and network.
 */
export const openBoard: OpenBoard = async (spec) => {
  const { clock, udp, rehearse } = await createMediaClock();
  // Made by this package's command line from a board file and a configuration that were checked.
  const { pwm = {}, levels = {} } = spec.options as LinuxBoardOptions;
  return {
    ports: {
      clock,
      random: createRandom(),
      udp,
      gpio: createPwmGpio(createGpio({ clock }), { clock, pins: pwm }),
      pcm: createPcm({ clock, levels }),
      spi: createSpi(),
      serial: createSerial({ clock }),
      ciphers,
    },
    ...(rehearse === undefined ? {} : { rehearse }),
    receive() {},
    close() {},
  };
};
