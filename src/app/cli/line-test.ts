import { randomBytes } from "node:crypto";
import type { SimCommand } from "../../base/sim-messages.ts";
import { createLineTest, type LineFinding, type LineTestOutput } from "../../fxs/index.ts";
import { CoreRunner } from "../../gateway/core-runner.ts";
import { LineProbe } from "../../gateway/realtime/line-probe.ts";
import type { RealtimeLineConfig } from "../../gateway/realtime/realtime-config.ts";
import { RunQueue } from "../../gateway/run-queue.ts";
import type { Board } from "../../hal/ports/board.ts";
import { boardLine } from "../config/board-file.ts";
import { openBoard } from "../open-board.ts";
import { boardSpec } from "./board-spec.ts";
import type { CommandOptions } from "./command-line.ts";
import { measureEcho } from "./line-echo.ts";
import { echoWords } from "./line-echo-words.ts";
import { isLineGood, lineTestWords } from "./line-test-words.ts";
import { lineToProbe, type ProbedLine } from "./line-to-probe.ts";
import { stopSignal } from "./stop-signals.ts";

/**
 * `tipring line-test`: measures one line's wires and what hangs on them. Nothing else may use the
 * line meanwhile. Exit code 1 where something is wrong with it, or it cannot be measured.
 */
export async function lineTest(options: CommandOptions): Promise<number> {
  const found = await lineToProbe(options, () => randomBytes(10).toString("hex"));
  if (!found.ok) return found.error;
  const { config, line } = found.value;
  const board = await openBoard(boardSpec(config), () => {});
  const stop = stopSignal();
  try {
    if (options.echo === true) {
      await testEcho(found.value, board, options.json, stop.signal);
      return 0;
    }
    const rings = options.quiet !== true;
    const findings = await testLine(board.ports, line, rings, stop.signal);
    if (options.json) process.stdout.write(`${JSON.stringify({ line: line.line, findings })}\n`);
    else {
      process.stdout.write(`line ${line.line}\n`);
      for (const text of lineTestWords(findings)) process.stdout.write(`  ${text}\n`);
    }
    return stop.exitCode() ?? (isLineGood(findings) ? 0 : 1);
  } catch (error) {
    const stopped = stop.exitCode();
    if (stopped === undefined) throw error;
    return stopped;
  } finally {
    stop.forget();
    board.close();
  }
}

/** `tipring line-test --echo`: what the line sends back, and which impedance fits it. */
async function testEcho(
  { config, line }: ProbedLine,
  board: Board,
  json: boolean,
  stop: AbortSignal,
): Promise<void> {
  const simulated = config.board.module === "tipring/hw-sim";
  const ownLevels = config.lines[line.line - 1]?.levels;
  const levels = ownLevels ?? boardLine(config.board, line.line)?.levels;
  const rows = await measureEcho(board.ports, line, {
    stop,
    askToLift: () => {
      const words = `lift the receiver of line ${line.line}, and lay it down where it is quiet`;
      (json ? process.stderr : process.stdout).write(`${words}\n`);
      if (simulated) board.receive({ kind: "lift", line: line.line } satisfies SimCommand);
    },
  });
  if (json) {
    process.stdout.write(`${JSON.stringify({ line: line.line, echo: rows })}\n`);
    return;
  }
  const areLevelsKnown = line.pcmChannel === undefined || simulated || levels !== undefined;
  process.stdout.write(`line ${line.line}\n`);
  for (const text of echoWords(rows, areLevelsKnown)) process.stdout.write(`  ${text}\n`);
}

/**
 * Tests a line. Rejects where its hardware fails or cannot measure. A test that is stopped leaves
 * the line as it was, its bell silent and its battery on.
 */
export async function testLine(
  ports: Board["ports"],
  config: RealtimeLineConfig,
  rings: boolean,
  stop?: AbortSignal,
): Promise<readonly LineFinding[]> {
  let onClosed = (): void => {};
  let onFault = (_reason: string): void => {};
  const probe = await LineProbe.open(config, ports, {
    loop: (closed) => {
      if (closed) onClosed();
    },
    watermark() {},
    digit() {},
    fault: ({ what, advice }) => onFault(`${what} failed; ${advice}`),
  });
  const { slic } = probe;
  const measure = slic.measure?.bind(slic);
  if (measure === undefined) {
    probe.close();
    throw new Error(
      `the card of line ${config.line} cannot measure: a ProSLIC or a serial line card can`,
    );
  }
  const test = createLineTest({ capabilities: slic.capabilities, rings });
  const findings = await new Promise<readonly LineFinding[]>((resolve) => {
    const { frequencyHz, shape, voltsRms } = config.country.ringing;
    const carry = (output: LineTestOutput): void => {
      switch (output.kind) {
        case "feed":
          check(slic.setFeed(output.feed));
          return;
        case "ringing":
          check(slic.setRinging(output.on, { frequencyHz, shape, voltsRms }));
          return;
        case "measure":
          void measure().then((reading) => {
            if (reading.ok) runner.feed({ kind: "sample", sample: reading.value });
            else check(reading);
          });
          return;
        case "done":
          runner.stop();
          resolve(output.findings);
      }
    };
    const runner = new CoreRunner(test, ports.clock, new RunQueue(), carry);
    const check = (result: ReturnType<typeof slic.setFeed> | { readonly ok: true }): void => {
      if (result.ok) return;
      const { what, advice } = result.error;
      runner.feed({ kind: "failed", reason: `${what} failed; ${advice}` });
    };
    onClosed = () => runner.feed({ kind: "closed" });
    onFault = (reason) => runner.feed({ kind: "failed", reason });
    stop?.addEventListener("abort", () => runner.feed({ kind: "stopped" }), { once: true });
    if (stop?.aborted === true) {
      // While the line was opened, which takes some cards seconds.
      runner.feed({ kind: "stopped" });
      return;
    }
    for (const output of test.begin(ports.clock.nowMs())) carry(output);
    runner.rearm();
  });
  probe.close();
  return findings;
}
