/*
 * What a simulated ear does with each piece of 80 samples, for WebAssembly with SIMD, in
 * AssemblyScript. One instance serves all ears. Built by tools/kernels.ts; the arithmetic is that
 * of test/hw-sim/audio/plain-sound.ts, bit for bit: sums go in the same order.
 *
 * Memory: 64-bit floats what is on the pair and what was sent (a piece each), and four sums.
 */

const PIECE: i32 = 80;
const HALF_PIECE: i32 = 40;

/** Of so many numbers of 64 bits. */
function doubles(count: i32): usize {
  return usize(count) << 3;
}

let pair: usize = 0;
let sending: usize = 0;
let sums: usize = 0;

/** Lays out an ear from `base` on; returns the first byte not used. */
export function layOut(base: usize): usize {
  pair = base;
  sending = pair + doubles(PIECE);
  sums = sending + doubles(PIECE);
  return sums + doubles(4);
}

export function pairAt(): usize {
  return pair;
}

export function sendingAt(): usize {
  return sending;
}

export function sumsAt(): usize {
  return sums;
}

/** Takes a share of what was sent out of what is on the pair, and measures what is left. */
export function listen(share: f64): void {
  const shares = f64x2.splat(share);
  let squares = f64x2.splat(0);
  let neighbours = squares;
  let before = squares;
  let at = pair;
  for (let into = sums; into < sums + 16; into += 8) {
    let low = f64x2.splat(0);
    let high = low;
    const end = at + doubles(HALF_PIECE);
    for (; at < end; at += 32) {
      const own = at + doubles(PIECE);
      const one = f64x2.sub(v128.load(at), f64x2.mul(shares, v128.load(own)));
      const two = f64x2.sub(v128.load(at, 16), f64x2.mul(shares, v128.load(own, 16)));
      v128.store(at, one);
      v128.store(at, two, 16);
      const oneSquare = f64x2.mul(one, one);
      const twoSquare = f64x2.mul(two, two);
      low = f64x2.add(low, oneSquare);
      high = f64x2.add(high, twoSquare);
      squares = f64x2.add(f64x2.add(squares, oneSquare), twoSquare);
      const earlier = v128.shuffle<i64>(before, one, 1, 2);
      const middle = v128.shuffle<i64>(one, two, 1, 2);
      neighbours = f64x2.add(neighbours, f64x2.mul(one, earlier));
      neighbours = f64x2.add(neighbours, f64x2.mul(two, middle));
      before = two;
    }
    store<f64>(into, lanesOf(low) + lanesOf(high));
  }
  store<f64>(sums, lanesOf(squares), 16);
  store<f64>(sums, lanesOf(neighbours), 24);
}

function lanesOf(two: v128): f64 {
  return f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1);
}
