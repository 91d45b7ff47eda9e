/** What is said of something that was thrown, which may be anything. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Its first line: what loaders of libraries say goes on with where they looked. */
export function errorHead(thrown: unknown): string {
  return errorText(thrown).split("\n")[0] ?? "";
}

/** Where it came from as well, where that is known: for what is a bug. */
export function errorStack(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

/** It as an error, for whoever takes nothing else. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
