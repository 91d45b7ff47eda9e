import { type ChildProcess, fork } from "node:child_process";
import type { Voice } from "./voices.ts";

/** What the far end is told. */
export type ToFarEnd =
  | { readonly kind: "open"; readonly count: number; readonly voice: Voice }
  /** Send to the called parties, in the order of the ports. */
  | {
      readonly kind: "talk";
      readonly remotes: readonly { readonly host: string; readonly port: number }[];
    }
  /** Note arrivals from now on. */
  | { readonly kind: "listen" }
  | { readonly kind: "report" };

/** What it answers. */
export type FromFarEnd =
  | { readonly kind: "opened"; readonly ports: readonly number[] }
  /** Times between successive packets of a call, all calls together; `lost` were out of order. */
  | { readonly kind: "heard"; readonly gapsMs: readonly number[]; readonly lost: number };

/** The far end's process, seen from the bench. */
export class RtpFarEnd {
  readonly #child: ChildProcess;

  constructor(program: string) {
    this.#child = fork(program, { stdio: "inherit" });
  }

  /** Opens so many calls' sockets; their ports. */
  async open(count: number, voice: Voice): Promise<readonly number[]> {
    const answer = await this.#ask({ kind: "open", count, voice });
    return answer.kind === "opened" ? answer.ports : [];
  }

  talk(remotes: readonly { readonly host: string; readonly port: number }[]): void {
    this.#tell({ kind: "talk", remotes });
  }

  listen(): void {
    this.#tell({ kind: "listen" });
  }

  async report(): Promise<Extract<FromFarEnd, { kind: "heard" }>> {
    const answer = await this.#ask({ kind: "report" });
    return answer.kind === "heard" ? answer : { kind: "heard", gapsMs: [], lost: 0 };
  }

  close(): void {
    this.#child.disconnect();
  }

  #tell(message: ToFarEnd): void {
    this.#child.send(message);
  }

  #ask(message: ToFarEnd): Promise<FromFarEnd> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => {
        reject(new Error(`the RTP far end ended with ${code}`));
      };
      this.#child.once("exit", onExit);
      this.#child.once("message", (answer) => {
        this.#child.off("exit", onExit);
        // Only rtp-far-end.ts is at the other end, and it sends this shape.
        resolve(answer as FromFarEnd);
      });
      this.#tell(message);
    });
  }
}
