/** A little language for the tests of this folder: requests by hand, outputs in words. */
import type { Hashes } from "../base/hashes.ts";
import {
  answerChallenge,
  type SipAddress,
  type SipHeader,
  type SipRequest,
  type SipResponse,
  selectChallenges,
  type UaCommand,
  type UaEvent,
} from "../sip/index.ts";
import type { Exchange } from "./exchange.ts";
import type { ExchangeConfig, ExchangeInput, ExchangeOutput } from "./exchange-types.ts";

/** The realm and domain. */
export const DOMAIN = "example.org";

/** For exchanges that nobody has to prove a password to. */
export const NO_HASHES: Hashes = { md5: () => "", sha256: () => "", sha512Trunc256: () => "" };

/** Users 101 and 102 with passwords, 103 without; tokens are token1, token2 and so on. */
export function configOf(hashes: Hashes, changes: Partial<ExchangeConfig> = {}): ExchangeConfig {
  let tokens = 0;
  return {
    domain: DOMAIN,
    users: [{ user: "101", password: "one" }, { user: "102", password: "two" }, { user: "103" }],
    authenticate: false,
    minExpiresS: 60,
    maxExpiresS: 3600,
    createToken: () => `token${++tokens}`,
    hashes,
    ...changes,
  };
}

/** An output in a few words; what a test does not look at is left out. */
export function words(output: ExchangeOutput): string {
  switch (output.kind) {
    case "ua": {
      const { command } = output;
      const session = "session" in command ? ` ${command.session}` : "";
      const status = "status" in command ? ` ${command.status ?? ""}` : "";
      const body = "body" in command && command.body !== undefined ? ` +${command.body}` : "";
      if (command.kind !== "invite") return `${command.kind}${session}${status}${body}`;
      return `invite${session} ${command.uri}${body}`;
    }
    case "media":
      return `media ${output.command.kind}`;
    case "record": {
      const { from, to, result, sipStatus } = output.record;
      return `record ${from} to ${to} ${result}${sipStatus === undefined ? "" : ` ${sipStatus}`}`;
    }
    case "log":
      return `log ${output.event.level}`;
  }
}

/** The words of what an input brings out, log events left out. */
export function told(exchange: Exchange, input: ExchangeInput, nowMs = 1000): readonly string[] {
  const outputs = exchange.handle(input, nowMs).filter(({ kind }) => kind !== "log");
  return outputs.map(words);
}

/** Any event of the user agent. */
export const ua = (event: UaEvent): ExchangeInput => ({ kind: "ua", event });

/** What a REGISTER may vary in. */
export interface RequestOptions {
  readonly contacts?: readonly string[];
  readonly expires?: number | string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly headers?: readonly SipHeader[];
  readonly source?: SipAddress;
  readonly uri?: string;
}

/** Where requests come from. */
export const PHONE: SipAddress = { transport: "udp", host: "192.0.2.10", port: 5070 };

/** A REGISTER. */
export function register(user: string, options: RequestOptions = {}): ExchangeInput {
  const {
    contacts = [],
    expires,
    callId = "reg",
    cseq = 1,
    headers = [],
    source = PHONE,
    uri = `sip:${DOMAIN}`,
  } = options;
  const message: SipRequest = {
    kind: "request",
    method: "REGISTER",
    uri,
    headers: [
      { name: "to", value: `<sip:${user}@${DOMAIN}>` },
      { name: "from", value: `<sip:${user}@${DOMAIN}>;tag=1` },
      { name: "call-id", value: callId },
      { name: "cseq", value: `${cseq} REGISTER` },
      ...contacts.map((value) => ({ name: "contact", value })),
      ...(expires === undefined ? [] : [{ name: "expires", value: String(expires) }]),
      ...headers,
    ],
    body: "",
  };
  return ua({ kind: "request", request: "r1", message, source });
}

/** What an INVITE may vary in. */
export interface InviteOptions {
  readonly session?: string;
  readonly from?: string;
  readonly displayName?: string;
  readonly to?: string;
  readonly body?: string;
  readonly headers?: readonly SipHeader[];
}

/** An INVITE of 101 to 102. */
export function invite(options: InviteOptions = {}): ExchangeInput {
  const { session = "a", from = "101", to = "102", body = "offer", headers = [] } = options;
  const { displayName } = options;
  const uri = `sip:${to}@${DOMAIN}`;
  const host = from === "anonymous" ? "anonymous.invalid" : DOMAIN;
  return ua({
    kind: "incoming",
    session,
    from: {
      user: from,
      host,
      uri: `sip:${from}@${host}`,
      ...(displayName === undefined ? {} : { displayName }),
    },
    to: { user: to, host: DOMAIN, uri },
    request: { kind: "request", method: "INVITE", uri, headers, body },
    source: PHONE,
  });
}

/** A response where only its being there matters. */
export const response: SipResponse = {
  kind: "response",
  status: 200,
  reason: "OK",
  headers: [],
  body: "",
};

/** The reply or response command among outputs, and its header values of one name. */
export function answerOf(
  outputs: readonly ExchangeOutput[],
  header: string,
): { readonly status: number; readonly values: readonly string[] } | undefined {
  for (const output of outputs) {
    if (output.kind !== "ua") continue;
    const { command } = output;
    if (command.kind !== "reply" && command.kind !== "respond") continue;
    return { status: command.status, values: valuesOf(command, header) };
  }
  return undefined;
}

function valuesOf(
  command: Extract<UaCommand, { kind: "reply" | "respond" }>,
  header: string,
): readonly string[] {
  return (command.headers ?? []).filter(({ name }) => name === header).map(({ value }) => value);
}

/** The Authorization header that answers challenges. */
export function credentials(
  challenges: readonly string[],
  user: string,
  password: string,
  options: {
    readonly method: string;
    readonly hashes: Hashes;
    readonly nonceCount?: number;
    readonly body?: string;
  },
): SipHeader {
  const [challenge] = selectChallenges(challenges).challenges;
  if (challenge === undefined) return { name: "authorization", value: "none" };
  const value = answerChallenge({
    challenge,
    method: options.method,
    uri: `sip:${DOMAIN}`,
    user,
    password,
    cnonce: "cnonce",
    nonceCount: options.nonceCount ?? 1,
    hashes: options.hashes,
    body: options.body ?? "",
  });
  return { name: "authorization", value };
}
