import { describe, expect, it } from "vitest";
import { loadSerialPorts } from "./serial-ports.ts";
import type { MakeSerialPort } from "./serialport-binding.ts";

const made = (name: string): MakeSerialPort => {
  return () => {
    throw new Error(name);
  };
};

describe("loadSerialPorts()", () => {
  it.each([
    ["a thread of its own", "there", "there", false, "terminal"],
    ["the first thread", "there", "there", true, "terminal"],
    ["the first thread", "missing", "there", true, "serialport"],
    ["a thread of its own", "missing", "there", false, "install terminal"],
    ["the first thread", "missing", "missing", true, "install terminal"],
  ])("on %s, koffi %s, serialport %s", async (_, terminal, serialport, isFirstThread, way) => {
    const load = (name: string, state: string) => () =>
      state === "there"
        ? Promise.resolve(made(name))
        : Promise.reject(new Error(`install ${name}`));
    const ways = {
      terminal: load("terminal", terminal),
      serialport: load("serialport", serialport),
      isFirstThread,
    };
    const make = loadSerialPorts(ways).then((found) =>
      found({ path: "", baudRate: 1, autoOpen: false, lock: true }),
    );
    await expect(make).rejects.toThrow(way);
  });
});
