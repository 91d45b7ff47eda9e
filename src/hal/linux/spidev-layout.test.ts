import { describe, expect, it } from "vitest";
import {
  encodeSpiMessage,
  SPI_PIECES_MAX,
  SPI_REQUESTS,
  SPI_TRANSFER,
  spiMessageRequest,
} from "./spidev-layout.ts";
import { canCompileWith, evaluateC, runC } from "./testing/run-c.ts";

const HEADERS = ["linux/spi/spidev.h", "sys/ioctl.h"];

describe.skipIf(!canCompileWith("linux/spi/spidev.h"))("the kernel's own header", () => {
  it("has the same request numbers, size and offsets", () => {
    const expected: Record<string, number> = {
      ...SPI_REQUESTS,
      "sizeof(struct spi_ioc_transfer)": SPI_TRANSFER.size,
      "SPI_IOC_MESSAGE(1)": spiMessageRequest(1),
      "SPI_IOC_MESSAGE(3)": spiMessageRequest(3),
      "SPI_IOC_MESSAGE(32)": spiMessageRequest(SPI_PIECES_MAX),
    };
    for (const [field, offset] of Object.entries(SPI_TRANSFER.fields)) {
      expected[`offsetof(struct spi_ioc_transfer, ${field})`] = offset;
    }
    expect(evaluateC(HEADERS, Object.keys(expected))).toEqual(expected);
  });

  it("lays out a message byte by byte alike", () => {
    const told = runC(
      HEADERS,
      `
      struct spi_ioc_transfer t[2];
      memset(t, 0, sizeof t);
      t[0].tx_buf = 0x123456789abcULL; t[0].rx_buf = 0x7fff00001000ULL;
      t[0].len = 1; t[0].speed_hz = 1000000; t[0].bits_per_word = 8; t[0].cs_change = 1;
      t[1].tx_buf = 0x123456789abdULL; t[1].rx_buf = 0x7fff00001001ULL;
      t[1].len = 300; t[1].speed_hz = 16000000; t[1].bits_per_word = 8;
      fwrite(t, sizeof t, 1, stdout);`,
    );
    const ours = encodeSpiMessage([
      {
        sentAddress: 0x123456789abcn,
        receivedAddress: 0x7fff00001000n,
        ...{ length: 1, clockHz: 1_000_000, deselects: true },
      },
      {
        sentAddress: 0x123456789abdn,
        receivedAddress: 0x7fff00001001n,
        ...{ length: 300, clockHz: 16_000_000, deselects: false },
      },
    ]);
    expect(Buffer.from(ours).toString("hex")).toBe(Buffer.from(told).toString("hex"));
  });
});
