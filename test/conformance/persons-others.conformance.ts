import { playGroups } from "./persons-stories.ts";

// The second half of what persons.conformance.ts begins.
playGroups(10_040, 4);
