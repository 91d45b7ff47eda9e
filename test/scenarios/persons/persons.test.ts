import { describe, expect, it } from "vitest";
import { playStory } from "./play-story.ts";
import { tellStory } from "./story.ts";
import { writeStory } from "./write-story.ts";

/** A short story each: the box's own exchange, a registrar over TCP. `npm run persons` has more. */
const SEEDS = [2, 3] as const;
const ACTS = 14;

describe("playStory() of people without a plan", () => {
  it.each(SEEDS)("seed %i: everything is as before once all have hung up", async (seed) => {
    const story = writeStory(seed, ACTS);
    const { faults } = await playStory(story);
    expect(faults, tellStory(story)).toEqual([]);
  });

  it("is the same at every time", async () => {
    const story = writeStory(4, 6);
    const [once, again] = [await playStory(story), await playStory(story)];
    expect(again).toEqual(once);
    expect(once.hash).not.toBe("");
  });
});
