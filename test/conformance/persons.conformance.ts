import { describe, expect, it } from "vitest";
import { playStory } from "../scenarios/persons/play-story.ts";
import { tellStory } from "../scenarios/persons/story.ts";
import { writeStory } from "../scenarios/persons/write-story.ts";

/** Other seeds than those of every run, played in groups that name what failed. */
const FIRST = 10_000;
const GROUPS = 8;
const STORIES = 10;

describe("people without a plan", () => {
  it.each(Array.from({ length: GROUPS }, (_, at) => FIRST + at * STORIES))(
    "seeds from %i: everything is as before once all have hung up",
    async (first) => {
      for (let seed = first; seed < first + STORIES; seed++) {
        const story = writeStory(seed);
        const { faults } = await playStory(story);
        expect(faults, tellStory(story)).toEqual([]);
      }
    },
  );
});
