import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fetchTftp } from "../../src/app/fetch-tftp.ts";
import { createClock, createUdp } from "../../src/hal/node/index.ts";
import { freePorts } from "./support/free-ports.ts";
import { waitUntil } from "./support/patience.ts";
import { isPeerMissing, requireProgram } from "./support/programs.ts";
import { onStage, type Stage } from "./support/stage.ts";

const READY_WITHIN_MS = 15_000;
const TEXT = Array.from({ length: 1000 }, (_, at) => `# line ${at} é\n`).join("");

/** Whether somebody listens at a UDP port of loopback. */
function isBound(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return readFileSync("/proc/net/udp", "latin1").includes(`0100007F:${hex} `);
}

async function startServer(stage: Stage): Promise<number> {
  const port = await freePorts();
  const root = join(stage.folder, "files");
  mkdirSync(root);
  writeFileSync(join(root, "box.yaml"), TEXT);
  const isRoot = process.getuid?.() === 0;
  const program = stage.start({
    title: "atftpd",
    path: requireProgram("atftpd"),
    args: [
      ...["--daemon", "--no-fork", "--bind-address", "127.0.0.1", "--port", String(port)],
      // It would become somebody who may not look into the test's folder.
      ...(isRoot ? ["--user", "root.root"] : []),
      ...["--logfile", "-", root],
    ],
  });
  const isUp = await waitUntil(() => isBound(port) || !program.isRunning, READY_WITHIN_MS);
  if (!isUp || !program.isRunning) throw new Error("atftpd does not listen");
  return port;
}

describe.skipIf(isPeerMissing("atftpd"))("[interop.tftp] a file of atftpd", () => {
  const ports = { clock: createClock(), udp: createUdp() };

  it(
    "comes whole, and one that is not there is told",
    onStage(async (stage) => {
      const port = await startServer(stage);
      const url = { scheme: "tftp", host: "127.0.0.1", port, path: "/box.yaml" } as const;
      expect(await fetchTftp(url, ports)).toEqual({ kind: "new", text: TEXT });
      const missing = await fetchTftp({ ...url, path: "/none.yaml" }, ports);
      expect(missing.kind === "failed" ? missing.why : "").toContain("is not there (TFTP 1");
    }),
  );
});
