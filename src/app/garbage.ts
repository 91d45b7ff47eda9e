import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** The engine's own. It belongs to a context of its own, so it is kept for the next time. */
let shown: unknown;

/**
 * Collects the garbage of this thread, all of it and at once: tens of milliseconds in which nothing
 * else runs here. For a moment in which nobody waits for anything. What a collection has left in
 * pages that are nearly empty, one behind it can move together, which gives those back: done
 * at once it would be one stop, and longer than both.
 */
export function collectGarbage(how?: "into-fewer-pages"): void {
  setFlagsFromString("--expose-gc");
  shown ??= runInNewContext("gc");
  const collect = shown;
  if (typeof collect !== "function") return;
  const isToMove = how === "into-fewer-pages";
  if (isToMove) setFlagsFromString("--optimize-for-size");
  collect();
  if (isToMove) setFlagsFromString("--no-optimize-for-size");
}
