import { playGroups } from "./persons-stories.ts";

// Other seeds than those of every run. In two files, so that two cores share them.
playGroups(10_000, 4);
