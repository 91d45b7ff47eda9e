import type { SentRequest } from "../client-request.ts";
import type { DialogUsage } from "../dialog/dialog-usage.ts";
import type { Stack } from "../stack.ts";
import type { SipHeader, SipResponse } from "../wire/message.ts";

/** The BYE of a session: said once, and its answer told to whoever wants to know it. */
export class Farewell {
  readonly #stack: Stack;
  readonly #usage: DialogUsage;
  readonly #onAnswered: (nowMs: number) => void;
  headers: readonly SipHeader[] = [];
  /** The name of the `response` event that tells how the BYE was answered. */
  name: string | undefined;
  #isSaid = false;

  constructor(stack: Stack, usage: DialogUsage, onAnswered: (nowMs: number) => void) {
    this.#stack = stack;
    this.#usage = usage;
    this.#onAnswered = onAnswered;
  }

  say(nowMs: number): void {
    if (this.#isSaid) return;
    this.#isSaid = true;
    const owner = {
      takeSequence: () => this.#usage.takeSequence(),
      onResponse: (response: SipResponse, { to }: SentRequest, atMs: number) => {
        if (response.status < 200) return;
        this.#tell(response.status, { response, ...this.#stack.originOf(to, atMs) });
        this.#onAnswered(atMs);
      },
      onFailed: (status: 408 | 503, _reason: string, atMs: number) => {
        this.#tell(status);
        this.#onAnswered(atMs);
      },
    };
    this.#usage.request("BYE", owner, this.headers).start(nowMs);
  }

  /** The dialog is gone: a BYE that was not said yet never will be. */
  close(): void {
    if (!this.#isSaid) this.#tell(481);
    this.#isSaid = true;
  }

  #tell(
    status: number,
    answer: { readonly response?: SipResponse; readonly fromServer?: true } = {},
  ): void {
    const request = this.name;
    if (request === undefined) return;
    this.name = undefined;
    this.#stack.emit({ kind: "response", request, status, ...answer });
  }
}
