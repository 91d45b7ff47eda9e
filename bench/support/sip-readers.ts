import { createRequire } from "node:module";

/**
 * Another reader of SIP, doing to an INVITE what ours does: header fields as types, SDP read, all
 * of it written again by those who can write what they read. False where it could not be read.
 */
export type SipReader = (invite: string) => boolean;

/**
 * Whether a text could be what was written of a message. It looks for what is not there, so that
 * the pieces of the text must be put together, as for sending.
 */
export function isWhole(text: string, message: string): boolean {
  return text.length > 0.9 * message.length && !text.includes("\0");
}

/** What of the npm package `sip` is called; its types are its own affair. */
interface PeerSip {
  parse(text: string): { content: string; readonly headers: { readonly via: unknown } };
  stringify(message: unknown): string;
}

interface PeerSdp {
  parse(text: string): { readonly m: readonly PeerStream[] };
  stringify(sdp: unknown): string;
}

interface PeerStream {
  readonly fmt: readonly number[];
  readonly a: readonly string[];
}

interface JsSipParser {
  parseMessage(text: string, ua: unknown): JsSipMessage | undefined;
}

interface JsSipMessage {
  readonly from_tag: string;
  readonly via_branch: string;
  readonly cseq: number;
  readonly body: string;
  parseHeader(name: string): unknown;
}

interface SipJs {
  readonly Core: {
    readonly Parser: {
      parseMessage(text: string, logger: unknown): SipJsMessage | undefined;
    };
  };
}

interface SipJsMessage {
  readonly fromTag: string;
  readonly viaBranch: string;
  readonly cseq: number;
  readonly body: string;
  parseHeader(name: string): unknown;
}

interface SdpTransform {
  parse(text: string): { readonly media: readonly unknown[] };
}

const SILENT_LOGGER = { warn() {}, error() {}, debug() {}, log() {} };

const require = createRequire(import.meta.url);

/** By the name of their package, how each is opened. */
const READERS = {
  "npm sip": openSip,
  jssip: openJsSip,
  "sip.js": openSipJs,
} as const satisfies Readonly<Record<string, () => Promise<SipReader>>>;

/** A package that reads SIP. */
export type SipReaderName = keyof typeof READERS;

/** All that there are. */
export const SIP_READERS = Object.keys(READERS).filter(isSipReader);

/** Whether it is the name of one of them. */
export function isSipReader(name: string): name is SipReaderName {
  return Object.hasOwn(READERS, name);
}

/** The reader of that name; undefined where its package is not installed. */
export async function sipReader(name: SipReaderName): Promise<SipReader | undefined> {
  try {
    return await READERS[name]();
  } catch {
    return undefined;
  }
}

async function openSip(): Promise<SipReader> {
  // The package has no types: this function is all that is used of it.
  const sip = require("sip") as PeerSip;
  // The same here.
  const sdp = require("sip/sdp") as PeerSdp;
  return (invite) => {
    const message = sip.parse(invite);
    const session = sdp.parse(message.content);
    const [stream] = session.m;
    if (message.headers.via === undefined || stream === undefined) return false;
    if (stream.fmt.length !== 5 || stream.a.length !== 9) return false;
    message.content = sdp.stringify(session);
    return isWhole(sip.stringify(message), invite);
  };
}

/*
 * The next two write only what they made themselves, and read no SDP: the package that browsers'
 * telephones read it with does.
 */

async function openJsSip(): Promise<SipReader> {
  const sdp = await sdpTransform();
  // Its parser is not part of its types.
  const parser = require("jssip/lib-es5/Parser") as JsSipParser;
  return (invite) => {
    const message = parser.parseMessage(invite, undefined);
    if (message === undefined || message.parseHeader("contact") === undefined) return false;
    return message.from_tag !== "" && sdp.parse(message.body).media.length === 1;
  };
}

async function openSipJs(): Promise<SipReader> {
  const sdp = await sdpTransform();
  // Its types want a browser's; this is all that is used of them.
  const sipJs = (await import("sip.js")) as unknown as SipJs;
  return (invite) => {
    const message = sipJs.Core.Parser.parseMessage(invite, SILENT_LOGGER);
    if (message === undefined || message.parseHeader("contact") === undefined) return false;
    return message.fromTag !== "" && sdp.parse(message.body).media.length === 1;
  };
}

async function sdpTransform(): Promise<SdpTransform> {
  // Its types say less than is used here.
  return (await import("sdp-transform")) as unknown as SdpTransform;
}
