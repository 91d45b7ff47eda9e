import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { waitUntil, within } from "./support/patience.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = join(ROOT, "dist/src/app/main.js");
const WAIT_MS = 15_000;
/** What a service is started with here: on any port, by the defaults. */
const RUN = ["run", "--sip-port", "0"];

let folder = "";
let children: ChildProcess[] = [];

beforeAll(() => {
  const builder = ["node_modules/tsx/dist/cli.mjs", "tools/build.ts", "--if-stale", "--quiet"];
  execFileSync(process.execPath, builder, { cwd: ROOT });
}, 120_000);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-command-"));
});

afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

/** The program, its output kept; `end` is its exit code, or the signal that killed it. */
function start(
  words: readonly string[],
  { stdout = "pipe", terminal = false }: { stdout?: number | "pipe"; terminal?: boolean } = {},
) {
  const command = [process.execPath, PROGRAM, ...words];
  // `script` is a terminal: what is typed goes into it, its interrupt key is a signal.
  const [path = "", ...args] = terminal
    ? ["script", "-qec", command.join(" "), "/dev/null"]
    : command;
  const stdin = terminal ? "pipe" : "ignore";
  const child = spawn(path, args, { cwd: folder, stdio: [stdin, stdout, "pipe"] });
  children.push(child);
  let out = "";
  const keep = (chunk: Buffer): void => {
    out += chunk.toString();
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const end = new Promise<number | string>((resolve) => {
    child.on("exit", (code, signal) => resolve(code ?? signal ?? "?"));
  });
  const says = (words: string | RegExp): Promise<boolean> =>
    waitUntil(() => (typeof words === "string" ? out.includes(words) : words.test(out)), WAIT_MS);
  const type = (keys: string): void => void child.stdin?.write(keys);
  return { child, end: () => within(end, WAIT_MS), says, type, out: () => out };
}

/** A disk of 64 KB. Throws where this user may not mount one. */
function smallDisk(where: string): { path: string; remove: () => void } {
  const path = join(where, "disk");
  mkdirSync(path);
  const options = ["-t", "tmpfs", "-o", "size=64k", "tipring-test", path];
  execFileSync("mount", options, { stdio: "ignore" });
  return { path, remove: () => execFileSync("umount", ["-l", path]) };
}

/** `tipring check` on a machine that has these addresses; undefined where none can be made. */
function checkedWith(setUp: string, words: string): string | undefined {
  const command = `ip link set lo up && ${setUp} && ${process.execPath} ${PROGRAM} ${words}`;
  const { status } = spawnSync("unshare", ["-rn", "ip", "link", "set", "lo", "up"]);
  if (status !== 0) return undefined;
  const ran = spawnSync("unshare", ["-rn", "sh", "-c", command], { cwd: folder, encoding: "utf8" });
  return `${ran.status}: ${ran.stdout}${ran.stderr}`;
}

/** Whether this user may mount a disk. */
function mayMount(): boolean {
  const where = mkdtempSync(join(tmpdir(), "tipring-mount-"));
  try {
    smallDisk(where).remove();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(where, { recursive: true, force: true });
  }
}

describe("exit codes", () => {
  const config = (text: string): string => {
    writeFileSync(join(folder, "a.yaml"), text);
    return "a.yaml";
  };

  it("are 0, 1 or 2, as the document has it", async () => {
    const rows: readonly (readonly [string, number])[] = [
      ["help", 0],
      ["boards", 0],
      ["check", 0],
      ["calls", 0],
      ["safe", 0],
      ["demo --virtual --out o", 0],
      ["check --config there-is-none.yaml", 1],
      ["check --board there-is-none", 1],
      ["run --config there-is-none.yaml", 1],
      ["line-test --quiet", 1],
      ["card-check --port /dev/ttyNoSuchCard", 1],
      ["demo --virtual --trace /proc/trace", 1],
      ["rnu", 2],
      ["run --sip-port x", 2],
      ["check --loop", 2],
      ["learn --line 9", 2],
      ["line-test --line 9", 2],
      ["doctor --levels --line 9", 2],
      ["card-check", 2],
    ];
    const ended = async ([words]: readonly [string, number]) =>
      [words, await start(words.split(" ")).end()] as const;
    const half = rows.length / 2;
    const first = await Promise.all(rows.slice(0, half).map(ended));
    const second = await Promise.all(rows.slice(half).map(ended));
    expect([...first, ...second]).toEqual(rows);
  });

  it("doctor, where a sound card is not there: the library's own words are not heard", () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [PROGRAM, "doctor", "--board", "raspberry-pi"],
      { cwd: folder, encoding: "utf8" },
    );
    expect(stdout).toMatch(/^(BAD|good) +sound: /m);
    expect(stderr).toBe("");
  });

  it.each(["data: /proc/tipring", "recording: { calls: all, folder: /sys/a }"])(
    "%s: 1, told where it stands and why",
    async (text) => {
      for (const command of ["check", "run"]) {
        const { end, out } = start([command, "--config", config(text)]);
        expect(await end()).toBe(1);
        expect(out()).toMatch(/^a\.yaml:1:\d+: .* shows the kernel's state, no file can be kept/);
      }
    },
  );
});

describe("check of lines at a registrar elsewhere", () => {
  it.each([
    ["no network", "true", /^0: .*\nwarning: There is no way to the registrar 10\.1\.1\.2 now/s],
    [
      "IPv4 alone",
      "ip addr add 10.1.1.1/24 dev lo && ip route add default dev lo src 10.1.1.1",
      /^0: (?!.*warning)/s,
    ],
  ])("is good where this machine has %s", (_, setUp, told) => {
    const checked = checkedWith(setUp, "check --registrar 10.1.1.2");
    if (checked !== undefined) expect(checked).toMatch(told);
  });
});

describe("a terminal", () => {
  it("ends a run at Ctrl-C with 0; Ctrl-Z does not put it to sleep", async () => {
    const { end, says, type } = start(RUN, { terminal: true });
    expect(await says("600 is an echo.")).toBe(true);
    type("lift 1\r");
    expect(await says("phone 1 hears dial tone")).toBe(true);
    type("\u001a");
    expect(await says("it cannot be put to sleep")).toBe(true);
    type("status\r");
    expect(await says("line 1 (101): off-hook")).toBe(true);
    type("\u0003");
    expect(await end()).toBe(0);
    expect(await says("line 1 is no longer registered")).toBe(true);
  });

  it("keeps what is still being recorded as it ends", async () => {
    const { end, says, type } = start(RUN, { terminal: true });
    expect(await says("600 is an echo.")).toBe(true);
    type("lift 1\r");
    expect(await says("phone 1 hears dial tone")).toBe(true);
    type("record 1 out.wav\rquit\r");
    expect(await end()).toBe(0);
    expect(statSync(join(folder, "out.wav")).size).toBeGreaterThan(43);
    expect(await says("phone 1: what it heard is in out.wav")).toBe(true);
  });

  it.each([
    ["learn", "Lift the receiver.", "Stopped; this is what was seen so far."],
    ["line-test --echo", "lift the receiver", ""],
    ["doctor --levels --tone", "a tone of 1004 Hz plays", ""],
    ["doctor --levels", "hold one key", ""],
  ])("ends %s at Ctrl-C with 130", async (words, before, after) => {
    const { end, says, type } = start(words.split(" "), { terminal: true });
    expect(await says(before)).toBe(true);
    type("\u001a");
    type("\u0003");
    expect(await end()).toBe(130);
    expect(await says(after)).toBe(true);
  });
});

describe("a terminal that takes nothing any more", () => {
  /** Rounds of garbage, a line each at `debug`, and of a question; whether all were answered. */
  async function isAlive(port: number, rounds: number): Promise<boolean> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    let answered = -1;
    socket.on("message", (message) => {
      answered = Number(/^CSeq: (\d+)/im.exec(message.toString())?.[1]);
    });
    const question = (round: number): string =>
      [
        `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bK${round};rport`,
        "Max-Forwards: 70",
        "From: <sip:a@127.0.0.1>;tag=1",
        `To: <sip:127.0.0.1:${port}>`,
        `Call-ID: alive-${round}`,
        `CSeq: ${round} OPTIONS`,
        "Content-Length: 0",
        "\r\n",
      ].join("\r\n");
    try {
      for (let round = 0; round < rounds; round++) {
        // Fewer than a socket keeps for a program that is busy.
        for (let at = 0; at < 150; at++) socket.send("REGISTER no SIP\r\n\r\n", port, "127.0.0.1");
        const isAnswered = await waitUntil(() => {
          if (answered !== round) socket.send(question(round), port, "127.0.0.1");
          return answered === round;
        }, 5000);
        if (!isAnswered) return false;
      }
      return true;
    } finally {
      socket.close();
    }
  }

  it("does not hold the telephones up, and is told what it missed", async () => {
    const { child, says, out, type, end } = start([...RUN, "--log-level", "debug"], {
      terminal: true,
    });
    expect(await says("600 is an echo.")).toBe(true);
    const port = Number(/password \S+, at \S+:(\d+)\./.exec(out())?.[1]);
    child.kill("SIGSTOP");
    // What waits for a terminal is 256 KB at the most: 40 bytes a line and more.
    expect(await isAlive(port, 50)).toBe(true);
    child.kill("SIGCONT");
    expect(await says(/lines of this log could not be written: it is not read as fast/)).toBe(true);
    type("\u0003");
    expect(await end()).toBe(0);
  });
});

describe("signals", () => {
  it("end a service within seconds, whenever they come in its start", async () => {
    const endedAt = async (ms: number) => {
      const { child, end } = start(RUN);
      await new Promise((resolve) => setTimeout(resolve, ms));
      child.kill("SIGTERM");
      return end();
    };
    for (const group of [
      [0, 150, 300, 450],
      [225, 375, 525, 600],
    ]) {
      // Before it listens to signals it has no lines either.
      for (const how of await Promise.all(group.map(endedAt)))
        expect([0, "SIGTERM"]).toContain(how);
    }
  });

  it("end a service in its start at once, where there are two of them", async () => {
    const { child, end, says } = start(RUN);
    expect(await says("Tipring runs")).toBe(true);
    child.kill("SIGTERM");
    child.kill("SIGINT");
    expect([0, 1]).toContain(await end());
  });
});

describe("outputs that cannot be written", () => {
  it("do not end a service whose log goes to a full device", async () => {
    const full = openSync("/dev/full", "w");
    const { child, end, says } = start([...RUN, "--log-level", "debug"], { stdout: full });
    closeSync(full);
    const ended = end();
    expect(await within(ended, 2500)).toBeUndefined();
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(await says("")).toBe(true);
  });

  it("end other commands with 1 and a word, or with 0 where their reader has gone", async () => {
    const full = openSync("/dev/full", "w");
    const boards = start(["boards"], { stdout: full });
    closeSync(full);
    expect(await boards.end()).toBe(1);
    expect(boards.out()).toMatch(/^tipring: what this prints is lost: ENOSPC/);
    const { child, end } = start(["boards"]);
    child.stdout?.destroy();
    expect(await end()).toBe(0);
  });

  it.skipIf(!mayMount())("on a disk that fills up are told of once there is room", async () => {
    const disk = smallDisk(folder);
    try {
      const log = join(disk.path, "log");
      const ballast = join(disk.path, "ballast");
      writeFileSync(join(folder, "a.yaml"), `data: ${join(disk.path, "data")}\n`);
      const fd = openSync(log, "a");
      const words = [...RUN, "--config", "a.yaml", "--log-level", "debug"];
      // All of it but the page that the log is in, and of that all but the next line's beginning.
      writeFileSync(log, `${JSON.stringify({ msg: "x".repeat(4000) })}\n`);
      writeFileSync(ballast, new Uint8Array(60_000));
      const { child, end } = start(words, { stdout: fd });
      closeSync(fd);
      expect(await waitUntil(() => statSync(log).size === 4096, WAIT_MS)).toBe(true);
      const ended = end();
      expect(await within(ended, 1500)).toBeUndefined();
      rmSync(ballast);
      child.kill("SIGTERM");
      expect(await ended).toBe(0);
      const lines = readFileSync(log, "utf8").split("\n").filter(Boolean);
      expect(lines.join("\n")).toMatch(/\d+ lines? of this log could not be written: ENOSPC/);
      // Nothing half written: the box's identity would not fit, and its draft is gone.
      expect(readdirSync(join(disk.path, "data"))).toEqual([]);
      // One was torn where the disk became full, and is ended there.
      expect(lines.filter((line) => !line.endsWith("}"))).toHaveLength(1);
    } finally {
      disk.remove();
    }
  });
});
