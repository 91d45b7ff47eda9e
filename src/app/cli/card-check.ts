import { PortError } from "../../base/port-fault.ts";
import { type CardCheckResult, checkCard } from "../../hal/drivers/index.ts";
import { createSerial } from "../../hal/linux/index.ts";
import { createClock } from "../../hal/node/index.ts";
import type { CommandOptions } from "./command-line.ts";
import { printable } from "./log.ts";
import { stopSignal } from "./stop-signals.ts";

const DEFAULT_BAUD = 921_600;

/**
 * `tipring card-check`: holds the line card on a serial port to the protocol's document, rule by
 * rule. The exit code is 0 where no check failed, 2 where it was asked wrongly, 128 and the signal
 * where one stopped it.
 */
export async function cardCheck(options: CommandOptions): Promise<number> {
  const { port, baud = String(DEFAULT_BAUD), line = "1", slack = "20" } = options;
  if (port === undefined) {
    process.stderr.write("card-check needs the card's port: --port /dev/ttyACM0\n");
    return 2;
  }
  if (!/^\d{4,7}$/.test(baud) || !/^[1-8]$/.test(line) || !/^\d{1,4}$/.test(slack)) {
    process.stderr.write("--baud is a number like 921600, --line is 1 to 8, --slack is in ms\n");
    return 2;
  }
  const clock = createClock();
  const stop = stopSignal();
  const print = (text: string): void => void process.stdout.write(`${printable(text)}\n`);
  try {
    const results = await checkCard(
      {
        device: port,
        baud: Number(baud),
        line: Number(line),
        slackMs: Number(slack),
        mayRing: options.quiet !== true,
        stop: stop.signal,
        ...(options.hook === true ? { tell: (text: string) => print(`>>>> please ${text}`) } : {}),
      },
      { serial: createSerial({ clock }), clock },
      (result) => print(resultText(result)),
    );
    const count = (kind: string): number =>
      results.filter(({ outcome }) => outcome.kind === kind).length;
    if (stop.signal.aborted) print("stopped; the rules after these were not tried");
    print(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
    return stop.exitCode() ?? (count("failed") === 0 ? 0 : 1);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    process.stderr.write(`${printable(error.message)}\n`);
    return 1;
  } finally {
    stop.forget();
  }
}

const WORDS = { passed: "ok", failed: "FAILED", skipped: "skipped" } as const;

function resultText({ rules, title, outcome }: CardCheckResult): string {
  const note = outcome.note === undefined ? "" : `: ${outcome.note}`;
  return `${WORDS[outcome.kind].padEnd(8)}${rules.padEnd(12)}${title}${note}`;
}
