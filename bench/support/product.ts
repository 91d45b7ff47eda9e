import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where the product's real-time thread begins. */
export const workerScript = join(root, "dist/src/app/realtime-worker.js");

/** Builds the product where its sources are newer than it, as `npm start` does. */
export function buildProduct(): void {
  const tsx = join(root, "node_modules/.bin/tsx");
  const built = spawnSync(tsx, ["tools/build.ts", "--if-stale", "--quiet"], {
    cwd: root,
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(`the product cannot be built:\n${built.stderr}`);
}

/** Starts the product as `npm start` does, as a service (no terminal), in a folder. */
export function startProduct(folder: string, options: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [join(root, "dist/src/app/main.js"), "run", ...options], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
}
