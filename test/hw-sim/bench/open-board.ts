import type { SimCommand } from "../../../src/base/sim-messages.ts";
import type { Board, OpenBoard } from "../../../src/hal/ports/board.ts";
import { createSimBoard } from "../board/sim-board.ts";
import { VirtualNetwork } from "../world/network.ts";
import { pacedUdp } from "../world/paced-net.ts";
import type { RealTimePacer } from "../world/pacer.ts";
import { createRealTimePacer } from "../world/real-time.ts";
import { ciphers, createRealPorts } from "../world/real-time-ports.ts";
import { World } from "../world/world.ts";
import { BENCH_HOST } from "./bench-host.ts";
import { displayFor, isCallerIdOfCountry, plugIn } from "./phone-maker.ts";
import { SimPeople } from "./sim-people.ts";

const CLOSE_AFTER_MS = 50;

/** One telephone as `BoardSpec.options.phones` names it; what is left out is American. */
type PhoneChoice = {
  kind?: unknown;
  country?: unknown;
  callerIdModem?: unknown;
  callerIdParts?: unknown;
};

/** What `BoardSpec.options` may hold for this board; anything else is ignored. */
interface SimBoardChoice {
  readonly seed: number;
  /** A set a line: its kind, and the country and the modem of its display. */
  readonly phones: readonly PhoneChoice[];
  /** On a virtual clock that stands still until it is told to `advance`. */
  readonly virtual: boolean;
}

/**
 * Opens the simulated board: chips, copper, and a telephone on every line. Its messages are
 * `SimCommand` down and `SimTold` up. Bound to wall time and real sockets, unless its options say
 * `virtual`.
 */
export const openBoard: OpenBoard = async (spec, tell) => {
  const choice = readChoice(spec.options);
  const world = new World({ seed: choice.seed });
  const board = createSimBoard(world, {
    lines: Array.from({ length: spec.lineCount }, () => ({ chip: "ag1171", ohtBias: true })),
  });
  const phones = board.lines.map((line, at) => {
    const { kind, country, callerIdModem, callerIdParts } = choice.phones[at] ?? {};
    return plugIn(line, kind === "rotary" ? "rotary" : "touch-tone", {
      world,
      name: `phone${line.id}`,
      country: typeof country === "string" ? country : "us",
      display: isCallerIdOfCountry(callerIdParts)
        ? displayFor(callerIdParts)
        : { callerId: callerIdModem === "v23" ? "v23" : "bell-202" },
    });
  });
  const people = new SimPeople(world, phones, tell);
  const pacer: RealTimePacer | undefined = choice.virtual ? undefined : createRealTimePacer(world);
  const real = createRealPorts();
  const udp =
    pacer === undefined
      ? new VirtualNetwork(world).host(BENCH_HOST).udp
      : pacedUdp(pacer, real.udp);
  const random = pacer === undefined ? world.random("box") : real.random;
  pacer?.start();
  const opened: Board = {
    ports: {
      clock: world.clock,
      random,
      udp,
      gpio: board.gpio,
      pcm: board.pcm,
      spi: board.spi,
      serial: board.serial,
      ciphers,
    },
    receive(message) {
      // Only the box's own prompt and tests speak to this board, and they speak SimCommand.
      const command = message as SimCommand;
      if (command.kind === "advance") {
        world.advance(command.ms).then(() => tell({ kind: "advanced" }));
      } else if (pacer === undefined) people.take(command);
      else pacer.enter(() => people.take(command));
    },
    close() {
      // The chips' way out of ringing takes some milliseconds of the world's time.
      world.clock.at(world.clock.nowMs() + CLOSE_AFTER_MS, () => pacer?.stop());
    },
  };
  return opened;
};

function readChoice(options: Readonly<Record<string, unknown>>): SimBoardChoice {
  const { seed, phones, virtual }: { seed?: unknown; phones?: unknown; virtual?: unknown } =
    options;
  return {
    seed: typeof seed === "number" ? seed : 1,
    phones: Array.isArray(phones) ? phones : [],
    virtual: virtual === true,
  };
}
