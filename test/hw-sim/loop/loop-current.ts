/** What a line chip puts on its end of the pair. */
export interface PairFeed {
  /** Open-circuit volts, ring against tip: negative is normal battery. */
  readonly volts: number;
  readonly sourceOhms: number;
  /** The chip never gives more than this. */
  readonly limitMilliamps: number;
  /** A resistor across the pair at the chip, where one is fitted. */
  readonly shuntOhms?: number;
  /** Whether `volts` is a phase of the ringing signal, which a bell's capacitor lets through. */
  readonly ringing: boolean;
  /** Peak over rms of the ringing whose phases `volts` are; 1, a square wave, if left out. */
  readonly crestFactor?: number;
  /** When audio passes between the chip and the pair. */
  readonly audio: "none" | "while-closed" | "always";
  /** A metering pulse that is being sent. */
  readonly metering?: MeteringPulse | undefined;
}

/** A tone above the voice band that counts the price of a call. */
export interface MeteringPulse {
  readonly frequencyHz: number;
  readonly voltsRms: number;
}

/** The rest of the circuit. */
export interface PairLoad {
  readonly loopOhms: number;
  /** Whether the hook switch is closed. */
  readonly closed: boolean;
  readonly offHookOhms: number;
  readonly offHookVolts: number;
  readonly ren: number;
  /** A short or damp insulation from wire to wire, at the chip's end. */
  readonly leakOhms?: number | undefined;
  /** Damp insulation, or a fault, from a wire to earth. */
  readonly tipEarthOhms?: number | undefined;
  readonly ringEarthOhms?: number | undefined;
}

/** Currents are magnitudes; `terminalVolts` has the sign of the feed. */
export interface PairFigures {
  readonly terminalVolts: number;
  /** DC through the telephone: none while it is on-hook. */
  readonly terminalMilliamps: number;
  /** What the chip's loop detector sees: DC, through the telephone and the shunt. */
  readonly feedMilliamps: number;
  /** Peak of the alternating current that the bell draws besides. */
  readonly bellMilliamps: number;
  /** Across the pair at the chip, without a sign. */
  readonly pairVolts: number;
  /** DC that goes to earth; half of it shows as loop current, which is the mean of both wires'. */
  readonly earthMilliamps: number;
}

/** Impedance of one ringer equivalence number. @see TIA-968-B (type A, 20 Hz) */
const OHMS_PER_REN = 7000;
/** The best of shorts still has so much. */
const SHORT_OHMS = 0.1;

/**
 * DC of a fed pair, one mesh:
 *
 *          sourceOhms          loopOhms
 *     ┌──────[  ]──────┬─────────[  ]────────┐
 *     │                │                     │ hook switch
 *   volts        shuntOhms and          offHookOhms + offHookVolts
 *     │          leakOhms in parallel        │    (ringer: 7000 ohm / REN, ringing only)
 *     └────────────────┴─────────────────────┘
 *
 * Above `limitMilliamps` the chip is a current source in place of the left branch.
 */
export function pairFigures(feed: PairFeed, load: PairLoad): PairFigures {
  const figures = load.closed ? closedFigures(feed, load) : openFigures(feed, load);
  const earthAmps = earthCurrent(feed, load, figures.pairVolts);
  if (earthAmps === 0) return figures;
  return {
    ...figures,
    feedMilliamps: figures.feedMilliamps + (earthAmps / 2) * 1000,
    earthMilliamps: earthAmps * 1000,
  };
}

/** The wire that carries the battery is that far from earth; the other one is next to it. */
function earthCurrent(feed: PairFeed, load: PairLoad, pairVolts: number): number {
  const ohms = feed.volts < 0 ? load.ringEarthOhms : load.tipEarthOhms;
  if (ohms === undefined || feed.ringing) return 0;
  return Math.min(feed.limitMilliamps / 1000, pairVolts / (ohms + feed.sourceOhms / 2));
}

function closedFigures(feed: PairFeed, load: PairLoad): PairFigures {
  const volts = Math.abs(feed.volts);
  const shunt = shuntSiemens(feed, load);
  const ohms = load.loopOhms + load.offHookOhms;
  const limitAmps = feed.limitMilliamps / 1000;

  // Feed and shunt as one source, then, past the limit, limit and shunt as one source.
  const openVolts = volts / (1 + feed.sourceOhms * shunt);
  const innerOhms = feed.sourceOhms / (1 + feed.sourceOhms * shunt);
  let amps = Math.max(0, (openVolts - load.offHookVolts) / (innerOhms + ohms));
  let pairVolts = amps > 0 ? load.offHookVolts + amps * ohms : openVolts;
  let feedAmps = amps + pairVolts * shunt;
  if (feedAmps > limitAmps) {
    amps = Math.max(0, (limitAmps - load.offHookVolts * shunt) / (1 + ohms * shunt));
    const idleVolts = shunt > 0 ? limitAmps / shunt : 0;
    pairVolts = amps > 0 ? load.offHookVolts + amps * ohms : idleVolts;
    feedAmps = limitAmps;
  }
  const terminalVolts = amps > 0 ? load.offHookVolts + amps * load.offHookOhms : pairVolts;
  return {
    terminalVolts: signed(terminalVolts, feed),
    terminalMilliamps: amps * 1000,
    feedMilliamps: feedAmps * 1000,
    bellMilliamps: 0,
    pairVolts,
    earthMilliamps: 0,
  };
}

function openFigures(feed: PairFeed, load: PairLoad): PairFigures {
  const volts = Math.abs(feed.volts);
  const shunt = shuntSiemens(feed, load);
  const bellOhms = feed.ringing && load.ren > 0 ? OHMS_PER_REN / load.ren : undefined;
  const bell = bellOhms === undefined ? 0 : 1 / (bellOhms + load.loopOhms);
  const across = shunt + bell;
  const amps = Math.min(
    (volts * across) / (1 + feed.sourceOhms * across),
    feed.limitMilliamps / 1000,
  );
  const pairVolts = across > 0 ? amps / across : volts;
  const bellVolts = bellOhms === undefined ? pairVolts : pairVolts * bell * bellOhms;
  return {
    terminalVolts: signed(bellVolts, feed),
    terminalMilliamps: 0,
    feedMilliamps: pairVolts * shunt * 1000,
    bellMilliamps: pairVolts * bell * 1000,
    pairVolts,
    earthMilliamps: 0,
  };
}

function shuntSiemens(feed: PairFeed, load: PairLoad): number {
  const fitted = feed.shuntOhms === undefined ? 0 : 1 / feed.shuntOhms;
  return load.leakOhms === undefined ? fitted : fitted + 1 / Math.max(SHORT_OHMS, load.leakOhms);
}

/** With the sign of the feed, and never minus zero. */
function signed(volts: number, feed: PairFeed): number {
  return feed.volts < 0 && volts !== 0 ? -volts : volts;
}
