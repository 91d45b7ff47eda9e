import type { RealtimePorts } from "../../../src/hal/ports/board.ts";
import type { Clock } from "../../../src/hal/ports/clock.ts";
import type { Gpio } from "../../../src/hal/ports/gpio.ts";
import type { Serial } from "../../../src/hal/ports/serial-link.ts";
import type { Spi } from "../../../src/hal/ports/spi.ts";

/** Ports of a program that can be killed: nothing of it runs any more, and what it held is free. */
export interface MortalProgram {
  readonly ports: RealtimePorts;
  /** As the kernel ends a process: files are closed, and nobody puts anything into a safe state. */
  kill(): void;
}

/** Stands between a program and its ports. */
export function mortalProgram(ports: RealtimePorts): MortalProgram {
  let isDead = false;
  const held: (() => void)[] = [];
  const alive =
    <Args extends readonly unknown[]>(run: (...args: Args) => void) =>
    (...args: Args): void => {
      if (!isDead) run(...args);
    };
  const clock: Clock = {
    nowMs: () => ports.clock.nowMs(),
    wallMs: () => ports.clock.wallMs(),
    at: (atMs, run) => ports.clock.at(atMs, alive(run)),
  };
  const gpio: Gpio = {
    openOutput: async (pin, options) => {
      const output = await ports.gpio.openOutput(pin, options);
      held.push(() => output.release());
      return output;
    },
    openInput: async (pin, events) => {
      const input = await ports.gpio.openInput(pin, {
        onEdge: alive((edge) => events.onEdge(edge)),
        onWatermark: alive((atMs) => events.onWatermark(atMs)),
        onFault: alive((fault) => events.onFault(fault)),
      });
      held.push(() => input.release());
      return input;
    },
  };
  const spi = (bus: Spi): Spi => ({
    open: async (device, options) => {
      const opened = await bus.open(device, options);
      held.push(() => opened.close());
      return opened;
    },
  });
  const serial = (lines: Serial): Serial => ({
    open: async (device, baud, events) => {
      const link = await lines.open(device, baud, {
        onBytes: alive((bytes, atMs) => events.onBytes(bytes, atMs)),
        onFault: alive((fault) => events.onFault(fault)),
      });
      held.push(() => link.close());
      return link;
    },
  });
  return {
    ports: {
      ...ports,
      clock,
      gpio,
      ...(ports.spi === undefined ? {} : { spi: spi(ports.spi) }),
      ...(ports.serial === undefined ? {} : { serial: serial(ports.serial) }),
    },
    kill: () => {
      isDead = true;
      for (const release of held.splice(0)) release();
    },
  };
}
