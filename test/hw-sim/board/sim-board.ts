import { invariant } from "../../../src/base/invariant.ts";
import type { LineId } from "../../../src/base/line-messages.ts";
import type { Gpio } from "../../../src/hal/ports/gpio.ts";
import { daisyChain } from "../chips/si321x/daisy-chain.ts";
import type { Si321x } from "../chips/si321x/si321x.ts";
import type { SlicModule } from "../chips/slic-module.ts";
import { CopperLoop } from "../loop/copper-loop.ts";
import type { TraceSink } from "../trace/trace.ts";
import type { World } from "../world/world.ts";
import {
  buildCard,
  buildCardModule,
  buildModule,
  buildSi321x,
  type CardModule,
  type LineParts,
} from "./build-lines.ts";
import { SimGpio } from "./sim-gpio.ts";
import {
  isModule,
  isSi321x,
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
  /** Told each frame of a pair's audio: what its chip sent, and what it got. Borrowed. */
  readonly onAudio?:
    | ((line: LineId, firstSample: number, down: Int16Array, up: Int16Array) => void)
    | undefined;
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

/** A line before the cards are put together. */
interface Built {
  readonly parts: LineParts;
  readonly module: SlicModule | undefined;
  readonly si321x: Si321x | undefined;
  readonly onCard: CardModule | undefined;
}

/** A card has so many lines at most. @see docs/serial-line-card.md §3 */
const CARD_LINES_MAX = 8;

/** Builds a board with its chips powered and its loops wired. */
export function createSimBoard(world: World, options: SimBoardOptions): SimBoard {
  const { lines: wanted, trace, onAudio } = options;
  const gpio = new SimGpio(
    world,
    wanted.flatMap((line, at) => pinsOf(line.chip, simLineNames(at + 1, line))),
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
  const built = wanted.map((line, at) =>
    buildLine({ world, gpio, pcm, trace, onAudio }, at + 1, line),
  );
  wireSpi(spi, built);
  const cards = plugCards(world, serial, built);
  const lines = built.map((line) => finish(line, cards.get(line)));
  return { gpio, pcm, spi, serial, lines };
}

function pinsOf(chip: SimChipName, names: SimLineNames): readonly string[] {
  if (isSi321x(chip)) return [names.interrupt, names.reset];
  if (!isModule(chip)) return [];
  return [names.forwardReverse, names.ringMode, names.switchHook, names.powerDown];
}

function buildLine(
  board: Pick<LineParts, "world" | "gpio" | "pcm" | "trace"> & Pick<SimBoardOptions, "onAudio">,
  id: LineId,
  options: SimLineOptions,
): Built {
  const { world, trace, onAudio } = board;
  const loop = new CopperLoop(
    {
      clock: world.clock,
      random: world.random(`line${id} noise`),
      frameSamples: options.pcm?.frameSamples ?? FRAME_SAMPLES,
      name: `line${id}`,
      trace,
      ...(onAudio === undefined
        ? {}
        : { onAudio: (first, down, up) => onAudio(id, first, down, up) }),
    },
    options.loop,
  );
  const parts: LineParts = { ...board, id, names: simLineNames(id, options), options, loop };
  const { chip } = options;
  const module = isModule(chip) ? buildModule(parts, chip) : undefined;
  const si321x = isSi321x(chip) ? buildSi321x(parts, chip) : undefined;
  const onCard = chip === "serial-card" ? buildCardModule(parts) : undefined;
  return { parts, module, si321x, onCard };
}

function finish({ parts, module, si321x, onCard }: Built, card: SimLine["card"]): SimLine {
  const { id, names, loop } = parts;
  const chip = module ?? si321x ?? onCard?.module;
  invariant(chip !== undefined, "a line has a chip");
  return {
    id,
    names,
    chip,
    module: module ?? onCard?.module,
    card,
    si321x,
    loop,
    attach: (terminal) => loop.attach(terminal),
  };
}

/** One chip select for each chip, or for each chain of them. */
function wireSpi(spi: SimSpi, lines: readonly Built[]): void {
  const chains = new Map<string, Si321x[]>();
  for (const { parts, si321x } of lines) {
    if (si321x === undefined) continue;
    const chain = chains.get(parts.names.spi) ?? [];
    chain.push(si321x);
    chains.set(parts.names.spi, chain);
  }
  for (const [device, chips] of chains) spi.addSelect(device, daisyChain(chips));
}

/** The cards with the lines that name them; which line of which card each one is. */
function plugCards(
  world: World,
  serial: SimSerial,
  lines: readonly Built[],
): ReadonlyMap<Built, SimLine["card"]> {
  const places = new Map<Built, SimLine["card"]>();
  const names = new Set(
    lines.flatMap(({ parts, onCard }) => (onCard === undefined ? [] : [parts.names.serial])),
  );
  for (const name of names) {
    const onIt = lines.flatMap((built) =>
      built.onCard === undefined || built.parts.names.serial !== name
        ? []
        : [{ built, parts: built.parts, module: built.onCard }],
    );
    invariant(onIt.length <= CARD_LINES_MAX, `${name} has more than ${CARD_LINES_MAX} lines`);
    const card = buildCard(world, serial, onIt);
    if (card === undefined) continue;
    for (const [line, { built }] of onIt.entries()) places.set(built, { card, line });
  }
  return places;
}
