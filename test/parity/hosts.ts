import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createWorkerHost } from "../../src/app/worker-host.ts";
import type { RealtimeHost } from "../../src/gateway/realtime/host.ts";
import { createSameThreadHost } from "../../src/gateway/realtime/same-thread-host.ts";
import type { BoardSpec } from "../../src/hal/ports/board.ts";
import { bundleSources } from "../../tools/bundle.ts";
import { openBoard } from "../hw-sim/index.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Makes a host around a simulated board on a virtual clock, which runs by `advance` alone. */
export type MakeHost = () => Promise<RealtimeHost>;

const OPTIONS = { virtual: true, seed: 5, phones: [{ kind: "touch-tone" }, { kind: "rotary" }] };

/** The host in this thread. */
export const sameThread: MakeHost = async () => {
  let host: ReturnType<typeof createSameThreadHost> | undefined;
  const spec: BoardSpec = { module: "tipring/hw-sim", lineCount: 2, options: OPTIONS };
  const board = await openBoard(spec, (message) => host?.tell(message));
  host = createSameThreadHost(board);
  return host;
};

/** Builds the worker and the simulator as a release has them: the worker cannot load TypeScript. */
export async function buildWorker(): Promise<{ make: MakeHost; remove: () => void }> {
  const folder = mkdtempSync(join(ROOT, "node_modules", ".parity-"));
  await bundleSources(ROOT, {
    entries: { worker: "src/app/realtime-worker.ts", simulator: "test/hw-sim/index.ts" },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    splitting: true,
    packages: "external",
  });
  const url = (name: string): URL => pathToFileURL(join(folder, `${name}.mjs`));
  return {
    make: async () =>
      createWorkerHost(
        { module: url("simulator").href, lineCount: 2, options: OPTIONS },
        url("worker"),
      ),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
