import {
  LEARN_DIGIT,
  LEARN_TRIES,
  type LearnAsk,
  type LearnDoubt,
  type LearnEnd,
  type LearnOutput,
  type LearnProposal,
  type LearnTrain,
} from "../../fxs/index.ts";

const ASKS: Readonly<Record<LearnAsk, string>> = {
  lift: "Lift the receiver.",
  dial: `Dial ${LEARN_DIGIT} (a telephone with keys: press any of them)`,
  flash: "Press the flash key (R), or tap the hook as you are used to",
  "hang-up": "Hang up.",
};

const AGAIN = {
  "hung-up": "The receiver was put back.",
  "many-breaks": "That was more than one break; once, please.",
  dialled: "That was a key.",
} as const;

const ENDS: Readonly<Record<LearnEnd, readonly string[]>> = {
  complete: [],
  nobody: ["Nothing more came; this is what was seen."],
  stopped: ["Stopped; this is what was seen so far."],
};

const DOUBTS: Readonly<Record<LearnDoubt, string>> = {
  "pulses-differ": "the dial sent another number of pulses each time: it may be worn; learn again",
  "pulses-unknown": `no known dial has that many pulses for ${LEARN_DIGIT}: was it ${LEARN_DIGIT}?`,
  "flash-by-hand": "the flashes differ much: tapped by hand; the window is wide to fit them all",
  "flash-like-pulse":
    "the flash is as short as a pulse: while a number is dialled it counts as one",
  "no-flash": "no flash was seen",
  "nothing-dialled": "nothing was dialled",
};

/** What the learner says, in words. */
export function learnWords(output: LearnOutput): readonly string[] {
  switch (output.kind) {
    case "ask": {
      const many = output.what === "dial" || output.what === "flash";
      return [
        many ? `${ASKS[output.what]} (${output.attempt} of ${LEARN_TRIES}).` : ASKS[output.what],
      ];
    }
    case "again":
      return [AGAIN[output.why]];
    case "saw":
      if (output.what === "key") return [`  a key: ${output.digit}`];
      if (output.what === "flash") return [`  a break of ${Math.round(output.breakMs)} ms`];
      return [trainWords(output.train)];
    case "done":
      return ENDS[output.why];
  }
}

function trainWords({ breaksMs, makesMs }: LearnTrain): string {
  const times = `breaks of ${rangeOf(breaksMs)} ms, makes of ${rangeOf(makesMs)} ms`;
  return `  ${breaksMs.length} pulses, ${times}`;
}

function rangeOf(times: readonly number[]): string {
  if (times.length === 0) return "no";
  const [min, max] = [Math.round(Math.min(...times)), Math.round(Math.max(...times))];
  return min === max ? String(min) : `${min} to ${max}`;
}

/** A proposal as what can be put into `tipring.yaml`. */
export function proposalWords(proposal: LearnProposal, country: string): readonly string[] {
  const { settings, pulsesPerSecond, breakPercent, doubts } = proposal;
  const dial =
    pulsesPerSecond === undefined
      ? []
      : [`# the dial: ${pulsesPerSecond} pulses a second, ${breakPercent} % break`];
  const groups = Object.entries(settings).map(([name, group]) => {
    const values = Object.entries(group).map(([key, value]) => `${key}: ${value}`);
    return `  ${name}: { ${values.join(", ")} }`;
  });
  return [
    "",
    `# for the telephone that was measured, in place of the values of "${country}"`,
    ...dial,
    ...doubts.map((doubt) => `# doubtful: ${DOUBTS[doubt]}`),
    ...(groups.length === 0 ? ["# nothing to propose"] : ["countryOverrides:", ...groups]),
  ];
}
