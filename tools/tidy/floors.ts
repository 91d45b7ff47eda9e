/**
 * Where each room of the house stands and what it may import: ARCHITECTURE.md's table as data.
 * A room is the folder (or file) of the longest matching `at`.
 */
export interface Room {
  /** A folder ends with `/`, a file with `.ts`; anything else is how paths begin. */
  readonly at: string;
  /** What it may import besides itself: rooms whose `at` begins so. */
  readonly mayImport: readonly string[];
  /** Rooms of which only a folder's `index.ts` may be imported. */
  readonly byIndexOnly?: readonly string[];
  /** Whether imports must be types: a room of interfaces takes no values. */
  readonly typesOnly?: boolean;
  readonly node: boolean;
  /** Npm packages; undefined is any. */
  readonly packages?: readonly string[];
  /** Whether time, chance and input come in as arguments only. */
  readonly pure: boolean;
}

const CORES = ["src/sip/", "src/media/", "src/fxs/"] as const;

const UP_TO_GATEWAY = [
  "src/base/",
  "src/hal/ports/",
  ...CORES,
  "src/call/",
  "src/exchange/",
  "src/hal/drivers/",
] as const;

const CONTROL = {
  byIndexOnly: CORES,
  node: false,
  packages: [],
  pure: true,
} as const;

const OUTSIDE = { node: true, pure: false } as const;

const core = (at: string): Room => ({
  at,
  mayImport: ["src/base/"],
  node: false,
  packages: [],
  pure: true,
});

const composition = (at: string, packages: readonly string[]): Room => ({
  at,
  mayImport: [
    ...UP_TO_GATEWAY,
    "src/gateway/",
    "src/app/compose.ts",
    "src/app/config/",
    "src/app/syslog/",
    "src/app/provision/",
  ],
  node: false,
  packages,
  pure: true,
});

const adapter = (at: string, mayImport: readonly string[]): Room => ({
  at,
  mayImport: ["src/base/", "src/hal/ports/", ...mayImport],
  ...OUTSIDE,
});

/** Every room. Files outside all of them (`tools/`, `bench/`, `boards/`, …) may import anything. */
const ROOMS = [
  { at: "src/base/", mayImport: [], node: false, packages: [], pure: true },
  {
    at: "src/hal/ports/",
    mayImport: ["src/base/"],
    typesOnly: true,
    node: false,
    packages: [],
    pure: true,
  },
  ...CORES.map(core),
  { at: "src/call/", mayImport: ["src/base/", ...CORES, "src/call/policy/"], ...CONTROL },
  { at: "src/call/policy/", mayImport: ["src/base/", ...CORES, "src/call/"], ...CONTROL },
  { at: "src/exchange/", mayImport: ["src/base/", "src/call/policy/", ...CORES], ...CONTROL },
  {
    at: "src/hal/drivers/",
    mayImport: ["src/base/", "src/hal/ports/"],
    node: false,
    packages: [],
    pure: true,
  },
  adapter("src/hal/node/", []),
  // What an error of the kernel means is told in one place.
  adapter("src/hal/linux/", ["src/hal/node/"]),
  { at: "src/gateway/", mayImport: UP_TO_GATEWAY, node: false, packages: [], pure: true },
  composition("src/app/compose.ts", []),
  composition("src/app/config/", ["yaml", "zod"]),
  core("src/app/syslog/"),
  {
    at: "src/app/provision/",
    mayImport: ["src/base/", "src/app/config/"],
    node: false,
    packages: [],
    pure: true,
  },
  { at: "src/", mayImport: ["src/"], ...OUTSIDE },
  {
    at: "test/hw-sim/",
    mayImport: [
      "src/base/",
      "src/hal/ports/",
      "src/hal/drivers/",
      "src/gateway/",
      "src/app/compose.ts",
      "src/app/config/",
    ],
    node: false,
    packages: [],
    pure: true,
  },
  // The reader of RTP that is not ours takes Node's Buffer and nothing else.
  {
    at: "test/hw-sim/peers/rtp-",
    mayImport: ["src/base/", "src/hal/ports/", "test/hw-sim/"],
    node: false,
    packages: ["rtp-parser"],
    pure: false,
  },
  // The simulator's composition root: it may reach for the bridge below.
  {
    at: "test/hw-sim/bench/",
    mayImport: [
      "src/base/",
      "src/hal/ports/",
      "src/gateway/",
      "src/app/compose.ts",
      "src/app/config/",
      "test/hw-sim/",
    ],
    node: false,
    packages: [],
    pure: true,
  },
  {
    at: "test/hw-sim/index.ts",
    mayImport: ["test/hw-sim/"],
    node: false,
    packages: [],
    pure: true,
  },
  // The one place where the simulated world meets wall time and real sockets.
  { at: "test/hw-sim/world/real-time", mayImport: ["test/hw-sim/", "src/"], ...OUTSIDE },
] as const satisfies readonly Room[];

/** What the tests of a room may import besides: a whole box is tested in the simulated world. */
export const TESTS_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/gateway/": ["src/hal/node/", "src/app/compose.ts", "test/hw-sim/"],
  // Real ciphers and codecs, where the core is handed them as values.
  "src/media/": ["src/hal/node/", "test/hw-sim/"],
  "src/app/config/": ["src/app/"],
  "src/": ["test/hw-sim/"],
  "test/hw-sim/": ["src/"],
};

/** The room of a path; undefined where it stands in none. */
export function roomOf(path: string): Room | undefined {
  let best: Room | undefined;
  for (const room of ROOMS) {
    const inside = room.at.endsWith(".ts") ? path === room.at : path.startsWith(room.at);
    if (inside && room.at.length > (best?.at.length ?? 0)) best = room;
  }
  return best;
}
