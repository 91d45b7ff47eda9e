import { posix } from "node:path";
import { importsOf } from "./import-rules.ts";
import { type Finding, findingAt, type SourceFile } from "./source-file.ts";

/** Which files of the tree a file takes values from, and the finding should that be a circle. */
type Arrows = ReadonlyMap<string, Finding>;

/**
 * Files that take values from each other in a circle: none of them can be read, tested or moved
 * without the others. Types may go round. Each circle is told once, at one of its imports.
 */
export class CircleWatch {
  readonly #files = new Map<string, Arrows>();

  /** Remembers what a file imports. Files may come in any order. */
  add(file: SourceFile): void {
    const arrows = new Map<string, Finding>();
    for (const { specifier, typeOnly, node } of importsOf(file)) {
      if (typeOnly || !specifier.startsWith(".")) continue;
      const target = posix.normalize(posix.join(posix.dirname(file.path), specifier));
      arrows.set(target, findingAt(file, node, "circle", ""));
    }
    this.#files.set(file.path, arrows);
  }

  /** The circles among the files that were added. */
  findings(): readonly Finding[] {
    const findings: Finding[] = [];
    const done = new Set<string>();
    for (const start of this.#files.keys()) this.#walk(start, [], done, findings);
    return findings;
  }

  #walk(path: string, way: readonly string[], done: Set<string>, findings: Finding[]): void {
    if (done.has(path)) return;
    const soFar = [...way, path];
    for (const [target, at] of this.#files.get(path) ?? []) {
      const from = soFar.indexOf(target);
      if (from < 0) {
        this.#walk(target, soFar, done, findings);
        continue;
      }
      const circle = [...soFar.slice(from), target].join(" → ");
      const message = `${circle}: move what both need into a file of its own`;
      findings.push({ ...at, message });
    }
    done.add(path);
  }
}
