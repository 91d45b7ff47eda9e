import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { makeCertificates } from "../parity/stream-rigs.ts";
import { waitUntil } from "./support/patience.ts";
import { onStage, type Stage } from "./support/stage.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = join(ROOT, "dist/src/app/main.js");
/** Ends what hangs, and judges no speed: what waits here takes some seconds of processor time. */
const WAIT_MS = 60_000;

/** A server of configurations with TLS; `answer` says what each request gets. */
async function startServer(
  stage: Stage,
  made: ReturnType<typeof makeCertificates>,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const { certificate: cert, key } = made.identity;
  const asked: IncomingMessage[] = [];
  /** Of each request whether a certificate came with it. */
  const shown: boolean[] = [];
  const options = { cert, key, ca: made.authority, requestCert: true, rejectUnauthorized: false };
  const server: Server = createServer(options, (request, response) => {
    asked.push(request);
    const { socket } = request;
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    shown.push(certificate !== undefined);
    answer(request, response);
  });
  stage.atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = server.address();
  return { port: typeof at === "object" && at !== null ? at.port : 0, asked, shown };
}

/** The program's words and how it ends. */
function start(stage: Stage, words: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: stage.folder });
  stage.atEnd(() => void child.kill("SIGKILL"));
  let out = "";
  const keep = (text: Buffer): void => {
    out += text.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const end = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, end, out: () => out };
}

describe("[interop.provisioning] the program at a server with TLS", () => {
  beforeAll(() => {
    const builder = ["node_modules/tsx/dist/cli.mjs", "tools/build.ts", "--if-stale", "--quiet"];
    execFileSync(process.execPath, builder, { cwd: ROOT });
  }, 120_000);

  it(
    "fetches with password and certificate, shown to no other server, and believes no stranger",
    onStage(async (stage) => {
      const made = makeCertificates(stage.folder, "IP:127.0.0.1");
      const text = 'country: de\nlines: [{ number: "201", password: geheim }]\n';
      const other = await startServer(stage, made, (_, response) => response.end(text));
      const server = await startServer(stage, made, (_, response) => {
        const location = `https://127.0.0.1:${other.port}/moved.yaml`;
        response.writeHead(302, { location }).end();
      });
      const tls = {
        ca: stage.write("authority.pem", made.authority),
        certificate: stage.write("own.pem", made.identity.certificate),
        key: stage.write("own.key", made.identity.key),
      };
      const url = `https://127.0.0.1:${server.port}/{model}.yaml`;
      const provisioning = { url, user: "box", password: "pass", tls };
      const own = (more: object): string =>
        stage.write("own.yaml", JSON.stringify({ provisioning: { ...provisioning, ...more } }));
      const tried = start(stage, ["provision", "--config", own({})]);
      expect(await tried.end).toBe(0);
      expect(tried.out()).toContain('country: "de"');
      expect(tried.out()).not.toContain("geheim");
      const [first] = server.asked;
      expect(first?.url).toBe("/hw-sim.yaml");
      expect(first?.headers.authorization).toBe(`Basic ${btoa("box:pass")}`);
      expect(other.asked[0]?.headers.authorization).toBeUndefined();
      expect([server.shown[0], other.shown[0]]).toEqual([true, false]);
      const stranger = stage.write("other.pem.txt", made.otherAuthority);
      const refused = start(stage, ["provision", "--config", own({ tls: { ca: stranger } })]);
      expect(await refused.end).toBe(1);
      expect(refused.out()).toContain("has a certificate that is not believed");
      expect(refused.out()).toContain("see provisioning.tls.ca");
      expect(server.asked).toHaveLength(1);
    }),
  );

  it(
    "runs with what it has fetched as soon as that is there, and the next time at once",
    onStage(async (stage) => {
      const made = makeCertificates(stage.folder, "IP:127.0.0.1");
      const text = 'lines: [{ number: "301" }]\n';
      const server = await startServer(stage, made, (request, response) => {
        if (request.headers["if-none-match"] === '"1"') response.writeHead(304).end();
        else response.writeHead(200, { etag: '"1"' }).end(text);
      });
      const ca = stage.write("authority.pem", made.authority);
      const url = `https://127.0.0.1:${server.port}/box.yaml`;
      const config = stage.write(
        "own.yaml",
        JSON.stringify({ provisioning: { url, tls: { ca } } }),
      );
      const words = ["run", "--config", config, "--sip-port", "0"];
      const first = start(stage, words);
      const runsAs = (number: string, out: () => string) => () =>
        out().includes(`line 1 is ${number}`);
      expect(await waitUntil(runsAs("301", first.out), WAIT_MS), first.out()).toBe(true);
      first.child.kill("SIGTERM");
      expect(await first.end).toBe(0);
      const kept: unknown = JSON.parse(
        readFileSync(join(stage.folder, "tipring-data", "provisioned.json"), "utf8"),
      );
      expect(kept).toMatchObject({ from: url, text, etag: '"1"' });
      const second = start(stage, words);
      expect(await waitUntil(runsAs("301", second.out), WAIT_MS), second.out()).toBe(true);
      expect(second.out()).not.toContain("line 1 is 101");
      second.child.kill("SIGTERM");
      expect(await second.end).toBe(0);
    }),
  );
});
