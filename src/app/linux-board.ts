import { createGpio, createPcm, createSerial, createSpi } from "../hal/linux/index.ts";
import { ciphers, createClock, createRandom, createUdp } from "../hal/node/index.ts";
import type { OpenBoard } from "../hal/ports/board.ts";

/**
 * A board that runs Linux: its GPIO pins, sound cards, SPI and serial ports, and the machine's
 * clock and network.
 */
export const openBoard: OpenBoard = async () => {
  const clock = createClock();
  return {
    ports: {
      clock,
      random: createRandom(),
      udp: createUdp(),
      gpio: createGpio({ clock }),
      pcm: createPcm({ clock }),
      spi: createSpi(),
      serial: createSerial({ clock }),
      ciphers,
    },
    receive() {},
    close() {},
  };
};
