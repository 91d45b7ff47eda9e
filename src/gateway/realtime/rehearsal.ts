import type { MediaCommand } from "../../base/media-messages.ts";
import type { RealtimePorts, Rehearsal } from "../../hal/ports/board.ts";
import type { Udp } from "../../hal/ports/net.ts";
import { PCMU } from "../../media/index.ts";
import { RunQueue } from "../run-queue.ts";
import { MediaShell } from "./media-shell.ts";
import type { RtpConfig } from "./realtime-config.ts";

const FRAME_MS = 10;
const HOST = "127.0.0.1";
/** Pairs of sessions: more than one, since the engine takes for constant what it has seen once. */
const PAIRS = 2;
/** One datagram in so many is lost, and one is late, as on any network. */
const LOST_EVERY = 61;
const LATE_EVERY = 23;
const LATE_MS = 35;

/**
 * Calls without a line, the one end's tone sent back by the other, over sockets of this machine and
 * on a time of their own: so that clock, sockets and sessions are compiled before the first call.
 * One that sends a packet in 20 ms would be compiled bit by bit over its first minute, at many
 * times the price of the call itself.
 */
export class CallRehearsal {
  readonly #rehearsal: Rehearsal;
  readonly #media: MediaShell;
  readonly #frames: number;
  readonly #ports = new Map<string, number>();
  #frame = 0;

  constructor(
    rehearsal: Rehearsal,
    { random, ciphers, gpio, pcm }: RealtimePorts,
    rtp: RtpConfig,
    frames: number,
  ) {
    this.#rehearsal = rehearsal;
    this.#frames = frames;
    const { clock } = rehearsal;
    const udp = roughUdp(rehearsal);
    const ports = { random, gpio, pcm, clock, udp, ...(ciphers === undefined ? {} : { ciphers }) };
    const { host: _, srtp: __, sounds: ___, ...plain } = rtp;
    this.#media = new MediaShell(ports, { ...plain, host: HOST }, new RunQueue(), {
      event: (event) => {
        if (event.kind === "opened") this.#ports.set(event.session, event.local.port);
      },
      log() {},
      frameSamples: () => undefined,
      toneWatch: () => undefined,
      faxAt: () => undefined,
      join: () => true,
      part() {},
    });
    for (const pair of PAIR_NUMBERS) {
      this.#open(`tone-${pair}`, "milliwatt");
      this.#open(`echo-${pair}`, "echo");
    }
  }

  /** Once their sockets are open: lets them talk. False where there are not enough sockets. */
  begin(): boolean {
    if (this.#ports.size < 2 * PAIRS) return false;
    for (const pair of PAIR_NUMBERS) {
      this.#flow(`tone-${pair}`, `echo-${pair}`);
      this.#flow(`echo-${pair}`, `tone-${pair}`);
    }
    return true;
  }

  /** Runs one frame of all; false where it was the last. */
  step(): boolean {
    this.#rehearsal.advance(FRAME_MS);
    return ++this.#frame < this.#frames;
  }

  close(): void {
    this.#media.close();
  }

  #open(session: string, kind: "milliwatt" | "echo"): void {
    this.#command({ kind: "open", session, owner: { kind } });
  }

  #flow(session: string, far: string): void {
    const port = this.#ports.get(far) ?? 0;
    this.#command({
      kind: "flow",
      session,
      flow: {
        remote: { host: HOST, port },
        remoteRtcp: { host: HOST, port: port + 1 },
        codec: { name: PCMU.name, payloadType: 0, clockRateHz: 8000, ptimeMs: 2 * FRAME_MS },
        telephoneEventPayloadType: 101,
        send: true,
        receive: true,
      },
    });
  }

  #command(command: MediaCommand): void {
    this.#media.command(command);
  }
}

const PAIR_NUMBERS = Array.from({ length: PAIRS }, (_, at) => at);

/** Sockets whose datagrams do not all come, and not all in time. */
function roughUdp({ udp, clock }: Rehearsal): Udp {
  let count = 0;
  return {
    collect: () => udp.collect?.(),
    async bind(binding) {
      const socket = await udp.bind(binding);
      return {
        local: socket.local,
        send(payload, to) {
          count++;
          if (count % LOST_EVERY === 0) return;
          if (count % LATE_EVERY !== 0) socket.send(payload, to);
          else {
            const kept = payload.slice();
            clock.at(clock.nowMs() + LATE_MS, () => socket.send(kept, to));
          }
        },
        close: () => socket.close(),
      };
    },
  };
}
