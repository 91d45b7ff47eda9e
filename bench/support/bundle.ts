import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { bundleSources } from "../../tools/bundle.ts";
import { root } from "./product.ts";

/**
 * Makes one plain program of each TypeScript file, `folder/<name>.mjs`, as the product's are made;
 * gives their paths.
 */
export async function bundle<Name extends string>(
  folder: string,
  sources: Readonly<Record<Name, string>>,
): Promise<Readonly<Record<Name, string>>> {
  const outExtension = { ".js": ".mjs" };
  await bundleSources(root, { entries: sources, outdir: folder, outExtension });
  // Packages that are loaded where they are there (koffi) are found as the product finds them.
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const paths = Object.keys(sources).map((name) => [name, join(folder, `${name}.mjs`)] as const);
  // The keys are those of `sources`; `fromEntries` forgets them.
  return Object.fromEntries(paths) as Record<Name, string>;
}
