/** A header field of seconds (Expires, Min-Expires, Retry-After); `undefined` where it is none. */
export function secondsOf(value: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,10})(?:$|[\s;(])/.exec(value ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}
