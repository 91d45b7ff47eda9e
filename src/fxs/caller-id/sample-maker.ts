/** Makes a known number of samples, one at a time. */
export interface SampleMaker {
  /** How many there are. */
  readonly samples: number;
  next(): number;
}
