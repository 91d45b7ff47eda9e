/**
 * Random bytes. On a real machine they are unpredictable (tags, branches and nonces depend on it);
 * in the simulated world they come from the seed.
 */
export interface Random {
  bytes(count: number): Uint8Array;
}
