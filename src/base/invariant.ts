/** Thrown only for a bug of ours: the process puts its lines into their safe state and exits. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * States what must hold whatever a peer, a user or a chip does. Never use it on input.
 * @throws InvariantError when `condition` is false
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Closes an exhaustive `switch`: it compiles only where no case is left. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable: ${JSON.stringify(value)}`);
}
