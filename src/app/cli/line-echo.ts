import { IMPEDANCES, type Impedance } from "../../base/impedance.ts";
import { PortError } from "../../base/port-fault.ts";
import { EchoMeter, type EchoReport } from "../../fxs/index.ts";
import { LineHardware } from "../../gateway/realtime/line-hardware.ts";
import { LineProbe, type LineProbeEvents } from "../../gateway/realtime/line-probe.ts";
import type { RealtimeLineConfig, SlicSpec } from "../../gateway/realtime/realtime-config.ts";
import type { Board } from "../../hal/ports/board.ts";

/** How long a person has to lift a receiver, ms. */
const LIFT_WITHIN_MS = 60_000;
/** How long one that is up may take to show again once the line was opened anew, ms. */
const SHOWS_WITHIN_MS = 3000;
/** From the receiver's lifting to the first tone: it is laid down meanwhile, ms. */
const LAID_DOWN_MS = 2000;
/** Windows of 200 ms that are listened to. */
const WINDOWS = 5;
/** How long the sound channel may take for them, ms. */
const HEARD_WITHIN_MS = 10_000;

/** The echo of a line whose card has one impedance or another. */
export interface EchoRow {
  /** Undefined where the card is as it was built. */
  readonly impedance?: Impedance;
  /** Whether the line is run with it. */
  readonly isNow: boolean;
  readonly report: EchoReport;
}

/** What a measurement of echo needs besides the line. */
export interface EchoPlan {
  /** Has a person lift the receiver. */
  readonly askToLift: () => void;
  readonly stop?: AbortSignal;
}

/**
 * Measures what a line sends back of what is sent into it, its receiver lifted: as it is run, then
 * with each other impedance that its card has. Rejects where the hardware fails, nobody lifts the
 * receiver, or it is stopped; the line is left safe.
 */
export async function measureEcho(
  ports: Board["ports"],
  config: RealtimeLineConfig,
  plan: EchoPlan,
): Promise<readonly EchoRow[]> {
  const now = impedanceOf(config.slic);
  const lines = new LineHardware(ports);
  const measure = (config: RealtimeLineConfig, impedance: Impedance | undefined, isNow: boolean) =>
    oneEcho({ ports, lines, config, impedance, isNow }, plan);
  const rows: EchoRow[] = [await measure(config, now, true)];
  for (const impedance of now === undefined ? [] : IMPEDANCES) {
    if (impedance === now) continue;
    const other = { ...config, slic: withImpedance(config.slic, impedance) };
    try {
      rows.push(await measure(other, impedance, false));
    } catch (error) {
      const isUnable = error instanceof PortError && error.fault.kind === "unsupported";
      if (!isUnable) throw error;
      // It has none to choose from, so the first was none either.
      return rows.slice(0, 1).map(({ report }) => ({ isNow: true, report }));
    }
  }
  return rows;
}

/** What a line's card is set to; undefined where no setting could change it. */
function impedanceOf(slic: SlicSpec): Impedance | undefined {
  if (slic.driver === "gpio-slic") return undefined;
  return slic.settings?.impedance ?? slic.settings?.impedanceIfAble ?? "600";
}

function withImpedance(slic: SlicSpec, impedance: Impedance): SlicSpec {
  if (slic.driver === "gpio-slic") return slic;
  return { ...slic, settings: { ...slic.settings, impedance } };
}

/** What the card makes louder both ways together, which is none of the line's doing, dB. */
function gainOf(slic: SlicSpec): number {
  if (slic.driver === "gpio-slic") return 0;
  return (slic.settings?.toPhoneDb ?? 0) + (slic.settings?.fromPhoneDb ?? 0);
}

/** A line as it is opened once. */
interface Opening {
  readonly ports: Board["ports"];
  readonly lines: LineHardware;
  readonly config: RealtimeLineConfig;
  readonly impedance: Impedance | undefined;
  readonly isNow: boolean;
}

async function oneEcho(
  { ports, lines, config, impedance, isNow }: Opening,
  { askToLift, stop }: EchoPlan,
): Promise<EchoRow> {
  const { clock } = ports;
  const meter = new EchoMeter(WINDOWS);
  let isClosed = false;
  let failure: Error | undefined;
  let wake = (): void => {};
  const events: LineProbeEvents = {
    loop: (closed) => {
      isClosed = closed;
      wake();
    },
    watermark() {},
    digit() {},
    fault: ({ what, advice }) => {
      failure = new Error(`${what} failed; ${advice}`);
      wake();
    },
    frame: (captured, playout) => {
      meter.frame(captured, playout);
      if (meter.isDone) wake();
    },
  };
  const probe = await LineProbe.open(config, ports, events, lines);
  /** Waits until something is so, or too long; whether it is. */
  const until = (met: () => boolean, withinMs: number): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const look = (isLate: boolean): void => {
        if (stop?.aborted === true) failure ??= new Error("the measurement was stopped");
        if (failure === undefined && !met() && !isLate) return;
        timer.cancel();
        stop?.removeEventListener("abort", onStop);
        wake = () => {};
        if (failure === undefined) resolve(met());
        else reject(failure);
      };
      const onStop = (): void => look(false);
      const timer = clock.at(clock.nowMs() + withinMs, () => look(true));
      wake = () => look(false);
      stop?.addEventListener("abort", onStop);
      look(false);
    });
  try {
    const loop = probe.slic.readLoop();
    isClosed ||= loop.ok && loop.value;
    const shows = await until(() => isClosed, isNow ? 0 : SHOWS_WITHIN_MS);
    if (!shows) askToLift();
    if (!shows && !(await until(() => isClosed, LIFT_WITHIN_MS))) {
      throw new Error(`nobody lifted the receiver of line ${config.line}`);
    }
    await until(() => false, isNow ? LAID_DOWN_MS : 0);
    probe.listen(true);
    if (!(await until(() => meter.isDone, HEARD_WITHIN_MS))) {
      throw new Error("the line's sound does not run");
    }
    if (!isClosed) throw new Error("the receiver was hung up");
  } finally {
    probe.close();
  }
  const report = plainReport(meter.report(), gainOf(config.slic));
  return { isNow, report, ...(impedance === undefined ? {} : { impedance }) };
}

/** The line's part of an echo: without what the card adds to it. */
function plainReport(report: EchoReport, gainDb: number): EchoReport {
  const { least } = report;
  return {
    ...report,
    lossDb: report.lossDb + gainDb,
    least: { ...least, lossDb: least.lossDb + gainDb },
  };
}
