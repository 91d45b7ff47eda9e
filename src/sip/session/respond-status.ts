/** A status that may stand in a response: what is none becomes 500. */
export function respondStatus(status: number): number {
  return Number.isInteger(status) && status >= 100 && status <= 699 ? status : 500;
}
