import { err, ok, type Result } from "../base/result.ts";
import {
  headerValue,
  headerValues,
  parseCSeq,
  parseNameAddr,
  partyFromHeader,
  printNameAddr,
  type SipHeader,
  type SipRequest,
  type UaEvent,
} from "../sip/index.ts";
import type { Authority } from "./authority.ts";
import {
  EXCHANGE_LIMITS,
  type ExchangeConfig,
  type ExchangeOutput,
  logOf,
  toUa,
} from "./exchange-types.ts";
import type { BindingChange, BindingOrigin, LocationTable } from "./location.ts";

/** The lease of a contact that asks for none it can be read from. @see RFC 3261 §10.2.1.1 */
const DEFAULT_EXPIRES_S = 3600;

type RegisterEvent = Extract<UaEvent, { kind: "request" }>;

/** What a REGISTER comes to: a status, and what stands in the answer. */
interface Answer {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly SipHeader[];
  readonly logs?: readonly ExchangeOutput[];
}

/** What a REGISTER asks for. */
type Wish =
  | { readonly kind: "fetch" }
  | { readonly kind: "clear" }
  | { readonly kind: "change"; readonly changes: readonly BindingChange[] };

/** Answers a REGISTER. @see RFC 3261 §10.3 */
export function answerRegister(
  registrar: {
    readonly config: ExchangeConfig;
    readonly authority: Authority;
    readonly location: LocationTable;
  },
  event: RegisterEvent,
  nowMs: number,
): readonly ExchangeOutput[] {
  const { logs = [], ...answer } = registerStep(registrar, event, nowMs);
  return [toUa({ kind: "reply", request: event.request, ...answer }), ...logs];
}

function registerStep(
  { config, authority, location }: Parameters<typeof answerRegister>[0],
  { message, source }: RegisterEvent,
  nowMs: number,
): Answer {
  const user = partyFromHeader(headerValue(message, "to") ?? "")?.user;
  if (user === undefined || user === "") return { status: 400, reason: "Bad To" };
  const verdict = authority.judge(message, user, nowMs);
  if (verdict.kind === "challenge") return { status: 401, headers: verdict.headers };
  if (verdict.kind === "refused" || verdict.user !== user) {
    const why = verdict.kind === "refused" ? verdict.why : `${verdict.user} is not ${user}`;
    const text = `A registration of ${user} from ${source.host} was refused: ${why}.`;
    return { status: 403, logs: [logOf("warn", text)] };
  }
  if (!authority.isUser(user)) return { status: 404 };
  const cseq = parseCSeq(headerValue(message, "cseq") ?? "");
  const callId = headerValue(message, "call-id");
  if (!cseq.ok || callId === undefined) return { status: 400 };
  const wish = readWish(message, config);
  if (!wish.ok) return wish.error;
  const origin: BindingOrigin = { source, callId, cseq: cseq.value.sequence };
  return carryOut({ location, user, origin, nowMs }, wish.value);
}

function carryOut(
  at: {
    readonly location: LocationTable;
    readonly user: string;
    readonly origin: BindingOrigin;
    readonly nowMs: number;
  },
  wish: Wish,
): Answer {
  const { location, user, origin, nowMs } = at;
  const before = location.of(user);
  const uris =
    wish.kind === "change"
      ? wish.changes.map(({ uri }) => uri)
      : wish.kind === "clear"
        ? before.map(({ uri }) => uri)
        : [];
  if (uris.some((uri) => location.isStale(user, uri, origin))) {
    return { status: 400, reason: "CSeq Out Of Order" };
  }
  const logs: ExchangeOutput[] = [];
  if (wish.kind === "clear") location.clear(user);
  if (wish.kind === "change") {
    for (const { uriText } of location.change(user, wish.changes, origin, nowMs)) {
      logs.push(logOf("warn", `${user} has too many contacts: ${uriText} made room for another.`));
    }
  }
  const after = location.of(user);
  if (before.length === 0 && after.length > 0) logs.push(logOf("info", `${user} is registered.`));
  if (before.length > 0 && after.length === 0) logs.push(logOf("info", `${user} has signed off.`));
  const headers = after.map(({ uriText, expiresAtMs }) => ({
    name: "contact",
    value: printNameAddr({
      uriText,
      params: new Map([["expires", String(Math.ceil((expiresAtMs - nowMs) / 1000))]]),
    }),
  }));
  return { status: 200, headers, logs };
}

/** Reads what the Contact and Expires header fields ask for, and checks all of it first. */
function readWish(message: SipRequest, config: ExchangeConfig): Result<Wish, Answer> {
  const contacts = headerValues(message, "contact");
  if (contacts.length === 0) return ok({ kind: "fetch" });
  if (contacts.length > EXCHANGE_LIMITS.contactsPerUser) {
    return err({ status: 403, reason: "Too Many Contacts" });
  }
  const expires = secondsOf(headerValue(message, "expires"));
  if (contacts.some((contact) => contact.trim() === "*")) {
    return contacts.length === 1 && expires === 0
      ? ok({ kind: "clear" })
      : err({ status: 400, reason: "Bad Wildcard Contact" });
  }
  const changes: BindingChange[] = [];
  for (const text of contacts) {
    const contact = parseNameAddr(text);
    const uri = contact.ok ? contact.value.uri : undefined;
    if (!contact.ok || uri === undefined || uri.scheme === "tel") {
      return err({ status: 400, reason: "Bad Contact" });
    }
    const asked = secondsOf(contact.value.params.get("expires")) ?? expires ?? DEFAULT_EXPIRES_S;
    if (asked > 0 && asked < config.minExpiresS) {
      const value = String(config.minExpiresS);
      return err({ status: 423, headers: [{ name: "min-expires", value }] });
    }
    const expiresMs = Math.min(asked, config.maxExpiresS) * 1000;
    changes.push({ uri, uriText: contact.value.uriText, expiresMs });
  }
  return ok({ kind: "change", changes });
}

/** A lease in seconds; undefined where the text is absent or no number. @see RFC 3261 §20.19 */
function secondsOf(text: string | undefined): number | undefined {
  const digits = text?.trim() ?? "";
  return /^[0-9]{1,10}$/.test(digits) ? Number(digits) : undefined;
}
