import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { onBrokenPipe } from "./broken-pipe.ts";

it("onBrokenPipe() tells of a reader that has gone, and throws what is anything else", () => {
  const stream = new EventEmitter();
  let gone = 0;
  onBrokenPipe([stream], () => {
    gone++;
  });
  stream.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  expect(gone).toBe(1);
  const full = Object.assign(new Error("write ENOSPC"), { code: "ENOSPC" });
  expect(() => stream.emit("error", full)).toThrow("ENOSPC");
  expect(gone).toBe(1);
});
