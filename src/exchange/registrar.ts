import { utf8TextFromLatin1 } from "../base/bytes.ts";
import { err, ok, type Result } from "../base/result.ts";
import {
  headerValue,
  headerValues,
  parseCSeq,
  parseNameAddr,
  parseUri,
  partyFromHeader,
  printNameAddr,
  type SipHeader,
  type SipRequest,
  secondsOf,
  type UaEvent,
} from "../sip/index.ts";
import type { Authority } from "./authority.ts";
import { isBulk } from "./bulk.ts";
import {
  EXCHANGE_LIMITS,
  type ExchangeConfig,
  type ExchangeOutput,
  logOf,
  toUa,
} from "./exchange-types.ts";
import type { Gruus } from "./gruus.ts";
import type {
  Binding,
  BindingChange,
  BindingOrigin,
  Contact,
  Flow,
  LocationTable,
} from "./location.ts";

/** The lease of a contact that asks for none it can be read from. @see RFC 3261 §10.2.1.1 */
const DEFAULT_EXPIRES_S = 3600;
/** `q=1`, in thousandths: also that of a contact without a preference. */
const PREFERENCE_MAX = 1000;
/** A larger number than anybody has ways. @see RFC 5626 §4.2 */
const REG_ID_MAX = 2 ** 31 - 1;
const INSTANCE_LENGTH_MAX = 256;

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
    readonly gruus: Gruus;
  },
  event: RegisterEvent,
  nowMs: number,
): readonly ExchangeOutput[] {
  const { logs = [], ...answer } = registerStep(registrar, event, nowMs);
  return [toUa({ kind: "reply", request: event.request, ...answer }), ...logs];
}

function registerStep(
  { config, authority, location, gruus }: Parameters<typeof answerRegister>[0],
  { message, source }: RegisterEvent,
  nowMs: number,
): Answer {
  const user = partyFromHeader(headerValue(message, "to") ?? "")?.user;
  if (user === undefined || user === "") return { status: 400, reason: "Bad To" };
  const verdict = authority.judge(message, user, source, nowMs);
  if (verdict.kind === "challenge") return { status: 401, headers: verdict.headers };
  if (verdict.kind === "refused" || verdict.user !== user) {
    const why = verdict.kind === "refused" ? verdict.why : `${verdict.user} is not ${user}`;
    const text = `A registration of ${user} from ${source.host} was refused: ${why}.`;
    const isTold = verdict.kind === "refused" && verdict.isRepeated === true;
    return { status: 403, logs: isTold ? [] : [logOf("warn", text)] };
  }
  if (!authority.isUser(user)) return { status: 404 };
  const cseq = parseCSeq(headerValue(message, "cseq") ?? "");
  const callId = headerValue(message, "call-id");
  if (!cseq.ok || callId === undefined) return { status: 400 };
  const wish = readWish(message, config);
  if (!wish.ok) return wish.error;
  const asksForMany = wish.value.kind === "change" && wish.value.changes.some(isForMany);
  if (asksForMany && !authority.hasNumbers(user)) {
    return { status: 403, reason: "One Number Only" };
  }
  if (wish.value.kind === "change" && wish.value.changes.some((one) => isOurs(one, user, config))) {
    return { status: 403, reason: "Contact Leads Here" };
  }
  const path = headerValues(message, "path");
  const outbound = supports(message, "outbound") && usesFlow(wish.value);
  if (outbound && !isFirstHopOutbound(message)) {
    return { status: 439, reason: "First Hop Lacks Outbound Support" };
  }
  const uri = parseUri(message.uri);
  const registrar = uri.ok ? uri.value.host.toLowerCase() : "";
  const origin: BindingOrigin = { source, registrar, path, callId, cseq: cseq.value.sequence };
  const grants = supports(message, "gruu") ? { gruus } : {};
  const answer = carryOut({ location, user, origin, nowMs, ...grants }, wish.value);
  if (answer.status !== 200) return answer;
  const extra = [
    ...path.map((value) => ({ name: "path", value })),
    ...(outbound ? [{ name: "require", value: "outbound" }] : []),
    ...(verdict.headers ?? []),
  ];
  return { ...answer, headers: [...(answer.headers ?? []), ...extra] };
}

/** A telephone that is to be found at its own address would send us round. RFC 5627 §5.1 */
function isOurs({ uri, instance }: BindingChange, user: string, { domain }: ExchangeConfig) {
  const isThere = uri.host.toLowerCase() === domain && uri.port === undefined;
  const isToken = uri.params.has("gr") && uri.params.get("gr") === undefined;
  return instance !== undefined && isThere && (utf8TextFromLatin1(uri.user) === user || isToken);
}

const isForMany = ({ uri }: BindingChange): boolean => isBulk(uri);

function supports(message: SipRequest, tag: string): boolean {
  return headerValues(message, "supported").some((value) =>
    value.split(",").some((item) => item.trim().toLowerCase() === tag),
  );
}

function usesFlow(wish: Wish): boolean {
  return wish.kind === "change" && wish.changes.some(({ flow }) => flow !== undefined);
}

/** The device speaks to us itself, or to a proxy that keeps its flow. @see RFC 5626 §6 */
function isFirstHopOutbound(message: SipRequest): boolean {
  if (headerValues(message, "via").length <= 1) return true;
  const last = headerValues(message, "path").at(-1);
  const address = last === undefined ? undefined : parseNameAddr(last);
  return address?.ok === true && address.value.uri?.params.has("ob") === true;
}

function carryOut(
  at: {
    readonly location: LocationTable;
    readonly user: string;
    readonly origin: BindingOrigin;
    readonly nowMs: number;
    /** There where the telephone asks for GRUUs. */
    readonly gruus?: Gruus;
  },
  wish: Wish,
): Answer {
  const { location, user, origin, nowMs } = at;
  const before = location.of(user);
  const touched: readonly Contact[] =
    wish.kind === "change" ? wish.changes : wish.kind === "clear" ? before : [];
  if (touched.some((contact) => location.isStale(user, contact, origin))) {
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
  const fresh = wish.kind === "change" ? wish.changes.filter((one) => one.expiresMs > 0) : [];
  const granted = grantedTo(at, before, fresh);
  const headers = after.map((binding) => ({
    name: "contact",
    value: printNameAddr({
      uriText: binding.uriText,
      params: new Map([...contactParams(binding, nowMs), ...granted(binding)]),
    }),
  }));
  return { status: 200, headers, logs };
}

/** The GRUUs that stand beside each contact in the answer. @see RFC 5627 §5.2 */
function grantedTo(
  { gruus, user, origin }: Pick<Parameters<typeof carryOut>[0], "gruus" | "user" | "origin">,
  before: readonly Binding[],
  fresh: readonly BindingChange[],
): (binding: Binding) => readonly (readonly [string, string])[] {
  for (const { instance, uri } of fresh) {
    if (gruus === undefined || instance === undefined || isBulk(uri)) continue;
    const wasThere = before.some((one) => one.instance === instance);
    gruus.grant(user, instance, origin, wasThere);
  }
  return (binding) => {
    const { instance, uri } = binding;
    if (gruus === undefined || instance === undefined) return [];
    const temp = gruus.grantedTo(user, binding)?.temporary;
    return [
      ["pub-gruu", gruus.publicOf(user, instance, isBulk(uri))],
      ...(temp === undefined ? [] : ([["temp-gruu", temp]] as const)),
    ];
  };
}

function contactParams(binding: Binding, nowMs: number): Map<string, string> {
  const { preference, flow, instance } = binding;
  const params = new Map([["expires", String(Math.ceil((binding.expiresAtMs - nowMs) / 1000))]]);
  if (preference !== PREFERENCE_MAX) params.set("q", String(preference / PREFERENCE_MAX));
  if (instance !== undefined) params.set("+sip.instance", instance);
  if (flow !== undefined) params.set("reg-id", String(flow.regId));
  return params;
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
    const preference = preferenceOf(contact.value.params.get("q"));
    if (preference === undefined) return err({ status: 400, reason: "Bad q" });
    // A contact of many numbers names none. @see RFC 6140 §5.2
    if (isBulk(uri) && uri.user !== "") return err({ status: 400, reason: "Bad Contact" });
    const instance = contact.value.params.get("+sip.instance");
    const isNamed = instance !== undefined && instance.length <= INSTANCE_LENGTH_MAX;
    const flow = flowOf(contact.value.params);
    const { uriText } = contact.value;
    changes.push({
      ...{ uri, uriText, expiresMs, preference },
      ...(isNamed ? { instance } : {}),
      ...(flow === undefined ? {} : { flow }),
    });
  }
  return ok({ kind: "change", changes });
}

/** `0` to `1` with at most three decimals, in thousandths. @see RFC 3261 §25.1 (qvalue) */
function preferenceOf(text: string | undefined): number | undefined {
  if (text === undefined) return PREFERENCE_MAX;
  const good = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(text);
  return good ? Math.round(Number(text) * PREFERENCE_MAX) : undefined;
}

/** The device and the number of the way to it; undefined where either lacks or makes no sense. */
function flowOf(params: ReadonlyMap<string, string | undefined>): Flow | undefined {
  const instance = params.get("+sip.instance");
  const regId = Number(params.get("reg-id") ?? Number.NaN);
  if (instance === undefined || instance.length > INSTANCE_LENGTH_MAX) return undefined;
  if (!Number.isInteger(regId) || regId < 1 || regId > REG_ID_MAX) return undefined;
  return { instance, regId };
}
