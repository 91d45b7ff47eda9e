import { earliestMs } from "../../base/core.ts";
import { DeadlineQueue } from "../deadline-queue.ts";
import { dialogFromRequest } from "../dialog/dialog.ts";
import type { Refusal } from "../request-checks.ts";
import { SIPFRAG } from "../session/refer.ts";
import { asksByItself } from "../session/target-dialog.ts";
import type { Stack } from "../stack.ts";
import type { ServerTransactionId } from "../transaction/server-transactions.ts";
import type { SipAccount, SipAddress } from "../user-agent-types.ts";
import { headerValue, type SipRequest } from "../wire/message.ts";
import { partyFromHeader } from "../wire/party.ts";
import { parseUri } from "../wire/uri.ts";
import { ExplicitRefer, type ExplicitReferParts } from "./explicit-refer.ts";
import { Watch, type WatchParts } from "./watch.ts";
import { type Asked, askedOf, eventOf } from "./watch-request.ts";
import type { EventPackage, WatchCommand } from "./watch-types.ts";

/**
 * What a REFER subscribes to: longer than any call that we are asked to make rings, and each news
 * at once. @see RFC 3515 §3.4
 */
const REFER_EVENT = {
  name: "refer",
  contentType: `${SIPFRAG};version=2.0`,
  expiresS: 300,
  everyMs: 0,
} as const satisfies EventPackage;

/** Subscriptions to us that may live at one time: calls need dialogs too. */
const WATCHES_MAX = 400;

/** Those of one host: a console with a lamp for every extension of a small company. */
export const WATCHES_OF_HOST_MAX = 100;

/** REFERs that are waited for, or whose outcome is kept, at one time. */
const EXPLICIT_REFERS_MAX = 32;

/** What those who are one too many are asked to wait, seconds. */
const OVERLOAD_RETRY_S = 60;

/** Those who want to be told of something, and when each is due. @see RFC 6665 §4.2 */
export class Notifier {
  readonly #stack: Stack;
  readonly #live = new Map<string, Watch>();
  readonly #hosts = new Map<string, number>();
  readonly #deadlines = new DeadlineQueue<Watch>();
  /** REFERs whose senders ask by themselves, by their ids. */
  readonly #refers = new Map<string, ExplicitRefer>();
  #lastId = 0;

  constructor(stack: Stack) {
    this.#stack = stack;
    stack.onRefer = (refer, session, nowMs) => {
      if (!asksByItself(refer.request)) return false;
      this.#receiveExplicit(refer, session, nowMs);
      return true;
    };
  }

  /** How many there are. */
  get size(): number {
    return this.#live.size;
  }

  /** REFERs whose senders ask by themselves, and who asks, all told. */
  get refers(): number {
    return [...this.#refers.values()].reduce((sum, refer) => sum + 1 + refer.watching, 0);
  }

  /** A SUBSCRIBE outside of a dialog: what we know of it is handed up, the rest refused. */
  receive(
    transaction: ServerTransactionId,
    request: SipRequest,
    source: SipAddress,
    account: SipAccount | undefined,
    nowMs: number,
  ): void {
    const refuse = ({ status, reason, headers }: Refusal): void => {
      this.#stack.reply(transaction, request, status, nowMs, { reason, headers });
    };
    const refer = this.#referAt(request);
    const isOfRefer = eventOf(request)?.name === REFER_EVENT.name;
    if (refer === undefined && isOfRefer && this.#stack.allowed.includes("REFER")) {
      // A REFER alone begins it, and none is known that would have this one. RFC 3515 §2.4.4
      refuse({ status: 403, headers: [] });
      return;
    }
    const tells = refer === undefined ? (this.#stack.config.tells ?? []) : [REFER_EVENT];
    const asked = askedOf(request, tells);
    if (!asked.ok) {
      refuse(asked.error);
      return;
    }
    const ofHost = this.#hosts.get(source.host) ?? 0;
    const isInside = source.transport === "memory";
    if (this.#live.size >= WATCHES_MAX || (!isInside && ofHost >= WATCHES_OF_HOST_MAX)) {
      refuse({ status: 503, headers: [{ name: "retry-after", value: String(OVERLOAD_RETRY_S) }] });
      return;
    }
    const from = { transaction, request, source, account };
    if (refer === undefined) this.#begin(from, asked.value, {}, nowMs);
    else {
      const watch = this.#make(from, asked.value, nowMs);
      if (watch !== undefined) refer.attach(watch, nowMs);
    }
  }

  /** What a SUBSCRIBE is to, where that is what a REFER was told. */
  #referAt(request: SipRequest): ExplicitRefer | undefined {
    const uri = parseUri(request.uri);
    const user = uri.ok ? uri.value.user : "";
    return [...this.#refers.values()].find(({ token }) => token === user);
  }

  #receiveExplicit(
    refer: Pick<ExplicitReferParts, "transaction" | "request" | "source">,
    session: string,
    nowMs: number,
  ): void {
    const { request, source } = refer;
    if (this.#refers.size >= EXPLICIT_REFERS_MAX) {
      const headers = [{ name: "retry-after", value: String(OVERLOAD_RETRY_S) }];
      this.#stack.reply(refer.transaction, request, 503, nowMs, { headers });
      return;
    }
    const uri = parseUri(request.uri);
    const user = uri.ok ? uri.value.user : "";
    const token = this.#stack.config.createToken();
    const id = `refer ${++this.#lastId}`;
    this.#refers.set(id, new ExplicitRefer(this.#stack, { ...refer, token, user }, nowMs));
    this.#tellOf(id, REFER_EVENT.name, { request, source }, { session });
  }

  /**
   * A REFER outside of the session that it is about: whoever sent it is told what becomes of it, in
   * a dialog of their own. @see RFC 3515 §2.4.4, RFC 4538
   */
  receiveRefer(
    transaction: ServerTransactionId,
    request: SipRequest,
    source: SipAddress,
    account: SipAccount | undefined,
    session: string,
    nowMs: number,
  ): void {
    if (this.#live.size >= WATCHES_MAX) {
      const headers = [{ name: "retry-after", value: String(OVERLOAD_RETRY_S) }];
      this.#stack.reply(transaction, request, 503, nowMs, { headers });
      return;
    }
    const asked = { pack: REFER_EVENT, expiresS: REFER_EVENT.expiresS };
    this.#begin({ transaction, request, source, account }, asked, { session }, nowMs);
  }

  #begin(
    from: Pick<WatchParts, "transaction" | "request" | "source" | "account">,
    asked: Asked,
    about: { readonly session?: string },
    nowMs: number,
  ): void {
    const watch = this.#make(from, asked, nowMs);
    if (watch !== undefined) this.#tellOf(watch.id, asked.pack.name, from, about);
  }

  /** A watch that nobody was told of yet; `undefined` where the request makes no dialog. */
  #make(
    from: Pick<WatchParts, "transaction" | "request" | "source" | "account">,
    asked: Asked,
    nowMs: number,
  ): Watch | undefined {
    const { transaction, request, source } = from;
    const tag = this.#stack.servers.tagOf(transaction);
    const dialog = dialogFromRequest(request, tag, source.transport);
    if (!dialog.ok) {
      this.#stack.reply(transaction, request, 400, nowMs, { reason: dialog.error });
      return undefined;
    }
    const uri = parseUri(request.uri);
    const user = uri.ok ? uri.value.user : "";
    const id = `watch ${++this.#lastId}`;
    const parts = { id, ...asked, ...from, user, dialog: dialog.value };
    const watch = new Watch(this.#stack, parts, this.#hostOf(id, source.host), nowMs);
    this.#add(watch, id, source.host);
    return watch;
  }

  #tellOf(
    watch: string,
    event: string,
    from: Pick<WatchParts, "request" | "source"> & { readonly account?: SipAccount | undefined },
    about: { readonly session?: string },
  ): void {
    const { request, source, account } = from;
    const nobody = { user: "", host: "", uri: "" };
    this.#stack.emit({
      kind: "watched",
      watch,
      event,
      ...(account === undefined ? {} : { account: account.id }),
      from: partyFromHeader(headerValue(request, "from") ?? "") ?? nobody,
      request,
      source,
      ...about,
    });
  }

  /** Carries out what the layers above say of one; one that is over is not missed. */
  command(command: WatchCommand, nowMs: number): void {
    const watch = this.#live.get(command.watch) ?? this.#refers.get(command.watch);
    switch (command.kind) {
      case "tell":
        watch?.tell(command.document, nowMs);
        return;
      case "refuse-watch":
        watch?.refuse(command.status, command.headers ?? [], nowMs);
        return;
      case "end-watch":
        watch?.finish(command.reason, nowMs, command.document);
        return;
    }
  }

  deadlineMs(): number | undefined {
    const refers = [...this.#refers.values()].map(({ untilMs }) => untilMs);
    return earliestMs(this.#deadlines.earliestMs(), ...refers);
  }

  /** Runs one timer that is due; false where none is. */
  timeout(nowMs: number): boolean {
    for (const [id, { untilMs }] of this.#refers) if (untilMs <= nowMs) this.#refers.delete(id);
    const watch = this.#deadlines.takeDue(nowMs);
    if (watch === undefined) return false;
    watch.timeout(nowMs);
    return true;
  }

  #add(watch: Watch, id: string, host: string): void {
    this.#live.set(id, watch);
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1);
  }

  #hostOf(id: string, host: string) {
    return {
      rearm: (dueMs: number | undefined) => {
        const watch = this.#live.get(id);
        if (watch !== undefined) this.#deadlines.set(watch, dueMs);
      },
      gone: () => {
        const watch = this.#live.get(id);
        if (watch === undefined) return;
        this.#deadlines.set(watch, undefined);
        this.#live.delete(id);
        for (const refer of this.#refers.values()) refer.detach(watch);
        const left = (this.#hosts.get(host) ?? 1) - 1;
        if (left === 0) this.#hosts.delete(host);
        else this.#hosts.set(host, left);
      },
    };
  }
}
