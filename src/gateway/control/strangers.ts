import { printAddress } from "../../base/address.ts";
import type { LogEvent } from "../../base/log-event.ts";
import {
  type SipAddress,
  type SipRequest,
  TellLimit,
  type UaCommand,
  type UaEvent,
} from "../../sip/index.ts";
import { SessionRoutes } from "./session-routes.ts";

/** A line, as far as it knows whom it trusts. */
interface Trusting {
  trusts(source: SipAddress): boolean;
}

/**
 * Refuses strangers before anything is kept for them, and for every number alike: whoever tries one
 * number after the other learns not even which there are.
 */
export class StrangerScreen {
  readonly #trusts: (source: SipAddress) => boolean;
  readonly #log: (event: LogEvent) => void;
  readonly #tells = new TellLimit();

  constructor(trusts: (source: SipAddress) => boolean, log: (event: LogEvent) => void) {
    this.#trusts = trusts;
    this.#log = log;
  }

  /** For a new request outside of any dialog; undefined where it may be looked at. */
  refuse(
    { method }: SipRequest,
    source: SipAddress,
    nowMs: number,
  ): { readonly status: number; readonly headers: readonly [] } | undefined {
    // OPTIONS is answered by the stack itself, the same whoever is asked for.
    if (method === "OPTIONS" || source.transport === "memory" || this.#trusts(source)) {
      return undefined;
    }
    this.#tell(method, source, nowMs);
    return { status: 403, headers: [] };
  }

  #tell(method: string, source: SipAddress, nowMs: number): void {
    if (!this.#tells.isDue(source.host, nowMs)) return;
    const text =
      `${method} straight from ${printAddress(source)} was refused: calls come through the ` +
      "server the line is registered at (sip.directCalls allows others).";
    this.#log({ level: "warn", area: "sip", text });
  }
}

/** What is said to somebody who may not ask that of a line. */
export interface TurnedAway {
  readonly command: UaCommand;
  readonly log?: LogEvent;
}

/**
 * Whether somebody is refused what he asks of a line: calls and requests outside of calls come from
 * the server that the line is registered at, unless calls are direct; subscriptions and news that
 * nobody asked for (NOTIFY) from it in any case; a request inside a call from who is in it. `owner`
 * is whose it is.
 */
export function turnedAway(
  owner: Trusting | undefined,
  event: UaEvent,
  directCalls: boolean,
): TurnedAway | undefined {
  switch (event.kind) {
    case "incoming": {
      if (directCalls || owner === undefined || owner.trusts(event.source)) return undefined;
      const text =
        `A call for ${event.account ?? "?"} straight from ${printAddress(event.source)} was ` +
        "refused: calls come through the server the line is registered at (sip.directCalls " +
        "allows others).";
      return {
        command: { kind: "respond", session: event.session, status: 403 },
        log: { level: "warn", area: "sip", text },
      };
    }
    case "request": {
      const { request, session, source, message } = event;
      const isInCall = session !== undefined;
      // Whoever may call us may not have us start over, nor say that messages wait.
      const isOpen = directCalls && message.method !== "NOTIFY";
      const status = owner === undefined ? (isInCall ? 481 : 404) : 403;
      if (owner !== undefined && (isInCall || isOpen || owner.trusts(source))) {
        return undefined;
      }
      return { command: { kind: "reply", request, status } };
    }
    case "watched": {
      // Whoever may call us may not look on whom we talk to.
      if (owner?.trusts(event.source) === true) return undefined;
      const status = owner === undefined ? 404 : 403;
      return { command: { kind: "refuse-watch", watch: event.watch, status } };
    }
    default:
      return undefined;
  }
}

/**
 * Calls that came past the server, where those are allowed: who makes one has proven nothing to
 * anybody, and may talk to the line, but not have it call others, which the line would pay for.
 */
export class StrangerCalls {
  readonly #sessions = new SessionRoutes<true>();

  /** Takes note of a command: whom a line has called straight is a stranger, too. */
  made(command: UaCommand): void {
    const isStraight = command.kind === "invite" && command.account === undefined;
    if (isStraight) this.#sessions.set(command.session, true);
  }

  /** Takes note of an event; how it is refused, where it is such a request. */
  refusal(owner: Trusting | undefined, event: UaEvent): TurnedAway | undefined {
    switch (event.kind) {
      case "incoming":
        if (owner?.trusts(event.source) === false) this.#sessions.set(event.session, true);
        return undefined;
      case "ended":
      case "failed":
        this.#sessions.delete(event.session);
        return undefined;
      case "request": {
        const { session, request, source, message } = event;
        const isOurs = session !== undefined && this.#sessions.get(session) === true;
        if (!isOurs || message.method !== "REFER") return undefined;
        const text =
          `${printAddress(source)} wants to hand the line over: who calls it directly may not ` +
          "have it call others.";
        const command = { kind: "reply", request, status: 403 } as const;
        return { command, log: { level: "warn", area: "sip", text } };
      }
      default:
        return undefined;
    }
  }
}
