import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { RestTurn } from "./rest-watch.ts";

/** The engine's own. It belongs to a context of its own, so it is kept for the next time. */
let shown: unknown;

/**
 * Collects the garbage of this thread, all of it and at once: tens of milliseconds in which nothing
 * else runs here. For a moment in which nobody waits for anything. The last of two turns empties
 * pages that the first has found nearly empty, too, and gives them back: done at once it would be
 * one stop, and longer than both.
 */
export function collectGarbage(turn: RestTurn): void {
  setFlagsFromString("--expose-gc");
  shown ??= runInNewContext("gc");
  const collect = shown;
  if (typeof collect !== "function") return;
  const isLast = turn === "last";
  if (isLast) setFlagsFromString("--optimize-for-size");
  collect();
  if (isLast) setFlagsFromString("--no-optimize-for-size");
}
