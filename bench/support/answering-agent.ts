/**
 * A SIP user agent alone, as the product drives it, that answers every call at once: no line, no
 * media. Forked by `sip-load.ts`, it sends its port, and its heap whenever it is asked.
 */

import { MemoryBus } from "../../src/gateway/control/memory-bus.ts";
import { SipShell } from "../../src/gateway/control/sip-shell.ts";
import { createTokenSource } from "../../src/gateway/control/token.ts";
import { RunQueue } from "../../src/gateway/run-queue.ts";
import {
  createClock,
  createRandom,
  createResolver,
  createStreams,
  createUdp,
  hashes,
} from "../../src/hal/node/index.ts";
import { STRICT_CERTIFICATES } from "../../src/sip/index.ts";
import { AutoAnswer, mediaOf } from "../../test/conformance/sip-auto-answer.ts";

const HOST = "127.0.0.1";

/** What the agent tells its parent. */
export type FromAgent =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "heap"; readonly bytes: number };

function tell(message: FromAgent): void {
  process.send?.(message);
}

async function main(): Promise<void> {
  const queue = new RunQueue();
  const answers = new AutoAnswer(mediaOf({ host: HOST, port: 4000 }));
  const shell = await SipShell.open(
    {
      name: "bench",
      network: { listen: { host: HOST, port: 0 }, tls: { policy: STRICT_CERTIFICATES } },
      userAgentName: "Tipring/bench",
      serves: ["INVITE"],
      acceptAnyUser: true,
    },
    {
      clock: createClock(),
      udp: createUdp(),
      streams: createStreams(),
      resolver: createResolver(),
      hashes,
      createToken: createTokenSource(createRandom()),
      log: () => {},
    },
    queue,
    new MemoryBus(queue),
    (event) => {
      for (const command of answers.react(event)) shell.command(command);
    },
  );
  process.on("message", () => {
    // Twice: what the first collection finds unreachable may hold more.
    globalThis.gc?.();
    globalThis.gc?.();
    tell({ kind: "heap", bytes: process.memoryUsage().heapUsed });
  });
  process.on("disconnect", () => process.exit());
  tell({ kind: "listening", port: shell.listening?.port ?? 0 });
}

await main();
