/**
 * The product with many lines on the answering board: `node many-line-box.mjs REGISTRAR-PORT LINES
 * BOARD-URL WORKER-URL RTP-PORT`. Wired as `tipring run` does it (control plane on the main
 * thread, real-time plane in a worker); only the board and the configuration's source differ.
 */
import { compose } from "../../src/app/compose.ts";
import { printConfigProblem } from "../../src/app/config/config-problem.ts";
import { resolveConfig } from "../../src/app/config/resolve-config.ts";
import { localWallTime } from "../../src/app/wall-time.ts";
import { createWorkerHost } from "../../src/app/worker-host.ts";
import { createTokenSource } from "../../src/gateway/control/token.ts";
import {
  createClock,
  createFileStore,
  createRandom,
  createResolver,
  createStreams,
  createUdp,
  hashes,
} from "../../src/hal/node/index.ts";
import { SIM_BOARD_FILE } from "../../test/hw-sim/bench/sim-board-file.ts";
import { collectOnSignal } from "./collect.ts";

const FIRST_NUMBER = 101;

async function main(words: readonly string[]): Promise<void> {
  const [registrarPort, lines, module = "", worker = "", rtpPort] = words;
  const lineCount = Number(lines);
  const random = createRandom();
  const resolved = resolveConfig(
    {
      registrar: `127.0.0.1:${registrarPort}`,
      lines: Array.from({ length: lineCount }, (_, at) => ({
        number: String(FIRST_NUMBER + at),
        password: "secret",
      })),
      // As on a board of its own.
      rtp: { portMin: Number(rtpPort), realtimePriority: 10 },
    },
    { board: SIM_BOARD_FILE, version: "bench", createToken: createTokenSource(random) },
  );
  if (!resolved.ok) {
    throw new Error(resolved.error.map((one) => printConfigProblem("bench", one)).join("\n"));
  }
  await compose(resolved.value, {
    clock: createClock(),
    random,
    udp: createUdp(),
    streams: createStreams(),
    resolver: createResolver(),
    store: createFileStore("tipring-data"),
    hashes,
    realtime: createWorkerHost({ module, lineCount, options: {} }, new URL(worker)),
    wallTime: localWallTime,
    log: (event) => {
      const wanted = event.level === "error" || event.level === "warn";
      if (wanted) process.stderr.write(`${event.area}: ${event.text}\n`);
    },
    onEvent: (event) => {
      if (event.kind !== "fatal") return;
      process.stderr.write(`${event.reason}\n`);
      process.exitCode = 1;
    },
  });
}

collectOnSignal();
await main(process.argv.slice(2));
