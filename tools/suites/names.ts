/** A suite's name in brackets, as its `describe` has it and the lines of `--json` tell it. */
const SUITE_NAME = /^\[[a-z0-9.-]+\]$/;

/**
 * What vitest is told for what somebody wrote: `[media.g711]` is that suite and no other, several
 * of them are all of these, and everything else stays as it is. To vitest itself the brackets would
 * be a set of letters.
 */
export function vitestFilters(words: readonly string[]): readonly string[] {
  const names = words.filter((word) => SUITE_NAME.test(word));
  if (names.length === 0) return words;
  const pattern = names.map((name) => name.replace(/[[\].]/g, "\\$&")).join("|");
  return [...words.filter((word) => !SUITE_NAME.test(word)), "-t", pattern];
}
