import { createSocket, type Socket } from "node:dgram";
import { hashes } from "../../../src/hal/node/hashes.ts";
import type { EventPackage } from "../../../src/sip/events/watch-types.ts";
import { UserAgent } from "../../../src/sip/user-agent.ts";
import type { UaCommand, UaEvent, UaInput } from "../../../src/sip/user-agent-types.ts";

const HOST = "127.0.0.1";

/** What a phone takes beside calls, and what it does about what happens. */
export interface LoopbackPhoneOptions {
  readonly serves: readonly string[];
  /** What it tells of; nothing where absent. */
  readonly tells?: readonly EventPackage[];
  react(event: UaEvent): readonly UaCommand[];
}

/** Our user agent, bare, on a socket of loopback, in wall time. */
export class LoopbackPhone {
  readonly events: UaEvent[] = [];
  readonly #socket: Socket;
  readonly #agent: UserAgent;
  readonly #react: LoopbackPhoneOptions["react"];
  #timer: NodeJS.Timeout | undefined;
  #tokens = 0;

  private constructor(socket: Socket, options: LoopbackPhoneOptions) {
    this.#socket = socket;
    this.#agent = new UserAgent({
      local: { udp: { host: HOST, port: socket.address().port } },
      userAgentName: "Tipring",
      hashes,
      createToken: () => `${process.pid}x${socket.address().port}x${++this.#tokens}`,
      serves: options.serves,
      ...(options.tells === undefined ? {} : { tells: options.tells }),
      acceptAnyUser: true,
    });
    this.#react = (event) => options.react(event);
    socket.on("message", (bytes, { address, port }) => {
      const from = { transport: "udp", host: address, port } as const;
      this.#handle({ kind: "datagram", bytes, from });
    });
  }

  /** Binds a socket of its own. */
  static async open(options: LoopbackPhoneOptions): Promise<LoopbackPhone> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, HOST, resolve);
    });
    return new LoopbackPhone(socket, options);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  command(command: UaCommand): void {
    this.#handle({ kind: "command", command });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#socket.close();
  }

  #handle(input: UaInput): void {
    const commands: UaCommand[] = [];
    for (const output of this.#agent.handle(input, performance.now())) {
      if (output.kind === "send") {
        this.#socket.send(output.bytes, output.to.port, output.to.host);
      } else if (output.kind === "event") {
        this.events.push(output.event);
        commands.push(...this.#react(output.event));
      }
    }
    for (const command of commands) this.command(command);
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const deadlineMs = this.#agent.deadlineMs();
    if (deadlineMs === undefined) return;
    const waitMs = Math.max(0, Math.ceil(deadlineMs - performance.now()));
    this.#timer = setTimeout(() => this.#handle({ kind: "timeout" }), waitMs);
  }
}
