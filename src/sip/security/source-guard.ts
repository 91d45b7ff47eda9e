import { networkOf } from "../../base/host-network.ts";
import type { LogEvent } from "../../base/log-event.ts";
import type { SipAddress } from "../account.ts";
import { headerValue, type SipRequest } from "../wire/message.ts";
import { TellLimit } from "./tell-limit.ts";

/** How many new requests one source may send outside of dialogs, and inside of each of them. */
export interface RateLimit {
  /** In the long run, a second. */
  readonly perSecond: number;
  /** At once. */
  readonly burst: number;
}

/** What is dropped without a word. */
export interface GuardLimits {
  /** What one source may send; without a limit where absent. */
  readonly rate?: RateLimit;
  /** Whether programs that look for telephones to misuse are known by their names. */
  readonly dropsScanners: boolean;
  /** Sources that nothing is dropped of: servers that we are registered at. */
  readonly isTrusted: (source: SipAddress) => boolean;
}

/** What was dropped so far. */
export interface GuardCounts {
  /** Requests of programs that look for telephones to misuse. */
  readonly scanners: number;
  /** Requests above a source's limit. */
  readonly floods: number;
}

/** Sources, and dialogs, that requests are counted of; the one longest silent is forgotten. */
export const GUARD_SOURCES_MAX = 2_000;

/**
 * How scanners call themselves in User-Agent unless they are told to hide: SIPVicious
 * (friendly-scanner), and what telephone operators see in their logs.
 */
const SCANNERS =
  /friendly-(?:scanner|request)|sipvicious|sip-?scan|sundayddr|iwar\b|sipcli|pplsip|vaxsip|smap\b/i;

/** What requests are counted of: a source, or a dialog. */
interface Source {
  /** Requests that it may send now. */
  tokens: number;
  atMs: number;
}

/**
 * Keeps scanners and floods away from everything else. Nothing is answered: who asks learns not
 * even that somebody is here, and a false source address makes us strike nobody.
 */
export class SourceGuard {
  readonly #limits: GuardLimits;
  readonly #log: (level: LogEvent["level"], text: string) => void;
  readonly #sources = new Map<string, Source>();
  readonly #dialogs = new Map<string, Source>();
  readonly #tells = new TellLimit();
  #scanners = 0;
  #floods = 0;

  constructor(limits: GuardLimits, log: (level: LogEvent["level"], text: string) => void) {
    this.#limits = limits;
    this.#log = log;
  }

  get counts(): GuardCounts {
    return { scanners: this.#scanners, floods: this.#floods };
  }

  /** Whether a new request outside of a dialog is to be dropped without a word. */
  drops(request: SipRequest, source: SipAddress, nowMs: number): boolean {
    if (source.transport === "memory" || this.#limits.isTrusted(source)) return false;
    const { rate, dropsScanners } = this.#limits;
    const from = this.#counted(this.#sources, networkOf(source.host), nowMs);
    if (dropsScanners && isScanner(request)) {
      this.#scanners++;
      this.#tell(source, `a scanner at ${source.host} gets no answer`, nowMs);
      return true;
    }
    return rate !== undefined && this.#isAbove(rate, from, source, nowMs);
  }

  /** The same of what could not be read: nobody knows what it would have been. */
  dropsUnreadable(source: SipAddress, nowMs: number): boolean {
    return this.#dropsOf(this.#sources, networkOf(source.host), source, nowMs);
  }

  /**
   * The same of a new request inside a dialog that there is. Each dialog is counted by itself: who
   * is in one and writes another's address into what is sent strikes nobody's calls but that.
   */
  dropsInside(dialog: string, source: SipAddress, nowMs: number): boolean {
    return this.#dropsOf(this.#dialogs, dialog, source, nowMs);
  }

  #dropsOf(all: Map<string, Source>, name: string, source: SipAddress, nowMs: number): boolean {
    const { rate, isTrusted } = this.#limits;
    if (rate === undefined || source.transport === "memory" || isTrusted(source)) return false;
    return this.#isAbove(rate, this.#counted(all, name, nowMs), source, nowMs);
  }

  /**
   * Whether a source has sent as much as it may, so that one more request of it would be dropped.
   * Nothing is counted.
   */
  isSpent(source: SipAddress, nowMs: number): boolean {
    const { rate, isTrusted } = this.#limits;
    if (rate === undefined || source.transport === "memory") return false;
    const from = this.#sources.get(networkOf(source.host));
    return from !== undefined && earned(rate, from, nowMs) < 1 && !isTrusted(source);
  }

  #isAbove(rate: RateLimit, from: Source, source: SipAddress, nowMs: number): boolean {
    from.tokens = earned(rate, from, nowMs);
    from.atMs = nowMs;
    if (from.tokens >= 1) {
      from.tokens--;
      return false;
    }
    this.#floods++;
    const { perSecond } = rate;
    this.#tell(source, `${source.host} sends more than ${perSecond} requests a second`, nowMs);
    return true;
  }

  #tell({ host }: SipAddress, text: string, nowMs: number): void {
    if (this.#tells.isDue(networkOf(host), nowMs)) this.#log("warn", text);
  }

  #counted(all: Map<string, Source>, name: string, nowMs: number): Source {
    const known = all.get(name);
    if (known !== undefined) {
      all.delete(name);
      all.set(name, known);
      return known;
    }
    const tokens = this.#limits.rate?.burst ?? 0;
    const made: Source = { tokens, atMs: nowMs };
    all.set(name, made);
    for (const oldest of all.keys()) {
      if (all.size <= GUARD_SOURCES_MAX) break;
      all.delete(oldest);
    }
    return made;
  }
}

/** What a source may send now. */
function earned({ perSecond, burst }: RateLimit, { tokens, atMs }: Source, nowMs: number): number {
  return Math.min(burst, tokens + ((nowMs - atMs) / 1000) * perSecond);
}

function isScanner(request: SipRequest): boolean {
  return SCANNERS.test(headerValue(request, "user-agent") ?? "");
}
