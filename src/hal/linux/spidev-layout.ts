/**
 * The kernel's interface to SPI chip selects (`spidev`), as data: request numbers, and where each
 * field of its structure lies. Little-endian, as on every machine this runs on. A test compiles the
 * kernel's own header and compares.
 *
 * One piece of a transfer (32 bytes):
 *
 *      0         8         16     20         24          26     27          28            31
 *      +---------+---------+------+----------+-----------+------+-----------+-------------+
 *      | tx_buf  | rx_buf  | len  | speed_hz | delay_us  | bits | cs_change | (unused)    |
 *      | u64     | u64     | u32  | u32      | u16       | u8   | u8        |             |
 *      +---------+---------+------+----------+-----------+------+-----------+-------------+
 *
 * @see https://docs.kernel.org/spi/spidev.html, include/uapi/linux/spi/spidev.h
 */
export const SPI_REQUESTS = {
  SPI_IOC_WR_MODE: 0x4001_6b01,
  SPI_IOC_WR_LSB_FIRST: 0x4001_6b02,
  SPI_IOC_WR_BITS_PER_WORD: 0x4001_6b03,
  SPI_IOC_WR_MAX_SPEED_HZ: 0x4004_6b04,
} as const;

/** `struct spi_ioc_transfer`: its size, and the offset of each field that is used, in bytes. */
export const SPI_TRANSFER = {
  size: 32,
  fields: {
    tx_buf: 0,
    rx_buf: 8,
    len: 16,
    speed_hz: 20,
    delay_usecs: 24,
    bits_per_word: 26,
    cs_change: 27,
  },
} as const;

/**
 * The most pieces in one message. Spidev keeps a message's bytes in a buffer of 4096, each piece at
 * an address that DMA likes: on arm64 every 128 bytes, so that 32 pieces of one byte fill it (it
 * answers EMSGSIZE to more). @see drivers/spi/spidev.c, ARCH_KMALLOC_MINALIGN
 */
export const SPI_PIECES_MAX = 32;

/** The number of the request that carries out so many pieces, 1 to `SPI_PIECES_MAX`. */
export function spiMessageRequest(pieces: number): number {
  return 0x4000_6b00 + pieces * SPI_TRANSFER.size * 0x1_0000;
}

/** One piece of a transfer: bytes that go out and come in while the chip stays selected. */
export interface SpiPiece {
  /** Where its bytes stand in memory, as the kernel is to see it. */
  readonly sentAddress: bigint;
  readonly receivedAddress: bigint;
  readonly length: number;
  readonly clockHz: number;
  /**
   * Raises chip select before the next piece. On the last one of a message it would mean the
   * opposite (the chip may stay selected), so it is never set there.
   */
  readonly deselects: boolean;
}

/** The pieces of a message, one `spi_ioc_transfer` each. */
export function encodeSpiMessage(pieces: readonly SpiPiece[]): Uint8Array {
  const { size, fields } = SPI_TRANSFER;
  const bytes = new Uint8Array(pieces.length * size);
  const view = new DataView(bytes.buffer);
  for (const [index, piece] of pieces.entries()) {
    const at = index * size;
    view.setBigUint64(at + fields.tx_buf, piece.sentAddress, true);
    view.setBigUint64(at + fields.rx_buf, piece.receivedAddress, true);
    view.setUint32(at + fields.len, piece.length, true);
    view.setUint32(at + fields.speed_hz, piece.clockHz, true);
    view.setUint8(at + fields.bits_per_word, 8);
    view.setUint8(at + fields.cs_change, piece.deselects ? 1 : 0);
  }
  return bytes;
}
