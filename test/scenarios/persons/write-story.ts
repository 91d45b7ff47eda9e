import { TONE_TABLES } from "../../hw-sim/audio/tone-tables.ts";
import type { SimChipName } from "../../hw-sim/board/sim-line.ts";
import { createRandomStream, type RandomStream } from "../../hw-sim/world/random-stream.ts";
import { FAR_NUMBERS } from "./far-manners.ts";
import {
  type Act,
  CALLER_MANNERS,
  FAR_WORDS,
  FLOODS,
  MACHINES,
  type Server,
  STRANGER_WORDS,
  type Stage,
  type Story,
  TROUBLES,
  type Wish,
} from "./story.ts";
import { isFar, PIN, SETTINGS } from "./story-settings.ts";

const SERVERS = [
  "memory",
  "exchange",
  "udp",
  "names",
  "tcp",
  "tls",
] as const satisfies readonly Server[];
/** Those with ways of their own more than once. */
const COUNTRIES = [
  "us",
  "de",
  "uk",
  "fr",
  "jp",
  "au",
  "cn",
  "nl",
  "ir",
  ...Object.keys(TONE_TABLES),
];
const PHONES = ["touch-tone", "touch-tone", "rotary", "cordless"] as const;
const CHIPS: readonly SimChipName[] = ["ag1171", "ag1171", "serial-card", "si3210"];
const PAUSES_MS = [0, 1, 15, 40, 90, 300, 800, 1200, 2500, 5000] as const;
/** Of people who cannot wait. */
const HASTY_MS = [0, 1, 2, 5, 10, 20, 30, 60, 100, 200, 1000, 4000] as const;
const HASTY_SHARE = 0.25;
const FLASHES_MS = [60, 90, 120, 300, 500, 900] as const;
/** What is silly to dial: parts of numbers, what nobody has, codes. */
const ODD_NUMBERS = [
  ...["9", "1", "112", "911", "0", "#", "*", "*98", "*98102", "*37", "*67102"],
  ...["**", "**102", "**101", "**9"],
  ...["*78", "*79", "*72103", "*72501", "*73", "*90101", "*91", "*92102", "*92507", "*93"],
  ...["*07", "*69", "4#", "30#", "3", "*744103", "*7530502", "*747501", "#744", "#7530", "*674#"],
  ...["*4710*0*0*9", "*4710*0*0*66*5060", "*68", "*68", "*88101", "*88102", "*88102", "*88501"],
  ...["*50", "*51", "*70102", "*70501", "*70112", "*30", "*31", "*77", "*87", "*60", "*80"],
  ...[`*33*${PIN}#`, `*33*${PIN}#`, `#33*${PIN}#`, "#33*1111#", `*33*${PIN.slice(0, -1)}`],
  ...[`33*${PIN}#`, `*3*${PIN}#`, `33${PIN}`],
];
const SERVICES = ["600", "601"] as const;
const DIGITS_IN_CALL = ["1", "2", "3", "5", "0", "#", "102", "*98103", "2*8#"] as const;
const TROUBLE_MS = [50, 400, 1500, 4000, 12_000] as const;

/** How many things happen in a story. */
export const ACTS = 45;

/** The story of a seed. */
export function writeStory(seed: number, acts = ACTS): Story {
  const random = createRandomStream(seed, "story");
  const stage = drawStage(random);
  const pauses = random.float() < HASTY_SHARE ? HASTY_MS : PAUSES_MS;
  return { seed, stage, acts: Array.from({ length: acts }, () => drawAct(random, stage, pauses)) };
}

function oneOf<T>(random: RandomStream, list: readonly T[]): T {
  const found = list[random.int(list.length)];
  if (found === undefined) throw new Error("nothing to choose from");
  return found;
}

function drawStage(random: RandomStream): Stage {
  const count = oneOf(random, [2, 2, 3, 4]);
  const isPlain = random.float() < 0.5;
  const chip = (): SimChipName => (isPlain ? "ag1171" : oneOf(random, CHIPS));
  const lines = Array.from({ length: count }, () => ({
    phone: oneOf(random, PHONES),
    chip: chip(),
  }));
  const server = oneOf(random, SERVERS);
  const has = isFar(server) ? "registrar" : "exchange";
  const settings = SETTINGS.filter(
    ({ share, where = has }) => random.float() < share && where === has,
  );
  return {
    lines,
    country: oneOf(random, COUNTRIES),
    server,
    network: drawNetwork(random),
    settings: settings.map(({ name, config }) => ({ name, config })),
  };
}

function drawNetwork(random: RandomStream): Stage["network"] {
  const kind = random.float();
  const latencyMs = oneOf(random, [0, 1, 20, 80]);
  if (kind < 0.6) return { latencyMs };
  const ratio = oneOf(random, [0.02, 0.1]);
  const ratios = { lossRatio: ratio, duplicateRatio: ratio, reorderRatio: ratio };
  return { latencyMs, jitterMs: oneOf(random, [5, 40]), ...ratios };
}

function drawAct(random: RandomStream, stage: Stage, pausesMs: readonly number[]): Act {
  const pauseMs = oneOf(random, pausesMs);
  const line = 1 + random.int(stage.lines.length);
  const to = String(100 + line);
  const kind = random.float();
  const bad = stage.lines.length > 3 ? 0.05 : 0.08;
  if (kind < bad) {
    const trouble = oneOf(random, TROUBLES);
    return { kind: "trouble", pauseMs, line, trouble, forMs: oneOf(random, TROUBLE_MS) };
  }
  if (kind < 0.18 && stage.server !== "memory") {
    return {
      kind: "far-call",
      pauseMs,
      to,
      manner: oneOf(random, CALLER_MANNERS),
      patienceMs: oneOf(random, [0, 20, 200, 1000, 4000, 9000]),
      talksMs: oneOf(random, [0, 30, 500, 3000, 15_000]),
    };
  }
  if (kind < 0.21) {
    const word = oneOf(random, STRANGER_WORDS);
    return { kind: "stranger", pauseMs, to, word, times: oneOf(random, [1, 1, 2, 30]) };
  }
  if (kind < 0.22) {
    const flood = oneOf(random, FLOODS);
    return { kind: "flood", pauseMs, to, flood, times: oneOf(random, [20, 100, 300]) };
  }
  if (kind < 0.24) return { kind: "machine", pauseMs, line, machine: oneOf(random, MACHINES) };
  if (kind < 0.28) return { kind: "far-word", pauseMs, to, word: oneOf(random, FAR_WORDS) };
  return { ...drawWish(random, line, stage), pauseMs };
}

function drawWish(random: RandomStream, line: number, stage: Stage): Wish {
  const answers = random.float() < 0.75;
  const lifts = random.float() < 0.4;
  return {
    kind: "person",
    line,
    answers,
    lifts,
    number: numberOf(random, stage),
    otherwise: otherwiseOf(random),
  };
}

function numberOf(random: RandomStream, stage: Stage): string {
  const what = random.float();
  const ext = String(101 + random.int(stage.lines.length));
  if (what < 0.07) return "";
  if (what < 0.45) return ext;
  if (what < 0.52) return oneOf(random, SERVICES);
  if (what < 0.7) return oneOf(random, ODD_NUMBERS);
  if (stage.server === "memory") return ext;
  return oneOf(random, FAR_NUMBERS);
}

function otherwiseOf(random: RandomStream): Wish["otherwise"] {
  const what = random.float();
  if (what < 0.2) return { kind: "hang" };
  if (what < 0.45) return { kind: "flash", ms: oneOf(random, FLASHES_MS) };
  if (what < 0.6) return { kind: "dial", digits: oneOf(random, DIGITS_IN_CALL) };
  if (what < 0.7) return { kind: "say", ms: oneOf(random, [100, 700, 2000]) };
  if (what < 0.75) return { kind: "tone", hz: oneOf(random, [1100, 2100, 440]), ms: 1500 };
  return { kind: "wait" };
}
