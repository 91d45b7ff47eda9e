/** The generator x¹⁶ + x¹² + x⁵ + 1. */
const POLYNOMIAL = 0x1021;

const TABLE = createTable();

/**
 * CRC-16/IBM-3740: start 0xFFFF, not reflected, no final inversion. Over bytes that are followed by
 * their own CRC, high byte first, it is 0.
 */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >>> 8) ^ byte] ?? 0);
  }
  return crc;
}

function createTable(): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000) !== 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
    }
    return crc & 0xffff;
  });
}
