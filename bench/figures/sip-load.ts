import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Figure, type FigureGroup, figure, type Peer } from "../figure.ts";
import type { FromAgent } from "../support/answering-agent.ts";
import { bundle } from "../support/bundle.ts";
import { cpuMs, endChild, pidOf } from "../support/processes.ts";
import { withScratch } from "../support/scratch.ts";
import { median } from "../support/statistics.ts";
import { waitMs } from "../support/wait.ts";

const CPU = "sip.uas-cpu-per-call-us";
const WHOLE_CPU = "sip.uas-cpu-whole-call-us";
const MEMORY = "sip.dialog-kb";
const HOST = "127.0.0.1";
const RUNS = 3;
/** Calls a second: below what any of them can do, so that none is lost. */
const RATE = 100;
/**
 * Calls before anything is measured, while the compiler works more than the user agent: it is not
 * the first calls after a start that a server is judged by.
 */
const WARM_CALLS = 900;
/** How many are measured at a time. */
const CALLS = 750;
/** Until all transactions are over, 64*T1 after the last call. @see RFC 3261 §17.2 */
const SETTLE_MS = 34_000;
/** Calls before the heap is looked at first: what is made once is there then. */
const FIRST_DIALOGS = 150;
/** Dialogs held open while their memory is looked at. */
const HELD = 750;
const LIMIT_MS = 60_000;
const PEER_PORT = 27_460;
const PEER_START_MS = 500;

/**
 * A user agent that answers: INVITE, 200, ACK, BYE, 200 from SIPp over loopback. Ours is the core
 * with the product's shell and socket, and the offer answered by the product's own offer/answer;
 * beside it SIPp's built-in answering scenario, which is C and sends a text with numbers filled in:
 * no machine, no dialog. Of a whole call it is counted as well what there is to do until nothing
 * is left of it, half a minute later. Memory is what the heap holds more with so many established
 * dialogs, divided by them.
 */
export const sipLoad: FigureGroup = {
  limits: { [CPU]: undefined, [WHOLE_CPU]: undefined, [MEMORY]: { atMost: 8 } },

  async measure(note) {
    if (spawnSync("sipp", ["-v"]).error !== undefined) {
      throw new Error("SIPp is needed: install the Debian package sip-tester");
    }
    return withScratch(async (folder) => {
      const { agent } = await bundle(folder, { agent: "bench/support/answering-agent.ts" });
      const ours: number[] = [];
      const whole: number[] = [];
      const peers: number[] = [];
      await withAgent(agent, async (child, port) => {
        await call(folder, port, WARM_CALLS, CALL_XML);
        await waitMs(SETTLE_MS);
        for (let run = 0; run < RUNS; run++) {
          const beforeMs = cpuMs(pidOf(child));
          ours.push(await cpuPerCallUs(folder, child, port));
          peers.push(await withPeer(folder, (peer) => cpuPerCallUs(folder, peer, PEER_PORT)));
          await waitMs(SETTLE_MS);
          whole.push(((cpuMs(pidOf(child)) - beforeMs) * 1000) / CALLS);
        }
      });
      const peer: Peer = { name: "SIPp's own", value: median(peers) };
      const kilobytes = await withAgent(agent, (child, port) => dialogKb(folder, child, port));
      note(`${CALLS} calls at ${RATE} a second; ${HELD} dialogs held`);
      const figures: Figure[] = [
        figure(CPU, median(ours), "us/call", peer),
        figure(WHOLE_CPU, median(whole), "us/call"),
        figure(MEMORY, kilobytes, "KB/dialog"),
      ];
      return figures;
    });
  },
};

async function withAgent<T>(
  program: string,
  use: (child: ChildProcess, port: number) => Promise<T>,
): Promise<T> {
  const child = fork(program, { stdio: "inherit", execArgv: ["--expose-gc"] });
  try {
    const first = await nextMessage(child);
    if (first.kind !== "listening") throw new Error("the agent did not say its port");
    return await use(child, first.port);
  } finally {
    await endChild(child);
  }
}

function nextMessage(child: ChildProcess): Promise<FromAgent> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the agent ended with ${code}`)));
    // Only answering-agent.ts is at the other end, and it sends this shape.
    child.once("message", (message) => resolve(message as FromAgent));
  });
}

async function withPeer<T>(folder: string, use: (child: ChildProcess) => Promise<T>): Promise<T> {
  const words = ["-sn", "uas", "-i", HOST, "-p", String(PEER_PORT), "-nostdin"];
  const child = spawn("sipp", words, { cwd: folder, stdio: "ignore" });
  // It says nothing when it is ready; calls that come too early are sent again.
  await waitMs(PEER_START_MS);
  try {
    return await use(child);
  } finally {
    await endChild(child);
  }
}

async function cpuPerCallUs(folder: string, child: ChildProcess, port: number): Promise<number> {
  const before = cpuMs(pidOf(child));
  await call(folder, port, CALLS, CALL_XML);
  return ((cpuMs(pidOf(child)) - before) * 1000) / CALLS;
}

async function dialogKb(folder: string, child: ChildProcess, port: number): Promise<number> {
  const heap = async (): Promise<number> => {
    child.send("heap");
    const answer = await nextMessage(child);
    return answer.kind === "heap" ? answer.bytes : 0;
  };
  await call(folder, port, FIRST_DIALOGS, CALL_XML);
  const before = await heap();
  await call(folder, port, HELD, HOLD_XML);
  return ((await heap()) - before) / HELD / 1024;
}

/** Makes calls with SIPp and waits until it is done. @throws Error where a call failed */
async function call(folder: string, port: number, calls: number, xml: string): Promise<void> {
  const scenario = join(folder, "scenario.xml");
  writeFileSync(scenario, xml);
  const words = ["-sf", scenario, "-i", HOST, "-m", String(calls), "-r", String(RATE)];
  const child = spawn(
    "sipp",
    [...words, "-l", String(calls), "-s", "101", "-nostdin", `${HOST}:${port}`],
    { cwd: folder, stdio: ["ignore", "ignore", "ignore"] },
  );
  const code = await new Promise<number | null>((resolve) => {
    const kill = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    child.once("exit", (status) => {
      clearTimeout(kill);
      resolve(status);
    });
  });
  if (code !== 0) throw new Error(`SIPp's calls failed: it ended with ${code}`);
}

const SDP = [
  "v=0",
  "o=sipp 1 1 IN IP4 [local_ip]",
  "s=-",
  "c=IN IP4 [local_ip]",
  "t=0 0",
  "m=audio 6000 RTP/AVP 0 8",
].join("\n");

/** A request of a SIPp scenario; `target` and `more` are what differs. */
function request(method: string, cseq: number, more: readonly string[], body = ""): string {
  const retransmits = method === "ACK" ? "" : ' retrans="500"';
  const to = method === "INVITE" ? "" : "[peer_tag_param]";
  const lines = [
    `${method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0`,
    "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
    "From: <sip:sipp@[local_ip]:[local_port]>;tag=[pid]-[call_number]",
    `To: <sip:[service]@[remote_ip]:[remote_port]>${to}`,
    "Call-ID: [call_id]",
    `CSeq: ${cseq} ${method}`,
    "Contact: <sip:sipp@[local_ip]:[local_port]>",
    "Max-Forwards: 70",
    ...more,
    "Content-Length: [len]",
    "",
    body,
  ];
  return `<send${retransmits}><![CDATA[\n\n${lines.join("\n")}\n\n]]></send>`;
}

const ESTABLISH = [
  request("INVITE", 1, ["Content-Type: application/sdp"], SDP),
  '<recv response="100" optional="true"/>',
  '<recv response="180" optional="true"/>',
  '<recv response="200"/>',
  request("ACK", 1, []),
];
const END = [request("BYE", 2, []), '<recv response="200"/>'];

const scenario = (steps: readonly string[]): string =>
  `<?xml version="1.0"?>\n<scenario name="bench">\n${steps.join("\n")}\n</scenario>\n`;

const CALL_XML = scenario([...ESTABLISH, ...END]);
/** The dialogs stay: the caller just leaves. */
const HOLD_XML = scenario(ESTABLISH);
