import type { Act, Stage, Story } from "./story.ts";

/** Whether a story still fails in the way that is looked into. */
export type Fails = (story: Story) => Promise<boolean>;

/**
 * The shortest story found that still fails: halves, quarters and single acts are left out while it
 * does, then what it is played on is made plainer. `triesMax` limits how often it is played.
 */
export async function shrinkStory(story: Story, fails: Fails, triesMax = 150): Promise<Story> {
  let left = triesMax;
  const still = async (one: Story): Promise<boolean> => {
    if (left <= 0) return false;
    left--;
    return fails(one);
  };
  let best = story;
  for (let size = Math.ceil(best.acts.length / 2); size >= 1; ) {
    const shorter = await withoutSome(best, size, still);
    if (shorter === undefined) size = size === 1 ? 0 : Math.ceil(size / 2);
    else best = shorter;
  }
  for (const plainer of plainerStages(best.stage)) {
    const one = { ...best, stage: plainer(best.stage) };
    if (await still(one)) best = one;
  }
  return best;
}

/** The story without `size` acts in a row, the time before them kept or not. */
async function withoutSome(story: Story, size: number, fails: Fails): Promise<Story | undefined> {
  const { acts } = story;
  for (let at = 0; at < acts.length; at += size) {
    const gone = acts.slice(at, at + size);
    const goneMs = gone.reduce((sum, { pauseMs }) => sum + pauseMs, 0);
    const after = acts.slice(at + size);
    for (const keptMs of goneMs === 0 ? [0] : [0, goneMs]) {
      const shorter = { ...story, acts: [...acts.slice(0, at), ...later(after, keptMs)] };
      if (await fails(shorter)) return shorter;
    }
  }
  return undefined;
}

function later([first, ...rest]: readonly Act[], byMs: number): readonly Act[] {
  return first === undefined ? [] : [{ ...first, pauseMs: first.pauseMs + byMs }, ...rest];
}

function plainerStages(stage: Stage): readonly ((now: Stage) => Stage)[] {
  return [
    (now) => ({ ...now, network: {} }),
    (now) => ({ ...now, country: "us" }),
    (now) => ({ ...now, settings: [] }),
    ...stage.settings.map(({ name }) => (now: Stage) => ({
      ...now,
      settings: now.settings.filter((one) => one.name !== name),
    })),
    (now) => ({ ...now, lines: now.lines.map((line) => ({ ...line, chip: "ag1171" as const })) }),
    (now) => ({
      ...now,
      lines: now.lines.map((line) => ({ ...line, phone: "touch-tone" as const })),
    }),
  ];
}
