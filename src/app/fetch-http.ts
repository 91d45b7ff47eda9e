import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import type { ProvisioningSettings } from "./config/resolve-provisioning.ts";
import { parseSourceUrl, shownSourceUrl } from "./provision/source-url.ts";

/** The largest configuration that is fetched, bytes. */
export const FETCHED_MAX_BYTES = 1_000_000;

/** How long a fetch may take from its beginning to its end, ms. */
const FETCH_LIMIT_MS = 30_000;

/** How often a server may send us on. */
const REDIRECTS_MAX = 5;

/** What is fetched, and what of it is there already. */
export interface FetchRequest {
  /** Whole, as it is sent. */
  readonly url: string;
  readonly settings: Pick<ProvisioningSettings, "credentials" | "tls">;
  readonly agent: string;
  readonly etag?: string;
  readonly lastModified?: string;
  /** Nobody waits for it any more. */
  readonly signal?: AbortSignal;
}

/** What came of it. */
export type Fetched =
  | { readonly kind: "same" }
  | {
      readonly kind: "new";
      readonly text: string;
      readonly etag?: string;
      readonly lastModified?: string;
    }
  /** `why` continues the address; `waitMs` is what the server asks for. */
  | { readonly kind: "failed"; readonly why: string; readonly waitMs?: number };

/**
 * Fetches a configuration by HTTP. It follows redirections, never out of https, and shows a
 * password or a certificate to no other server than the one that is named.
 */
export async function fetchHttp(request: FetchRequest): Promise<Fetched> {
  const stop = withinLimit(request.signal);
  if (!URL.canParse(request.url)) {
    return { kind: "failed", why: "is no address: look at its host and its port" };
  }
  const first = new URL(request.url);
  let url = first;
  for (let sent = 0; sent <= REDIRECTS_MAX; sent++) {
    let answer: Answer;
    try {
      answer = await ask(url, url.origin === first.origin, request, stop);
    } catch (error) {
      return { kind: "failed", why: whyOf(error, stop) };
    }
    if (answer.location === undefined) return judged(answer, request);
    const next = nextUrl(answer.location, url);
    if (typeof next === "string") return { kind: "failed", why: next };
    url = next;
  }
  return { kind: "failed", why: `sends on more than ${REDIRECTS_MAX} times` };
}

/** What ends a fetch that takes too long, or that nobody waits for any more. */
export function withinLimit(signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(FETCH_LIMIT_MS);
  return signal === undefined ? limit : AbortSignal.any([limit, signal]);
}

/** One answer of a server, whole. */
interface Answer {
  readonly status: number;
  readonly location?: string;
  readonly bytes: Uint8Array;
  readonly headers: IncomingMessage["headers"];
}

const REDIRECTIONS = [301, 302, 303, 307, 308];

function ask(
  url: URL,
  isOurs: boolean,
  { settings, agent, etag, lastModified }: FetchRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const { credentials, tls } = settings;
  const headers = {
    "user-agent": agent,
    accept: "application/yaml, application/json;q=0.9, */*;q=0.1",
    "accept-encoding": "identity",
    ...(etag === undefined ? {} : { "if-none-match": etag }),
    ...(lastModified === undefined ? {} : { "if-modified-since": lastModified }),
    ...(credentials === undefined || !isOurs || url.protocol !== "https:"
      ? {}
      : { authorization: basic(credentials) }),
  };
  // No connection is left open: the next fetch is hours away.
  const common = { headers, signal, agent: false } as const;
  return new Promise((resolve, reject) => {
    const take = (message: IncomingMessage): void => {
      read(message).then(resolve, reject);
    };
    const sent =
      url.protocol === "https:"
        ? requestTls(
            url,
            {
              ...common,
              minVersion: "TLSv1.2",
              rejectUnauthorized: tls.verify,
              ...(tls.authorities === undefined ? {} : { ca: tls.authorities }),
              ...(tls.identity === undefined || !isOurs
                ? {}
                : { cert: tls.identity.certificate, key: tls.identity.key }),
            },
            take,
          )
        : requestPlain(url, common, take);
    sent.on("error", reject);
    sent.end();
  });
}

function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

async function read(message: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers } = message;
  const { location } = headers;
  if (REDIRECTIONS.includes(status) && location !== undefined) {
    message.destroy();
    return { status, location, bytes: new Uint8Array(), headers };
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  if (status === 200) {
    for await (const piece of message) {
      // Without an encoding a stream of HTTP gives Buffers.
      const bytes = piece as Buffer;
      size += bytes.length;
      if (size > FETCHED_MAX_BYTES) {
        message.destroy();
        throw new Error(`is larger than ${FETCHED_MAX_BYTES} bytes`);
      }
      pieces.push(bytes);
    }
  } else message.destroy();
  return { status, bytes: Buffer.concat(pieces), headers };
}

function judged({ status, bytes, headers }: Answer, asked: FetchRequest): Fetched {
  const isAskedForNews = asked.etag !== undefined || asked.lastModified !== undefined;
  if (status === 304 && isAskedForNews) return { kind: "same" };
  if (status !== 200) {
    const waitS = Number(headers["retry-after"] ?? Number.NaN);
    const wait = Number.isInteger(waitS) && waitS > 0 ? { waitMs: waitS * 1000 } : {};
    return { kind: "failed", why: refusalOf(status), ...wait };
  }
  const { etag, "last-modified": lastModified } = headers;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return {
      ...{ kind: "new", text },
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified }),
    };
  } catch {
    return { kind: "failed", why: "is no text in UTF-8" };
  }
}

function refusalOf(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return `is refused (${status}): check provisioning.user, password and tls.certificate`;
    case 404:
    case 410:
      return `is not there (${status}): put this machine's file there, or correct the address`;
    default:
      return `was answered with ${status}: look into the server's log`;
  }
}

/** Where a server sends us on to; a text says why not. */
function nextUrl(location: string, from: URL): URL | string {
  if (!URL.canParse(location, from.href)) return "sends on to what is no address";
  const url = new URL(location, from.href);
  const parsed = parseSourceUrl(url.href.replace(/#.*$/, ""));
  if (!parsed.ok || parsed.value.scheme === "tftp") return "sends on to what is no http address";
  const isOpen = from.protocol === "https:" && url.protocol !== "https:";
  if (isOpen) return `sends on out of https, to ${shownSourceUrl(parsed.value)}`;
  return url;
}

/** Certificates that are not valid (yet): a clock that was never set has them fail, too. */
const DATE_FAULTS = ["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"];

function whyOf(error: unknown, stop: AbortSignal): string {
  if (stop.aborted) return `was not there within ${FETCH_LIMIT_MS / 1000} s`;
  if (!(error instanceof Error)) return `cannot be fetched: ${String(error)}`;
  if (error.message.startsWith("is larger")) return error.message;
  const code = "code" in error ? String(error.code) : "";
  if (DATE_FAULTS.includes(code)) {
    return `has a certificate out of its dates (${code}): check this machine's clock first`;
  }
  if (/CERT|SIGNATURE|ALTNAME/.test(code)) {
    return `has a certificate that is not believed (${code}): see provisioning.tls.ca`;
  }
  return `cannot be fetched: ${error.message || code}`;
}
