import { constants } from "node:os";

/** An error as the runtime makes them, with its name (`EBUSY`) as `code`, from errno's number. */
export function kernelError(number: number, call: string): Error {
  const known = Object.entries(constants.errno).find(([, value]) => value === number);
  const code = known?.[0] ?? `errno ${number}`;
  return Object.assign(new Error(`${code}: ${call}`), { code });
}
