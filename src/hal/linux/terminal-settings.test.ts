import { describe, expect, it } from "vitest";
import {
  CONTROL_FLAGS,
  INPUT_FLAGS,
  rawTerminal,
  TCIOFLUSH,
  TERMINAL_REQUESTS,
  TERMIOS2,
  VMIN,
} from "./terminal-settings.ts";
import { canCompileWith, evaluateC, runC } from "./testing/run-c.ts";

const HEADERS = ["asm/termbits.h", "asm/ioctls.h", "linux/ioctl.h"];

describe.skipIf(!canCompileWith("linux/ioctl.h"))("the kernel's own header", () => {
  it("has the same numbers, size and offsets", () => {
    const expected: Record<string, number> = {
      ...TERMINAL_REQUESTS,
      ...INPUT_FLAGS,
      ...CONTROL_FLAGS,
      ...{ VMIN, TCIOFLUSH },
      "sizeof(struct termios2)": TERMIOS2.size,
    };
    for (const [field, offset] of Object.entries(TERMIOS2.fields)) {
      expected[`offsetof(struct termios2, ${field})`] = offset;
    }
    expect(evaluateC(HEADERS, Object.keys(expected))).toEqual(expected);
  });

  it("lays out a raw line byte by byte alike", () => {
    const told = runC(
      HEADERS,
      `
      struct termios2 t;
      memset(&t, 0, sizeof t);
      t.c_iflag = IGNPAR; t.c_cflag = CS8 | CREAD | HUPCL | CLOCAL | BOTHER;
      t.c_cc[VMIN] = 1; t.c_ispeed = t.c_ospeed = 921600;
      fwrite(&t, sizeof t, 1, stdout);`,
    );
    expect(Buffer.from(rawTerminal(921_600)).toString("hex")).toBe(
      Buffer.from(told).toString("hex"),
    );
  });
});
