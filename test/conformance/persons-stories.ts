import { describe, expect, it } from "vitest";
import { playStory } from "../scenarios/persons/play-story.ts";
import { tellStory } from "../scenarios/persons/story.ts";
import { writeStory } from "../scenarios/persons/write-story.ts";

/** Stories played in one test, which names what failed. */
const STORIES = 10;

/** Plays groups of stories, from a seed on. */
export function playGroups(first: number, groups: number): void {
  describe("people without a plan", () => {
    it.each(Array.from({ length: groups }, (_, at) => first + at * STORIES))(
      "seeds from %i: everything is as before once all have hung up",
      async (from) => {
        for (let seed = from; seed < from + STORIES; seed++) {
          const story = writeStory(seed);
          const { faults } = await playStory(story);
          expect(faults, tellStory(story)).toEqual([]);
        }
      },
    );
  });
}
