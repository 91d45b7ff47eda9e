/**
 * What every file of unit tests begins with. Property tests draw the same values in each run, so
 * that a run tells of what was changed and of nothing else. `PROPERTY_SEED=n` draws others, and
 * `PROPERTY_SEED=any` others each time; a property that fails prints the seed that it failed with.
 */
import fc from "fast-check";

const DEFAULT_SEED = 1;

/**
 * The seed that a value of `PROPERTY_SEED` asks for; undefined leaves it to chance.
 * @throws Error where it is neither `any` nor a number of 32 bits
 */
export function propertySeed(asked: string | undefined): number | undefined {
  if (asked === undefined || asked === "") return DEFAULT_SEED;
  if (asked === "any") return undefined;
  const seed = Number(asked);
  if (/^-?\d+$/.test(asked) && seed === (seed | 0)) return seed;
  throw new Error(`PROPERTY_SEED is ${asked}: make it "any" or a whole number of 32 bits`);
}

const seed = propertySeed(process.env["PROPERTY_SEED"]);
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
