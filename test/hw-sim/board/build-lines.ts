import type { LineId } from "../../../src/base/line-messages.ts";
import type { ChipViolation } from "../chips/chip-violation.ts";
import { CardLine, type CardReading } from "../chips/serial-card/card-line.ts";
import { SerialCard } from "../chips/serial-card/serial-card.ts";
import type { Si321xKind } from "../chips/si321x/register-map.ts";
import { Si321x } from "../chips/si321x/si321x.ts";
import { VoicePath } from "../chips/si321x/voice-path.ts";
import { SlicModule } from "../chips/slic-module.ts";
import type { CopperLoop } from "../loop/copper-loop.ts";
import type { PairFeed } from "../loop/loop-current.ts";
import type { TraceSink } from "../trace/trace.ts";
import type { World } from "../world/world.ts";
import type { SimGpio } from "./sim-gpio.ts";
import { MODULES, type SimLineNames, type SimLineOptions } from "./sim-line.ts";
import { FRAME_SAMPLES, type SimPcm } from "./sim-pcm.ts";
import type { SimSerial } from "./sim-serial.ts";

/** What one line is built with. */
export interface LineParts {
  readonly world: World;
  readonly gpio: SimGpio;
  readonly pcm: SimPcm;
  readonly trace: TraceSink | undefined;
  readonly id: LineId;
  readonly names: SimLineNames;
  readonly options: SimLineOptions;
  readonly loop: CopperLoop;
}

function onViolation({ trace, id }: LineParts) {
  return ({ atMs, kind, text }: ChipViolation): void =>
    trace?.({ atMs, source: `line${id} chip`, kind, text });
}

/** A module on GPIO pins, and the sound card's channel. */
export function buildModule(parts: LineParts, name: keyof typeof MODULES): SlicModule {
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

/** A ProSLIC with its pins; its chip select is wired where all lines are known. */
export function buildSi321x(parts: LineParts, kind: Si321xKind): Si321x {
  const { world, gpio, pcm, trace, id, names, options, loop } = parts;
  const source = `line${id} chip`;
  const chip = new Si321x(
    {
      clock: world.clock,
      random: world.random(source),
      setFeed: (feed) => loop.setFeed(feed),
      setTermination: (termination) => loop.setTermination(termination),
      foreignVolts: (wire) => loop.foreignVolts(wire),
      setInterrupt: (level) => gpio.drive(names.interrupt, level),
      onViolation: onViolation(parts),
      onWrite: (register, value) =>
        trace?.({ atMs: world.clock.nowMs(), source, kind: "write", register, value }),
    },
    { kind, ...(options.supply === undefined ? {} : { supply: options.supply }) },
  );
  loop.onFeedCurrent((_, figures) => chip.onFeedCurrent(figures));
  gpio.drive(names.interrupt, 1);
  const pulled = options.resetPulledDown === true ? 0 : 1;
  gpio.onOutput(names.reset, (drive) => chip.setReset(drive === "floating" ? pulled : drive));
  const frameSamples = options.pcm?.frameSamples ?? FRAME_SAMPLES;
  pcm.addChannel(names.pcmChannel, new VoicePath(chip, loop, frameSamples), options.pcm);
  return chip;
}

/** An Ag1171 behind a card's microcontroller. */
export interface CardModule {
  readonly module: SlicModule;
  /** What the card's converters see on its pair. */
  probe(): CardReading;
  /** The card's firmware takes the line over: it is told of SHK from now on. */
  onSwitchHook(told: (closed: boolean) => void): void;
}

/** The module of a line that is on a serial card. */
export function buildCardModule(parts: LineParts): CardModule {
  const { world, options, loop } = parts;
  let told: (closed: boolean) => void = () => {};
  let fed: PairFeed | undefined;
  const module = new SlicModule(
    {
      clock: world.clock,
      setFeed: (feed) => {
        fed = feed;
        loop.setFeed(feed);
      },
      setSwitchHook: (level) => told(level === 1),
      onViolation: onViolation(parts),
    },
    MODULES.ag1171,
    { ohtBias: true, ...options },
  );
  loop.onFeedCurrent((milliamps) => module.onFeedCurrent(milliamps));
  return {
    module,
    probe: () => readingOf(loop, fed),
    onSwitchHook: (listener) => {
      told = listener;
    },
  };
}

/** The higher wire is at ground, the other one so far below it as the pair has volts. */
function readingOf(loop: CopperLoop, feed: PairFeed | undefined): CardReading {
  const { pairVolts, feedMilliamps, bellMilliamps } = loop.figures;
  const ringIsLow = (feed?.volts ?? 0) < 0;
  const biasMilliamps = feed?.shuntOhms === undefined ? 0 : (pairVolts / feed.shuntOhms) * 1000;
  const milliamps = feedMilliamps - biasMilliamps + bellMilliamps;
  return {
    milliamps: ringIsLow ? milliamps : -milliamps,
    tipVolts: (ringIsLow ? 0 : -pairVolts) + loop.foreignVolts("tip"),
    ringVolts: (ringIsLow ? -pairVolts : 0) + loop.foreignVolts("ring"),
    batteryVolts: -Math.abs(feed?.volts ?? 0),
  };
}

/** A card with its lines, plugged into its serial port. */
export function buildCard(
  world: World,
  serial: SimSerial,
  lines: readonly { readonly parts: LineParts; readonly module: CardModule }[],
): SerialCard | undefined {
  const [first] = lines;
  if (first === undefined) return undefined;
  const { names, options } = first.parts;
  const cardLines = lines.map(({ module: { module, probe, onSwitchHook } }, at) => {
    const line = new CardLine({
      clock: world.clock,
      module,
      probe,
      onRingStopped: (reason) => card.onRingStopped(at, reason),
      onLoop: (closed) => card.onLoop(at, closed),
    });
    onSwitchHook((closed) => line.onSwitchHook(closed ? 1 : 0));
    return line;
  });
  const card: SerialCard = new SerialCard({
    clock: world.clock,
    lines: cardLines,
    audio: { lines: lines.map(({ parts }) => parts.loop), skewPpm: options.pcm?.skewPpm ?? 0 },
    startUs: world.random(`card ${names.serial}`).int(2 ** 32),
  });
  const baud = options.cardBaud === undefined ? {} : { baud: options.cardBaud };
  serial.addPort(names.serial, card, baud);
  return card;
}
