/** Whom a line calls by itself when its receiver is lifted. */
export interface UserHotline {
  readonly number: string;
  /**
   * How long something else may be dialled before, 1000 to 60000 ms. Default 0: there is no dial
   * tone, and nothing else can be dialled.
   */
  readonly afterMs?: number;
  /** Who is called where that number is not reached, one after the other. Default: nobody. */
  readonly otherwise?: readonly string[];
  /** How long each of them has to answer before the next is called. Default 30000. */
  readonly tryMs?: number;
}
