import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const fromRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The package's own names, as a stranger's program would import them. */
const alias = [
  {
    find: /^tipring\/hw-sim\/board$/,
    replacement: fromRoot("./test/hw-sim/bench/open-board.ts"),
  },
  { find: /^tipring\/hw-sim$/, replacement: fromRoot("./test/hw-sim/index.ts") },
  { find: /^tipring$/, replacement: fromRoot("./src/index.ts") },
];

const exclude = ["**/node_modules/**", "**/dist/**"];

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    // All cores: vitest would leave one of two idle.
    maxWorkers: "100%",
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "tools/**/*.test.ts",
            "boards/**/*.test.ts",
            "bench/**/*.test.ts",
            "test/hw-sim/**/*.test.ts",
            "test/parity/**/*.test.ts",
            "test/scenarios/**/*.test.ts",
          ],
          exclude,
          // Ends what hangs, and judges no speed: on a machine that is busy with others two seconds
          // become twenty.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Most of a small test's time would go to loading the same modules once more: files share
          // a worker, and keep nothing in module state.
          isolate: false,
          setupFiles: ["./tools/property-seed.ts"],
        },
      },
      {
        resolve: { alias },
        test: {
          name: "conformance",
          include: ["test/conformance/**/*.conformance.ts"],
          exclude,
          // As above: what takes most takes half a minute. Of a run's quarter of an hour enough is
          // left to tell which test it was.
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "interop",
          include: ["test/interop/**/*.interop.ts"],
          exclude,
          // Real peers share ports and cores: one file at a time, one test at a time.
          fileParallelism: false,
          sequence: { concurrent: false },
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Foreign programs in real time on a machine that may be busy with others: one more try,
          // which the run tells of at its end.
          retry: 1,
        },
      },
    ],
  },
});
