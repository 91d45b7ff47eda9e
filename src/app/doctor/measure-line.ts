import { PortError } from "../../base/port-fault.ts";
import { LineHardware } from "../../gateway/realtime/line-hardware.ts";
import type { LineWiring } from "../../gateway/realtime/realtime-config.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import type { Slic } from "../../hal/ports/slic.ts";
import { bad } from "./finding.ts";
import { RATE_HZ, sineAt } from "./level-analysis.ts";
import { type LevelsPlan, type LevelsReport, measureLevels, TONE_DBFS } from "./levels.ts";
import { SoundSession } from "./sound-session.ts";

const TONE_HZ = 1004;
/** How long a tone plays for a person with a meter. */
export const TONE_SECONDS = 30;

/** The hardware of one line, opened to be measured. */
async function onLine<T>(
  ports: RealtimePorts,
  wiring: LineWiring,
  stop: AbortSignal | undefined,
  run: (session: SoundSession, slic: Slic) => Promise<T>,
): Promise<T> {
  const channel = wiring.pcmChannel;
  if (channel === undefined) {
    const advice = "its card sets its levels: toPhoneDb and fromPhoneDb in the board's file";
    throw new PortError({ kind: "unsupported", what: "a line without a sound channel", advice });
  }
  const hardware = new LineHardware(ports);
  const slic = await hardware.openSlic(wiring, { onLoop() {}, onWatermark() {}, onFault() {} });
  try {
    const session = await SoundSession.open(ports.pcm, channel);
    const abandon = (): void => session.abandon();
    stop?.addEventListener("abort", abandon);
    if (stop?.aborted === true) abandon();
    try {
      return await run(session, slic);
    } finally {
      stop?.removeEventListener("abort", abandon);
      session.close();
    }
  } finally {
    slic.close();
  }
}

/**
 * Measures a line's levels on its own hardware, whose sound port must have none set. What the
 * hardware refuses is a finding, and so is that it was stopped.
 */
export async function measureLine(
  ports: RealtimePorts,
  wiring: LineWiring,
  plan: LevelsPlan,
  stop?: AbortSignal,
): Promise<LevelsReport> {
  try {
    return await onLine(ports, wiring, stop, (session, slic) => {
      const isLifted = (): boolean | undefined => {
        const loop = slic.readLoop();
        return loop.ok ? loop.value : undefined;
      };
      return measureLevels(session, { ...plan, isLifted });
    });
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const { what, kind, advice } = error.fault;
    return { findings: [bad("levels", `${what}: ${kind}`, advice)], levels: plan.known };
  }
}

/**
 * Plays the tone on a line for `TONE_SECONDS`. Answers how much faster than this machine's the
 * sound card's clock runs, parts per million, where that is known. Rejects with `PortError`.
 */
export function playTone(
  ports: RealtimePorts,
  wiring: LineWiring,
  stop?: AbortSignal,
): Promise<number | undefined> {
  return onLine(ports, wiring, stop, async (session) => {
    await session.record(TONE_SECONDS * RATE_HZ, sineAt(TONE_HZ, TONE_DBFS));
    return session.driftPpm;
  });
}
