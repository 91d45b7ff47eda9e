import { describe, expect, it } from "vitest";
import { shrinkStory } from "./shrink-story.ts";
import type { Story } from "./story.ts";
import { writeStory } from "./write-story.ts";

const totalMs = ({ acts }: Story): number => acts.reduce((sum, { pauseMs }) => sum + pauseMs, 0);

describe("shrinkStory()", () => {
  it("leaves what the failure needs, in order, and the plainest stage", async () => {
    const story = writeStory(9);
    const needed = [story.acts[7], story.acts[31]].map((act) => JSON.stringify(act?.kind));
    const wanted = [story.acts[7], story.acts[31]];
    const has = ({ acts }: Story): boolean => {
      const at = wanted.map((act) => acts.findIndex((one) => sameBut(one, act)));
      return at.every((place) => place >= 0) && (at[0] ?? 0) < (at[1] ?? 0);
    };
    const short = await shrinkStory(story, async (one) => has(one));
    expect(short.acts.map(({ kind }) => JSON.stringify(kind))).toEqual(needed);
    expect(short.stage.settings).toEqual([]);
    expect(short.stage.lines.every(({ chip }) => chip === "ag1171")).toBe(true);
  });

  it("keeps the time before what it leaves out, where that is what counts", async () => {
    const story = writeStory(10);
    const limitMs = totalMs(story);
    const short = await shrinkStory(story, async (one) => totalMs(one) >= limitMs);
    expect(short.acts).toHaveLength(1);
    expect(totalMs(short)).toBe(limitMs);
  });

  it("plays no more often than it may, and gives back what it has", async () => {
    let plays = 0;
    const story = writeStory(11);
    const short = await shrinkStory(
      story,
      async () => {
        plays++;
        return false;
      },
      20,
    );
    expect([plays, short]).toEqual([20, story]);
  });
});

/** Whether two acts are the same, the pauses before them apart. */
function sameBut(one: Story["acts"][number], other: Story["acts"][number] | undefined): boolean {
  return JSON.stringify({ ...one, pauseMs: 0 }) === JSON.stringify({ ...other, pauseMs: 0 });
}
