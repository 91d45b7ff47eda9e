import { latin1FromUtf8Text, utf8TextFromLatin1 } from "../base/bytes.ts";
import { ok } from "../base/result.ts";
import {
  type ContactStanding,
  DIALOG_EVENT,
  type DialogFilter,
  type DialogId,
  type DialogStanding,
  dialogFilterOf,
  dialogInfo,
  dialogsOver,
  eventOf,
  filtered,
  headerValue,
  MESSAGE_SUMMARY,
  MESSAGE_SUMMARY_EVENT,
  type MessageSummary,
  messageSummary,
  parseMessageSummary,
  parseUri,
  partyFromHeader,
  printUri,
  REG_EVENT,
  regInfo,
  sameDocument,
  type UaCommand,
  type UaEvent,
  type WatchDocument,
} from "../sip/index.ts";
import type { Authority, Verdict } from "./authority.ts";
import { type ExchangeConfig, type ExchangeOutput, logOf, toUa } from "./exchange-types.ts";
import type { Gruus } from "./gruus.ts";
import { type Binding, type LocationTable, targetOf } from "./location.ts";

/** What telephones at the exchange may subscribe to. */
export const EXCHANGE_EVENTS = [DIALOG_EVENT, MESSAGE_SUMMARY_EVENT, REG_EVENT] as const;

/** A call at the exchange, as those see it who watch its users. */
export interface CallStanding {
  readonly id: string;
  /** User parts. */
  readonly from: string;
  readonly to: string;
  readonly stage: "trying" | "early" | "confirmed";
  /** Whether the called side is asked already: its user is in the call then. */
  readonly reachesCallee: boolean;
  /** Whether nobody is told who calls. */
  readonly isPrivate: boolean;
  /** What it may be picked up by while it rings. */
  readonly ids?: DialogId;
  /** The same, for as long as the call lasts. */
  readonly known?: DialogId;
}

interface Watcher {
  readonly event: string;
  readonly user: string;
  /** Which calls it is about; all of the user's without. */
  readonly filter?: DialogFilter;
  /** Those, where it is about some alone. */
  calls: readonly DialogStanding[];
  /** What was told last: the very document that its subscription has. */
  told: WatchDocument;
}

type Watched = Extract<UaEvent, { kind: "watched" }>;
type RequestEvent = Extract<UaEvent, { kind: "request" }>;

/** What the watching needs of the exchange. */
export interface WatchingParts {
  readonly config: ExchangeConfig;
  readonly authority: Authority;
  readonly location: LocationTable;
  readonly gruus: Gruus;
}

/**
 * Who watches whom: the calls of an extension (lamps of consoles), messages and registrations of
 * the watcher's own. Only users of the exchange watch, and what they are told is always all of it.
 * What a voice-mail extension tells of a mailbox is kept here, and told to telephones that did not
 * subscribe too.
 */
export class Watching {
  readonly #parts: WatchingParts;
  readonly #watchers = new Map<string, Watcher>();
  readonly #mailboxes = new Map<string, MessageSummary>();

  constructor(parts: WatchingParts) {
    this.#parts = parts;
  }

  /** How many watch. */
  get size(): number {
    return this.#watchers.size;
  }

  /** Somebody wants to watch: told at once, or refused. */
  watched(event: Watched, calls: Iterable<CallStanding>, nowMs: number): readonly ExchangeOutput[] {
    const { watch } = event;
    const refuse = (status: number, verdict?: Verdict): readonly ExchangeOutput[] => {
      const headers = verdict?.kind === "challenge" ? { headers: verdict.headers } : {};
      return [toUa({ kind: "refuse-watch", watch, status, ...headers })];
    };
    const verdict = this.#parts.authority.judge(
      event.request,
      event.from.user,
      event.source,
      nowMs,
    );
    if (verdict.kind === "challenge") return refuse(401, verdict);
    const uri = parseUri(event.request.uri);
    const user = uri.ok ? utf8TextFromLatin1(uri.value.user) : "";
    const isOwn = verdict.kind === "known" && verdict.user === user;
    if (verdict.kind === "refused" || (event.event !== DIALOG_EVENT.name && !isOwn)) {
      const isTold = verdict.kind === "refused" && verdict.isRepeated === true;
      const text = `${event.from.user} may not watch ${event.event} of ${user}: refused.`;
      return isTold ? refuse(403) : [...refuse(403), logOf("info", text)];
    }
    if (!this.#parts.authority.isUser(user)) return refuse(404);
    const isOfCalls = event.event === DIALOG_EVENT.name;
    const filter = isOfCalls ? dialogFilterOf(event.request) : ok(undefined);
    if (!filter.ok) return refuse(400);
    const about = filter.value === undefined ? {} : { filter: filter.value };
    const asked = { event: event.event, user, ...about };
    const own = this.#callsOf(asked, byUser(calls));
    const document = this.#documentOf(asked, own);
    const tell = toUa({ kind: "tell", watch, document });
    if (filter.value !== undefined && own.length === 0) {
      return [tell, toUa({ kind: "end-watch", watch, reason: "noresource" })];
    }
    this.#watchers.set(watch, { ...asked, calls: own, told: document });
    return [tell];
  }

  ended(watch: string): void {
    this.#watchers.delete(watch);
  }

  /** The box stops: whoever watches is told, and asks anew when it is there again. */
  stop(): readonly ExchangeOutput[] {
    const watches = [...this.#watchers.keys()];
    this.#watchers.clear();
    return watches.map((watch) => toUa({ kind: "end-watch", watch, reason: "probation" }));
  }

  /** Tells everybody how it is now; who knows it already is not told again. */
  news(calls: Iterable<CallStanding>): readonly ExchangeOutput[] {
    if (this.#watchers.size === 0) return [];
    const dialogs = byUser(calls);
    const outputs: ExchangeOutput[] = [];
    for (const [watch, watcher] of this.#watchers) {
      const own = this.#callsOf(watcher, dialogs);
      if (watcher.filter !== undefined && own.length === 0) {
        this.#watchers.delete(watch);
        const document = dialogsOver(this.#aorOf(watcher.user), watcher.calls);
        outputs.push(toUa({ kind: "end-watch", watch, reason: "noresource", document }));
        continue;
      }
      const document = this.#documentOf(watcher, own);
      if (sameDocument(watcher.told, document)) continue;
      watcher.told = document;
      watcher.calls = own;
      outputs.push(toUa({ kind: "tell", watch, document }));
    }
    return outputs;
  }

  /**
   * A NOTIFY outside of any call: the voice-mail extension tells of somebody's mailbox, or a user
   * of the own one.
   */
  notified(event: RequestEvent, nowMs: number): readonly ExchangeOutput[] {
    const { message, request } = event;
    const reply = (status: number, verdict?: Verdict): ExchangeOutput => {
      const headers = verdict?.kind === "challenge" ? { headers: verdict.headers } : {};
      return toUa({ kind: "reply", request, status, ...headers });
    };
    const { authority, config, location } = this.#parts;
    const about = eventOf(message)?.name;
    if (about !== MESSAGE_SUMMARY) return [reply(489)];
    const claimed = partyFromHeader(headerValue(message, "from") ?? "")?.user ?? "";
    const verdict = authority.judge(message, claimed, event.source, nowMs);
    if (verdict.kind === "challenge") return [reply(401, verdict)];
    const uri = parseUri(message.uri);
    const user = uri.ok ? utf8TextFromLatin1(uri.value.user) : "";
    const isAllowed =
      verdict.kind === "known" && (verdict.user === config.voicemail || verdict.user === user);
    if (!isAllowed) return [reply(403)];
    if (!authority.isUser(user)) return [reply(404)];
    const summary = parseMessageSummary(message.body);
    if (summary === undefined) return [reply(400)];
    this.#mailboxes.set(user, summary);
    return [reply(200), ...this.#tellContacts(user, location.of(user))];
  }

  /** Contacts that were not there before learn whether messages wait. */
  registered(user: string, before: readonly Binding[]): readonly ExchangeOutput[] {
    if (this.#mailboxes.get(user)?.waiting !== true) return [];
    const known = new Set(before.map(({ uriText }) => uriText));
    const fresh = this.#parts.location.of(user).filter(({ uriText }) => !known.has(uriText));
    return this.#tellContacts(user, fresh);
  }

  /** Tells telephones of a mailbox that they did not ask for. @see RFC 3842 */
  #tellContacts(user: string, contacts: readonly Binding[]): readonly ExchangeOutput[] {
    const asks = [...this.#watchers.values()].some(
      (watcher) => watcher.user === user && watcher.event === MESSAGE_SUMMARY,
    );
    if (asks) return [];
    const document = this.#summaryOf(user);
    return contacts.map((binding) => {
      const command: UaCommand = {
        kind: "send-request",
        request: `messages of ${user} ${this.#parts.config.createToken()}`,
        method: "NOTIFY",
        uri: binding.uriText,
        to: targetOf(binding),
        from: { uri: this.#aorOf(user) },
        headers: [
          ...binding.path.map((value) => ({ name: "route", value })),
          { name: "event", value: MESSAGE_SUMMARY },
          { name: "subscription-state", value: "active" },
          { name: "content-type", value: MESSAGE_SUMMARY_EVENT.contentType },
        ],
        body: document.body,
      };
      return toUa(command);
    });
  }

  #documentOf(
    { event, user }: Pick<Watcher, "event" | "user">,
    calls: readonly DialogStanding[],
  ): WatchDocument {
    switch (event) {
      case MESSAGE_SUMMARY:
        return this.#summaryOf(user);
      case REG_EVENT.name:
        return regInfo(this.#aorOf(user), this.#contactsOf(user));
      default:
        return dialogInfo(this.#aorOf(user), calls);
    }
  }

  /** The calls that a watcher is about. */
  #callsOf(
    { event, user, filter }: Pick<Watcher, "event" | "user" | "filter">,
    dialogs: ReadonlyMap<string, readonly DialogOf[]>,
  ): readonly DialogStanding[] {
    if (event !== DIALOG_EVENT.name) return [];
    return filtered(filter, dialogs.get(user) ?? []).map(({ peer, ...standing }) =>
      peer === undefined ? standing : { ...standing, remote: { uri: this.#aorOf(peer) } },
    );
  }

  /** Who watches registrations may make them, and so may know what they were granted. */
  #contactsOf(user: string): readonly ContactStanding[] {
    return this.#parts.location.of(user).map((binding) => {
      const { uriText: uri, instance, callId, cseq } = binding;
      const gruus = this.#parts.gruus.grantedTo(user, binding);
      const named = instance === undefined ? {} : { instance };
      const granted = gruus === undefined ? {} : { gruus: { ...gruus, callId, cseq } };
      return { uri, isActive: true, event: "registered", ...named, ...granted };
    });
  }

  #summaryOf(user: string): WatchDocument {
    return messageSummary(this.#aorOf(user), this.#mailboxes.get(user) ?? { waiting: false });
  }

  #aorOf(user: string): string {
    const { domain: host } = this.#parts.config;
    return printUri({ scheme: "sip", user: latin1FromUtf8Text(user), host, params: new Map() });
  }
}

/** A call as one of its two users has it. */
type DialogOf = Omit<DialogStanding, "remote"> & { readonly peer?: string };

function byUser(calls: Iterable<CallStanding>): ReadonlyMap<string, readonly DialogOf[]> {
  const all = new Map<string, DialogOf[]>();
  const add = (user: string, dialog: DialogOf): void => {
    const known = all.get(user);
    if (known === undefined) all.set(user, [dialog]);
    else known.push(dialog);
  };
  for (const { id, from, to, stage, reachesCallee, isPrivate, ids, known } of calls) {
    add(from, { id, direction: "initiator", stage, peer: to });
    if (!reachesCallee) continue;
    // Who is called rings, whatever the caller has heard of it.
    const theirs = stage === "confirmed" ? stage : "early";
    const peer = isPrivate ? {} : { peer: from };
    const named = {
      ...(ids === undefined ? {} : { ids }),
      ...(known === undefined ? {} : { known }),
    };
    add(to, { id, direction: "recipient", stage: theirs, ...peer, ...named });
  }
  return all;
}
