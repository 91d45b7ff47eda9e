import type { LineId } from "../../../src/base/line-messages.ts";
import type { Gpio } from "../../../src/hal/ports/gpio.ts";
import { Ag1171, type Ag1171Options } from "../chips/ag1171.ts";
import { CopperLoop, type CopperLoopOptions } from "../loop/copper-loop.ts";
import type { LoopEnd, Terminal } from "../loop/terminal.ts";
import type { TraceSink } from "../trace/trace.ts";
import type { World } from "../world/world.ts";
import { SimGpio } from "./sim-gpio.ts";
import { FRAME_SAMPLES, type PcmChannelOptions, SimPcm } from "./sim-pcm.ts";

/** One line of a simulated board: its chip, what is fitted around it, and its copper. */
export interface SimLineOptions extends Ag1171Options {
  readonly chip: "ag1171";
  readonly loop?: CopperLoopOptions;
  /** The sound card's channel of this line. */
  readonly pcm?: PcmChannelOptions;
  /** F/R is a pin with a square wave of its own. */
  readonly pwm?: boolean;
}

/** What a simulated board has. */
export interface SimBoardOptions {
  /** Lines 1 and up. */
  readonly lines: readonly SimLineOptions[];
  readonly trace?: TraceSink | undefined;
}

/** The names under which the program under test finds a line's pins and its sound channel. */
export interface SimLineNames {
  readonly forwardReverse: string;
  readonly ringMode: string;
  readonly switchHook: string;
  readonly powerDown: string;
  readonly pcmChannel: string;
}

/** One line of a built board. */
export interface SimLine {
  readonly id: LineId;
  readonly names: SimLineNames;
  readonly chip: Ag1171;
  readonly loop: CopperLoop;
  /** Plugs a telephone into the line's socket. */
  attach(terminal: Terminal): LoopEnd;
}

/** A built board: the two ports for the program under test, the lines for telephones and tests. */
export interface SimBoard {
  readonly gpio: Gpio & SimGpio;
  readonly pcm: SimPcm;
  /** In order, line 1 first. */
  readonly lines: readonly SimLine[];
}

/** The names of a line: `line1-fr`, `line1-rm`, `line1-shk`, `line1-pd`, channel `line1`. */
export function simLineNames(id: LineId): SimLineNames {
  return {
    forwardReverse: `line${id}-fr`,
    ringMode: `line${id}-rm`,
    switchHook: `line${id}-shk`,
    powerDown: `line${id}-pd`,
    pcmChannel: `line${id}`,
  };
}

/** Builds a board with its chips powered and its loops wired. */
export function createSimBoard(world: World, options: SimBoardOptions): SimBoard {
  const names = options.lines.map((_, at) => simLineNames(at + 1));
  const gpio = new SimGpio(
    world,
    names.flatMap((line) => [line.forwardReverse, line.ringMode, line.switchHook, line.powerDown]),
    {
      pwmPins: options.lines.flatMap((line, at) =>
        line.pwm === true ? [simLineNames(at + 1).forwardReverse] : [],
      ),
      trace: options.trace,
    },
  );
  const pcm = new SimPcm(world);
  const lines = options.lines.map((line, at) =>
    buildLine(world, { gpio, pcm, trace: options.trace }, at + 1, line),
  );
  return { gpio, pcm, lines };
}

function buildLine(
  world: World,
  parts: { readonly gpio: SimGpio; readonly pcm: SimPcm; readonly trace: TraceSink | undefined },
  id: LineId,
  options: SimLineOptions,
): SimLine {
  const { gpio, pcm, trace } = parts;
  const names = simLineNames(id);
  const loop = new CopperLoop(
    {
      clock: world.clock,
      random: world.random(`line${id} noise`),
      frameSamples: options.pcm?.frameSamples ?? FRAME_SAMPLES,
      name: `line${id}`,
      trace,
    },
    options.loop,
  );
  const chip = new Ag1171(
    {
      clock: world.clock,
      setFeed: (feed) => loop.setFeed(feed),
      setSwitchHook: (level) => gpio.drive(names.switchHook, level),
      onViolation: ({ atMs, kind, text }) =>
        trace?.({ atMs, source: `line${id} chip`, kind, text }),
    },
    options,
  );
  loop.onFeedCurrent((milliamps) => chip.onFeedCurrent(milliamps));
  gpio.onOutput(names.forwardReverse, (drive) => chip.setForwardReverse(drive));
  gpio.onOutput(names.ringMode, (drive) => chip.setRingMode(drive));
  gpio.onOutput(names.powerDown, (drive) => chip.setPowerDown(drive));
  pcm.addChannel(names.pcmChannel, loop, options.pcm);
  return { id, names, chip, loop, attach: (terminal) => loop.attach(terminal) };
}
