import type { WatchDocument } from "./watch-types.ts";

/** Whether a watcher who was told the one need not be told the other. */
export function sameDocument(told: WatchDocument | undefined, now: WatchDocument): boolean {
  return told?.body === now.body && told.rest === now.rest;
}
