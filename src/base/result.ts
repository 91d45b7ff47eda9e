/**
 * A value, or the reason why there is none. Parsers and port calls return it; they do not throw.
 */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** Wraps a value as a success. */
export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

/** Wraps a reason as a failure. */
export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({
  ok: false,
  error,
});

/** Success of a call that has nothing to return. */
export const done: { readonly ok: true; readonly value: undefined } = ok(undefined);
