import { describe, expect, it } from "vitest";
import { thisMachine } from "./machine.ts";

describe("thisMachine()", () => {
  const machine = thisMachine();

  it("is the machine that this runs on", () => {
    expect(machine.nodeVersion).toBe(process.versions.node);
    expect(machine.platform).toBe(process.platform);
    expect(machine.isRoot).toBe(process.geteuid?.() === 0);
    expect(machine.addresses().every((address) => address !== "127.0.0.1")).toBe(true);
  });

  it("reads files and folders, and tells what is not there", () => {
    expect(machine.readText("/proc/self/comm")).toBeDefined();
    expect(machine.readText("/nowhere/file")).toBeUndefined();
    expect(machine.list("/proc/self")).toContain("comm");
    expect(machine.list("/nowhere")).toEqual([]);
    expect([machine.access("/dev/null"), machine.access("/nowhere/device")]).toEqual([
      "ok",
      "missing",
    ]);
  });

  it("loads packages that are there, and says why one is not", async () => {
    expect(await machine.tryPackage("zod")).toBeUndefined();
    expect(await machine.tryPackage("no-such-package-of-ours")).toMatch(/no-such-package-of-ours/);
  });

  it("runs programs in English, and tells one that is not installed", async () => {
    const told = await machine.run("sh", ["-c", "echo $LC_ALL; exit 3"]);
    expect(told).toEqual({ code: 3, text: "C\n" });
    expect(await machine.run("no-such-program-of-ours", [])).toBeUndefined();
  });
});
