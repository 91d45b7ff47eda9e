import {
  DIALOG_EVENT,
  type DialogFilter,
  type DialogStage,
  type DialogStanding,
  dialogFilterOf,
  dialogInfo,
  dialogsOver,
  filtered,
  parseUri,
  printUri,
  sameDocument,
  type UaEvent,
  type WatchDocument,
} from "../sip/index.ts";
import { type Call, type CallContext, type CallState, type SideCall, toUa } from "./call-state.ts";
import type { CallOutput } from "./call-types.ts";
import { peerOf } from "./session-update.ts";

/** What one subscriber asked for, and was told last. */
interface DialogWatch {
  readonly filter: DialogFilter | undefined;
  dialogs: readonly DialogStanding[];
  /** The very document that its subscription has. */
  told: WatchDocument;
}

/**
 * Who is told how the line's calls stand: subscribers of the dialog package. They are told all of
 * it whenever it changes; who asked for one call is told of that until it is over.
 * @see RFC 4235 §3
 */
export class OwnDialogs {
  readonly #watches = new Map<string, DialogWatch>();

  /** A subscription to us, or its end; `undefined` for any other event. */
  step(context: CallContext, state: CallState, event: UaEvent): readonly CallOutput[] | undefined {
    if (event.kind === "watch-ended") {
      this.#watches.delete(event.watch);
      return [];
    }
    // A REFER from outside of the call that it is about is the call's.
    if (event.kind !== "watched" || event.session !== undefined) return undefined;
    const { watch } = event;
    if (event.event !== DIALOG_EVENT.name) {
      return [toUa({ kind: "refuse-watch", watch, status: 489 })];
    }
    if (state.kind === "stopped") return [toUa({ kind: "refuse-watch", watch, status: 480 })];
    const filter = dialogFilterOf(event.request);
    if (!filter.ok) return [toUa({ kind: "refuse-watch", watch, status: 400 })];
    const dialogs = filtered(filter.value, ownDialogs(context, state));
    const document = dialogInfo(entityOf(context), dialogs);
    const tell = toUa({ kind: "tell", watch, document });
    if (filter.value !== undefined && dialogs.length === 0) {
      return [tell, toUa({ kind: "end-watch", watch, reason: "noresource" })];
    }
    this.#watches.set(watch, { filter: filter.value, dialogs, told: document });
    return [tell];
  }

  /** What is to be told after a step; nothing where nothing has changed. */
  news(context: CallContext, state: CallState): readonly CallOutput[] {
    if (this.#watches.size === 0) return [];
    if (state.kind === "stopped") return this.#stop();
    const all = ownDialogs(context, state);
    const outputs: CallOutput[] = [];
    for (const [watch, watcher] of this.#watches) {
      const dialogs = filtered(watcher.filter, all);
      if (watcher.filter !== undefined && dialogs.length === 0) {
        this.#watches.delete(watch);
        const document = dialogsOver(entityOf(context), watcher.dialogs);
        outputs.push(toUa({ kind: "end-watch", watch, reason: "noresource", document }));
        continue;
      }
      const document = dialogInfo(entityOf(context), dialogs);
      if (sameDocument(watcher.told, document)) continue;
      this.#watches.set(watch, { ...watcher, dialogs, told: document });
      outputs.push(toUa({ kind: "tell", watch, document }));
    }
    return outputs;
  }

  /** Nobody is left with a lamp that shines on: who wants to know more asks whoever comes next. */
  #stop(): readonly CallOutput[] {
    const outputs = [...this.#watches.keys()].map((watch) =>
      toUa({ kind: "end-watch", watch, reason: "deactivated" }),
    );
    this.#watches.clear();
    return outputs;
  }
}

function entityOf({ config }: CallContext): string {
  return addressOf(config.account.user, config.account.domain);
}

/** Every call that the line is in, as the dialog package has them. */
function ownDialogs(context: CallContext, state: CallState): readonly DialogStanding[] {
  const { domain } = context.config.account;
  const front = "call" in state ? [{ call: state.call, stage: stageOf(state) }] : [];
  const side = context.side.map((one) => ({ call: one.call, stage: sideStageOf(one) }));
  return [...front, ...side].map(({ call, stage }) => standingOf(call, stage, domain));
}

function standingOf(call: Call, stage: DialogStage, domain: string): DialogStanding {
  const uri = addressOf(peerOf(call), domain);
  const direction = call.direction === "out" ? "initiator" : "recipient";
  const known = call.dialog === undefined ? {} : { known: call.dialog };
  return { id: call.id, direction, stage, remote: { uri }, ...known };
}

function stageOf(state: Extract<CallState, { readonly call: Call }>): DialogStage {
  switch (state.kind) {
    case "calling":
      return "trying";
    case "ringback":
      return state.call.rangMs === undefined ? "proceeding" : "early";
    case "preparing":
    case "ringing":
      return "early";
    default:
      return "confirmed";
  }
}

function sideStageOf({ kind }: SideCall): DialogStage {
  return kind === "arriving" || kind === "waiting" ? "early" : "confirmed";
}

/** A party's address: a number is one of our own domain's. */
export function addressOf(user: string, host: string): string {
  if (user.includes(":") && parseUri(user).ok) return user;
  return printUri({ scheme: "sip", user, host, params: new Map() });
}
