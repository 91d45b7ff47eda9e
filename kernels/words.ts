/*
 * What kernels do alike, most of it with 16-bit samples. Each kernel that is built has a copy.
 */

/** Of so many words. */
export function wordsOf(count: i32): usize {
  return usize(count) << 1;
}

/** Of so many numbers of 64 bits. */
export function doublesOf(count: i32): usize {
  return usize(count) << 3;
}

/**
 * The sums of the squares of so many words, a multiple of eight, and of the products of neighbours,
 * as two 64-bit floats. They are summed exactly: they are integers.
 */
export function measureWords(from: usize, count: i32, into: usize): void {
  let squares = i64x2.splat(0);
  let products = i64x2.splat(0);
  let before = i16x8.splat(0);
  const end = from + wordsOf(count);
  for (let at = from; at < end; at += 16) {
    const now = v128.load(at);
    const earlier = v128.shuffle<i16>(before, now, 7, 8, 9, 10, 11, 12, 13, 14);
    const square = i32x4.dot_i16x8_s(now, now);
    const product = i32x4.dot_i16x8_s(now, earlier);
    squares = i64x2.add(squares, i64x2.extend_low_i32x4_u(square));
    squares = i64x2.add(squares, i64x2.extend_high_i32x4_u(square));
    products = i64x2.add(products, i64x2.extend_low_i32x4_s(product));
    products = i64x2.add(products, i64x2.extend_high_i32x4_s(product));
    before = now;
  }
  store<f64>(into, f64(i64x2.extract_lane(squares, 0) + i64x2.extract_lane(squares, 1)));
  store<f64>(into, f64(i64x2.extract_lane(products, 0) + i64x2.extract_lane(products, 1)), 8);
}
