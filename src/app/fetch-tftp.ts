import { lookup } from "node:dns/promises";
import { plainIp } from "../base/ip-bytes.ts";
import { errorText } from "../base/thrown.ts";
import { CoreRunner } from "../gateway/core-runner.ts";
import { RunQueue } from "../gateway/run-queue.ts";
import type { Clock } from "../hal/ports/clock.ts";
import type { Udp } from "../hal/ports/net.ts";
import { FETCHED_MAX_BYTES, type Fetched } from "./fetch-http.ts";
import type { SourceUrl } from "./provision/source-url.ts";
import { type TftpInput, type TftpOutput, TftpReader } from "./provision/tftp-reader.ts";

/** What a fetch by TFTP stands on. */
export interface TftpPorts {
  readonly clock: Clock;
  readonly udp: Udp;
  readonly resolve?: (host: string) => Promise<string>;
}

/** Fetches a configuration by TFTP: no word tells whether it is new, so it always comes whole. */
export async function fetchTftp(
  { host, port, path }: SourceUrl,
  ports: TftpPorts,
  signal?: AbortSignal,
): Promise<Fetched> {
  const { resolve = resolveBySystem } = ports;
  try {
    const address = plainIp(await resolve(host));
    const file = decodeURIComponent(path.slice(1));
    const bytes = await read({ file, port, maxBytes: FETCHED_MAX_BYTES }, address, ports, signal);
    if (typeof bytes === "string") return { kind: "failed", why: bytes };
    return { kind: "new", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    const isText = error instanceof TypeError;
    const why = isText ? "is no text in UTF-8" : `cannot be fetched: ${errorText(error)}`;
    return { kind: "failed", why };
  }
}

async function resolveBySystem(host: string): Promise<string> {
  return (await lookup(host)).address;
}

/** The file's bytes, or why there are none. */
async function read(
  request: ConstructorParameters<typeof TftpReader>[0],
  address: string,
  { clock, udp }: TftpPorts,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | string> {
  let end: (result: Uint8Array | string) => void = () => {};
  const ended = new Promise<Uint8Array | string>((resolve) => {
    end = resolve;
  });
  const feed = (input: TftpInput): void => runner.feed(input);
  const socket = await udp.bind({
    host: address.includes(":") ? "::" : "0.0.0.0",
    port: 0,
    onDatagram: (payload, from) => {
      const bytes = payload.slice();
      if (from.host === address) feed({ kind: "datagram", port: from.port, bytes });
    },
    onFault: (fault) => end(`cannot be fetched: ${fault.advice}`),
  });
  const carryOut = (output: TftpOutput): void => {
    switch (output.kind) {
      case "send":
        socket.send(output.bytes, { host: address, port: output.port });
        return;
      case "done":
        end(output.bytes);
        return;
      case "failed":
        end(output.why);
    }
  };
  const runner = new CoreRunner(new TftpReader(request), clock, new RunQueue(), carryOut);
  const stop = (): void => end("was not there in time");
  signal?.addEventListener("abort", stop, { once: true });
  try {
    feed({ kind: "start" });
    return await ended;
  } finally {
    signal?.removeEventListener("abort", stop);
    runner.stop();
    socket.close();
  }
}
