import type { LineId } from "../../../src/base/line-messages.ts";
import type { Gpio } from "../../../src/hal/ports/gpio.ts";
import type { ChipViolation } from "../chips/chip-violation.ts";
import { daisyChain } from "../chips/si321x/daisy-chain.ts";
import type { Si321xKind } from "../chips/si321x/register-map.ts";
import { Si321x } from "../chips/si321x/si321x.ts";
import { VoicePath } from "../chips/si321x/voice-path.ts";
import { SlicModule } from "../chips/slic-module.ts";
import { CopperLoop } from "../loop/copper-loop.ts";
import type { TraceSink } from "../trace/trace.ts";
import type { World } from "../world/world.ts";
import { SimGpio } from "./sim-gpio.ts";
import {
  isModule,
  MODULES,
  type SimChipName,
  type SimLine,
  type SimLineNames,
  type SimLineOptions,
  simLineNames,
} from "./sim-line.ts";
import { FRAME_SAMPLES, SimPcm } from "./sim-pcm.ts";
import { SimSerial } from "./sim-serial.ts";
import { SimSpi } from "./sim-spi.ts";

/** What a simulated board has. */
export interface SimBoardOptions {
  /** Lines 1 and up. */
  readonly lines: readonly SimLineOptions[];
  readonly trace?: TraceSink | undefined;
}

/** A built board: the ports for the program under test, the lines for telephones and tests. */
export interface SimBoard {
  readonly gpio: Gpio & SimGpio;
  readonly pcm: SimPcm;
  readonly spi: SimSpi;
  readonly serial: SimSerial;
  /** In order, line 1 first. */
  readonly lines: readonly SimLine[];
}

/** What the lines of one board are built with. */
interface BoardParts {
  readonly world: World;
  readonly gpio: SimGpio;
  readonly pcm: SimPcm;
  readonly trace: TraceSink | undefined;
}

/** One line's share of it. */
interface LineParts extends BoardParts {
  readonly id: LineId;
  readonly names: SimLineNames;
  readonly options: SimLineOptions;
  readonly loop: CopperLoop;
}

/** Builds a board with its chips powered and its loops wired. */
export function createSimBoard(world: World, options: SimBoardOptions): SimBoard {
  const { lines: wanted, trace } = options;
  const names = wanted.map((line, at) => simLineNames(at + 1, line));
  const gpio = new SimGpio(
    world,
    wanted.flatMap((line, at) => pinsOf(line.chip, names[at])),
    {
      pwmPins: wanted.flatMap((line, at) =>
        line.pwm === true ? [simLineNames(at + 1).forwardReverse] : [],
      ),
      trace,
    },
  );
  const pcm = new SimPcm(world);
  const spi = new SimSpi(world, trace);
  const serial = new SimSerial(world);
  const lines = wanted.map((line, at) => buildLine({ world, gpio, pcm, trace }, at + 1, line));
  wireSpi(spi, lines);
  return { gpio, pcm, spi, serial, lines };
}

function pinsOf(chip: SimChipName, names: SimLineNames | undefined): readonly string[] {
  if (names === undefined) return [];
  if (!isModule(chip)) return [names.interrupt, names.reset];
  return [names.forwardReverse, names.ringMode, names.switchHook, names.powerDown];
}

function buildLine(board: BoardParts, id: LineId, options: SimLineOptions): SimLine {
  const { world, trace } = board;
  const names = simLineNames(id, options);
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
  const parts: LineParts = { ...board, id, names, options, loop };
  const { chip } = options;
  const module = isModule(chip) ? buildModule(parts, chip) : undefined;
  const si321x = isModule(chip) ? undefined : buildSi321x(parts, chip);
  const attach: SimLine["attach"] = (terminal) => loop.attach(terminal);
  const rest = { id, names, module, si321x, loop, attach };
  if (module !== undefined) return { ...rest, chip: module };
  return { ...rest, chip: si321x ?? NO_CHIP };
}

const NO_CHIP = { violations: [], isRinging: false } as const;

function onViolation({ trace, id }: LineParts) {
  return ({ atMs, kind, text }: ChipViolation): void =>
    trace?.({ atMs, source: `line${id} chip`, kind, text });
}

function buildModule(parts: LineParts, name: keyof typeof MODULES): SlicModule {
  const { world, gpio, pcm, names, options, loop } = parts;
  const chip = new SlicModule(
    {
      clock: world.clock,
      setFeed: (feed) => loop.setFeed(feed),
      setSwitchHook: (level) => gpio.drive(names.switchHook, level),
      onViolation: onViolation(parts),
    },
    MODULES[name],
    options,
  );
  loop.onFeedCurrent((milliamps) => chip.onFeedCurrent(milliamps));
  gpio.onOutput(names.forwardReverse, (drive) => chip.setForwardReverse(drive));
  gpio.onOutput(names.ringMode, (drive) => chip.setRingMode(drive));
  gpio.onOutput(names.powerDown, (drive) => chip.setPowerDown(drive));
  pcm.addChannel(names.pcmChannel, loop, options.pcm);
  return chip;
}

function buildSi321x(parts: LineParts, kind: Si321xKind): Si321x {
  const { world, gpio, pcm, trace, id, names, options, loop } = parts;
  const chip = new Si321x(
    {
      clock: world.clock,
      random: world.random(`line${id} chip`),
      setFeed: (feed) => loop.setFeed(feed),
      setInterrupt: (level) => gpio.drive(names.interrupt, level),
      onViolation: onViolation(parts),
      onWrite: (register, value) =>
        trace?.({
          atMs: world.clock.nowMs(),
          source: `line${id} chip`,
          kind: "write",
          register,
          value,
        }),
    },
    { kind, ...(options.supply === undefined ? {} : { supply: options.supply }) },
  );
  loop.onFeedCurrent((_, figures) => chip.onFeedCurrent(figures));
  gpio.drive(names.interrupt, 1);
  // A reset pin that nobody drives is pulled up.
  gpio.onOutput(names.reset, (drive) => chip.setReset(drive === 0 ? 0 : 1));
  const frameSamples = options.pcm?.frameSamples ?? FRAME_SAMPLES;
  pcm.addChannel(names.pcmChannel, new VoicePath(chip, loop, frameSamples), options.pcm);
  return chip;
}

/** One chip select for each chip, or for each chain of them. */
function wireSpi(spi: SimSpi, lines: readonly SimLine[]): void {
  const chains = new Map<string, Si321x[]>();
  for (const { names, si321x } of lines) {
    if (si321x === undefined) continue;
    const chain = chains.get(names.spi) ?? [];
    chain.push(si321x);
    chains.set(names.spi, chain);
  }
  for (const [device, chips] of chains) spi.addSelect(device, daisyChain(chips));
}
