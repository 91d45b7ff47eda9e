import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { withPlainBuiltins } from "./builtins.ts";
import { withConstants } from "./constants.ts";
import { directImports } from "./direct-imports.ts";

/** What of a bundle is its maker's to say; the rest is as the package's own programs have it. */
export type BundleOptions = Pick<
  BuildOptions,
  "chunkNames" | "outExtension" | "packages" | "splitting" | "tsconfig"
> & {
  /** Sources by the name of what is made of them, in `outdir` and without ending. */
  readonly entries: Readonly<Record<string, string>>;
  readonly outdir: string;
};

/** So long that an error's place, which is told by line and column, is still found. */
const LINE_MAX = 100;

/**
 * Makes JavaScript of TypeScript sources the way the package's programs are made; paths go from
 * `root`, as do those of what was written. Rejects with the bundler's `BuildFailure`.
 *
 * Each thread keeps the text of its programs as long as it lives, since what is not called is not
 * compiled: so there are no comments in it and no blanks. Names are whole, for errors' stacks.
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
    minifyWhitespace: true,
    lineLimit: LINE_MAX,
    plugins: [directImports],
    logLevel: "silent",
  });
  const outputs = Object.keys(metafile.outputs);
  for (const path of outputs) {
    const output = join(root, path);
    writeFileSync(output, inAscii(withConstants(withPlainBuiltins(readFileSync(output, "utf8")))));
  }
  return outputs;
}

/**
 * The same program with an escape for each character that is not ASCII. The bundler leaves those of
 * regular expressions, and one such character makes a text take two bytes for each of its own.
 */
function inAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => {
    const code = unit.charCodeAt(0).toString(16);
    return `\\u${code.padStart(4, "0")}`;
  });
}
