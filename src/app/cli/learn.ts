import { randomBytes } from "node:crypto";
import type { SimCommand } from "../../base/sim-messages.ts";
import {
  createLearner,
  type LearnInput,
  type LearnOutput,
  proposeSettings,
} from "../../fxs/index.ts";
import { CoreRunner } from "../../gateway/core-runner.ts";
import { LineProbe } from "../../gateway/realtime/line-probe.ts";
import type { RealtimeLineConfig } from "../../gateway/realtime/realtime-config.ts";
import { RunQueue } from "../../gateway/run-queue.ts";
import type { Board } from "../../hal/ports/board.ts";
import { openBoard } from "../open-board.ts";
import { boardSpec } from "./board-spec.ts";
import type { CommandOptions } from "./command-line.ts";
import { learnWords, proposalWords } from "./learn-words.ts";
import { lineToProbe } from "./line-to-probe.ts";
import { stopSignal } from "./stop-signals.ts";

/** How long the person at a simulated telephone thinks before doing what is asked, ms. */
const SIM_THINKS_MS = 300;
/** A flash by a key, as most telephones have it, ms. */
const SIM_FLASH_MS = 100;

/**
 * `tipring learn`: asks a person to dial and to flash at one line's telephone, measures it, and
 * prints the settings that fit it. With the simulated board the telephone does it by itself.
 */
export async function learn(options: CommandOptions): Promise<number> {
  const found = await lineToProbe(options, () => randomBytes(10).toString("hex"));
  if (!found.ok) return found.error;
  const { config, line } = found.value;
  const board = await openBoard(boardSpec(config), () => {});
  const simulated = config.board.module === "tipring/hw-sim";
  const stop = stopSignal();
  try {
    const tell = (output: LearnOutput): void => {
      for (const text of learnWords(output)) process.stdout.write(`${text}\n`);
      if (simulated) obey(board, line.line, output);
    };
    const done = await learnOn(board, line, tell, stop.signal);
    const proposal = proposeSettings(done.findings);
    process.stdout.write(`${proposalWords(proposal, line.country.code).join("\n")}\n`);
    return stop.exitCode() ?? (done.why === "complete" ? 0 : 1);
  } finally {
    stop.forget();
    board.close();
  }
}

type Done = Extract<LearnOutput, { kind: "done" }>;

/**
 * Runs the learner on a line until it is done, or told to stop: either way the line is left safe.
 * Rejects where the line's hardware fails.
 */
export async function learnOn(
  board: Board,
  config: RealtimeLineConfig,
  tell: (output: LearnOutput) => void,
  stop?: AbortSignal,
): Promise<Done> {
  const learner = createLearner();
  const { clock } = board.ports;
  return new Promise<Done>((resolve, reject) => {
    let probe: LineProbe | undefined;
    let isDone = false;
    let askedMs: number | undefined;
    const askWatermark = (): void => {
      const wantedMs = learner.watermarkWantedMs();
      if (wantedMs === undefined || wantedMs === askedMs) return;
      askedMs = wantedMs;
      probe?.slic.requestWatermark(wantedMs);
    };
    const take = (output: LearnOutput): void => {
      tell(output);
      if (output.kind !== "done") return;
      isDone = true;
      runner.stop();
      probe?.close();
      resolve(output);
    };
    const runner = new CoreRunner<LearnInput, LearnOutput>(
      learner,
      clock,
      new RunQueue(),
      take,
      askWatermark,
    );
    const opening = LineProbe.open(config, board.ports, {
      loop: (closed, atMs) => runner.feed({ kind: "loop", closed, atMs }),
      watermark: (atMs) => {
        askedMs = undefined;
        runner.feed({ kind: "watermark", atMs });
      },
      digit: (digit, atMs) => runner.feed({ kind: "dtmf", digit, atMs }),
      fault: ({ what, advice }) => {
        runner.stop();
        probe?.close();
        reject(new Error(`${what} failed; ${advice}`));
      },
    });
    stop?.addEventListener("abort", () => runner.feed({ kind: "stopped" }), { once: true });
    if (stop?.aborted === true) runner.feed({ kind: "stopped" });
    opening.then((opened) => {
      probe = opened;
      if (isDone) {
        opened.close();
        return;
      }
      opened.listen(true);
      const loop = opened.slic.readLoop();
      for (const output of learner.begin(clock.nowMs())) take(output);
      if (loop.ok) runner.feed({ kind: "loop", closed: loop.value, atMs: clock.nowMs() });
      runner.rearm();
    }, reject);
  });
}

/** The person at a simulated telephone does what is asked. */
function obey(board: Board, line: number, output: LearnOutput): void {
  if (output.kind !== "ask") return;
  const commands = {
    lift: { kind: "lift", line },
    dial: { kind: "dial", line, digits: "3" },
    flash: { kind: "flash", line, durationMs: SIM_FLASH_MS },
    "hang-up": { kind: "hang", line },
  } as const satisfies Record<typeof output.what, SimCommand>;
  setTimeout(() => board.receive(commands[output.what]), SIM_THINKS_MS);
}
