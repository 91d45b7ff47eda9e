import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { Bench } from "../hw-sim/bench/bench.ts";
import { freePorts } from "./support/free-ports.ts";
import { isPeerMissing, type PeerName, requireProgram } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";

const run = promisify(execFile);
/** A scan's patience; what it has not found by then it does not find. */
const SCAN_MS = 20_000;

/** Our box with its exchange on a port of loopback. */
async function startBox(stage: Stage, unguarded = false): Promise<{ box: Bench; port: number }> {
  const port = await freePorts(2);
  const box = await stage.bench({
    config: {
      sip: {
        host: "127.0.0.1",
        port,
        ...(unguarded ? { requestsPerSecond: 0, dropScanners: false } : {}),
      },
      exchange: { extensions: [{ number: "201", password: "1234" }] },
    },
  });
  return { box, port };
}

/** What a scanner prints; one that does not come to an end by itself is ended. */
async function scan(program: PeerName, args: readonly string[]): Promise<string> {
  const ended = run(requireProgram(program), ["-b127.0.0.1", ...args], {
    timeout: SCAN_MS,
    killSignal: "SIGINT",
  });
  const { stdout, stderr } = await ended.catch((error: { stdout?: string; stderr?: string }) => ({
    stdout: error.stdout ?? "",
    stderr: error.stderr ?? "",
  }));
  return `${stdout}\n${stderr}`;
}

/** That nothing is left behind and a call works. */
async function stillWorks(box: Bench): Promise<void> {
  const [alice, bob] = box.phones;
  alice.lift();
  await alice.dials("102");
  await bob.rings();
  bob.lift();
  await box.world.waitUntil(() => !bob.phone.isRinging, 3000);
  bob.hang();
  alice.hang();
}

describe.skipIf(isPeerMissing("svmap", "svwar", "svcrack"))("[interop.sipvicious] scanners", () => {
  it(
    "svmap does not find us",
    onStage(async (stage) => {
      const { box, port } = await startBox(stage);
      const found = await scan("svmap", [`-p${port}`, "--randomize", "127.0.0.1"]);
      expect(found).not.toContain(`127.0.0.1:${port}`);
      await stillWorks(box);
    }),
  );

  it.each(["REGISTER", "INVITE", "OPTIONS"])("svwar learns no extension by %s", async (method) => {
    await onStage(async (stage) => {
      const { box, port } = await startBox(stage);
      const args = ["-e100-110,200-205", `-m${method}`, `-p${port}`, "127.0.0.1"];
      expect(await scan("svwar", args)).not.toMatch(/\b(101|102|201)\b.*\|/);
      await stillWorks(box);
    })();
  });

  it(
    "find us where nothing is dropped: what is proved above could fail",
    onStage(async (stage) => {
      const { port } = await startBox(stage, true);
      expect(await scan("svmap", [`-p${port}`, "127.0.0.1"])).toContain(`127.0.0.1:${port}`);
    }),
  );

  it.each(["REGISTER", "INVITE"])(
    "svwar learns no extension by %s even where nothing is dropped",
    async (method) => {
      await onStage(async (stage) => {
        const { box, port } = await startBox(stage, true);
        const args = ["-e100-110,200-205", `-m${method}`, `-p${port}`, "127.0.0.1"];
        expect(await scan("svwar", args)).not.toMatch(/\b(101|102|201)\b.*\|/);
        await stillWorks(box);
      })();
    },
  );

  it(
    "svcrack gets no answer, not even to the right password",
    onStage(async (stage) => {
      const { box, port } = await startBox(stage);
      const found = await scan("svcrack", ["-u201", "-r1230-1240", `-p${port}`, "127.0.0.1"]);
      expect(found).not.toMatch(/201\s*\|\s*1234/);
      await stillWorks(box);
    }),
  );

  it(
    "svcrack is stopped after ten guesses even where nothing is dropped",
    onStage(async (stage) => {
      const { box, port } = await startBox(stage, true);
      const args = ["-u201", "-r1200-1240", `-p${port}`, "127.0.0.1"];
      expect(await scan("svcrack", args)).not.toMatch(/201\s*\|\s*1234/);
      expect(box.logs.some(({ text }) => text.includes("no more are looked at"))).toBe(true);
      await stillWorks(box);
    }),
  );

  it(
    "svcrack finds a password that it guesses at once: what is proved above could fail",
    onStage(async (stage) => {
      const { port } = await startBox(stage, true);
      const args = ["-u201", "-r1232-1240", `-p${port}`, "127.0.0.1"];
      expect(await scan("svcrack", args)).toMatch(/201\s*\|\s*1234/);
    }),
  );
});

/** Where the lines' registrar is: scanners sit at 127.0.0.1, which is nobody to the lines. */
const REGISTRAR_HOST = "127.0.0.2";

/** Takes every registration; its port. */
async function startRegistrar(stage: Stage): Promise<number> {
  const socket = createSocket("udp4");
  stage.atEnd(() => socket.close());
  socket.on("message", (bytes, { address, port }) => {
    const lines = bytes.toString("latin1").split("\r\n");
    if (!lines[0]?.startsWith("REGISTER ")) return;
    const kept = lines.filter((line) => /^(?:Via|From|To|Call-ID|CSeq|Contact): /.test(line));
    const answer = ["SIP/2.0 200 OK", ...kept, "Expires: 3600", "Content-Length: 0", "", ""];
    socket.send(answer.join("\r\n"), port, address);
  });
  await new Promise<void>((resolve) => socket.bind({ address: REGISTRAR_HOST, port: 0 }, resolve));
  return socket.address().port;
}

/** Our lines at a registrar of somebody else's; the port that their SIP is at. */
async function startGateway(
  stage: Stage,
  unguarded: boolean,
): Promise<{ box: Bench; port: number }> {
  const registrar = `${REGISTRAR_HOST}:${await startRegistrar(stage)}`;
  let port = 0;
  const box = await stage.bench({
    config: {
      registrar,
      ...(unguarded ? { sip: { requestsPerSecond: 0, dropScanners: false } } : {}),
    },
    onDatagram: ({ payload, from }) => {
      if (Buffer.from(payload.subarray(0, 9)).toString() === "REGISTER ") port = from.port;
    },
  });
  return { box, port };
}

/** That nobody's bell has rung, and a receiver that is lifted has its tone. */
async function isUndisturbed(box: Bench): Promise<void> {
  const rang = box.events.some(
    (event) => event.kind === "line-command" && event.command.kind === "ring",
  );
  expect(rang).toBe(false);
  const [alice] = box.phones;
  alice.lift();
  await alice.hears("dial-tone");
}

describe.skipIf(isPeerMissing("svmap", "svwar", "svcrack"))(
  "[interop.sipvicious] scanners at our lines",
  () => {
    it(
      "svmap does not find them",
      onStage(async (stage) => {
        const { box, port } = await startGateway(stage, false);
        const found = await scan("svmap", [`-p${port}`, "--randomize", "127.0.0.1"]);
        expect(found).not.toContain(`127.0.0.1:${port}`);
        await isUndisturbed(box);
      }),
    );

    it.each(["REGISTER", "INVITE", "OPTIONS"])(
      "svwar learns no number by %s, even where nothing is dropped",
      async (method) => {
        await onStage(async (stage) => {
          const { box, port } = await startGateway(stage, true);
          const args = ["-e100-110", `-m${method}`, `-p${port}`, "127.0.0.1"];
          expect(await scan("svwar", args)).not.toMatch(/\b(101|102)\b.*\|/);
          await isUndisturbed(box);
        })();
      },
    );

    it(
      "svcrack finds nobody to crack",
      onStage(async (stage) => {
        const { box, port } = await startGateway(stage, true);
        const args = ["-u101", "-r1230-1240", `-p${port}`, "127.0.0.1"];
        expect(await scan("svcrack", args)).not.toMatch(/101\s*\|/);
        await isUndisturbed(box);
      }),
    );
  },
);
