/** What numbers can be copied into. */
type Numbers = Int16Array | Int32Array | Float32Array | Float64Array | Uint8Array;

/**
 * Copies numbers to the beginning of an array, or from `offset` on: `into.set(from, offset)`, which
 * throws where there is no room. For what happens for each frame of sound: V8 looks `set` of an
 * array up by name at every call where it compiled the caller beside its work, which takes as long
 * as copying a frame.
 */
export const copyNumbers = Function.prototype.call.bind(Int16Array.prototype.set) as (
  // Binding forgets the types: what is bound takes its array first, then what `set` takes.
  into: Numbers,
  from: ArrayLike<number>,
  offset?: number,
) => void;
