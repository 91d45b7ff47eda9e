import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { withConstants } from "../../tools/constants.ts";
import { root } from "./product.ts";

/**
 * Makes one plain program of each TypeScript file, `folder/<name>.mjs`, as the product's are made;
 * gives their paths.
 */
export async function bundle<Name extends string>(
  folder: string,
  sources: Readonly<Record<Name, string>>,
): Promise<Readonly<Record<Name, string>>> {
  await build({
    absWorkingDir: root,
    entryPoints: { ...sources },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
  });
  // Packages that are loaded where they are there (koffi) are found as the product finds them.
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const paths = Object.keys(sources).map((name) => [name, join(folder, `${name}.mjs`)] as const);
  for (const [, path] of paths) await writeFile(path, withConstants(await readFile(path, "utf8")));
  // The keys are those of `sources`; `fromEntries` forgets them.
  return Object.fromEntries(paths) as Record<Name, string>;
}
