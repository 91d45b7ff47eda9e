import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { withConstants } from "./constants.ts";

/** What of a bundle is its maker's to say; the rest is as the package's own programs have it. */
export type BundleOptions = Pick<
  BuildOptions,
  "chunkNames" | "outExtension" | "packages" | "splitting" | "tsconfig"
> & {
  /** Sources by the name of what is made of them, in `outdir` and without ending. */
  readonly entries: Readonly<Record<string, string>>;
  readonly outdir: string;
};

/**
 * Makes JavaScript of TypeScript sources the way the package's programs are made; paths go from
 * `root`, as do those of what was written. Rejects with the bundler's `BuildFailure`.
 */
export async function bundleSources(
  root: string,
  { entries, ...options }: BundleOptions,
): Promise<readonly string[]> {
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: { ...entries },
    bundle: true,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
  });
  const outputs = Object.keys(metafile.outputs);
  for (const path of outputs) {
    const output = join(root, path);
    writeFileSync(output, withConstants(readFileSync(output, "utf8")));
  }
  return outputs;
}
