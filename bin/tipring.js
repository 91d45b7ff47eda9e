#!/usr/bin/env node
// What `tipring` starts. It stands in the tree, and not in `dist`: npm links a program as a package
// is installed, and one that was not built by then would be missing ever after.
import { existsSync } from "node:fs";

const program = new URL("../dist/src/app/main.js", import.meta.url);
if (existsSync(program)) await import(program.href);
else {
  process.stderr.write("tipring: there is no dist yet: npm run build makes it\n");
  process.exitCode = 1;
}
