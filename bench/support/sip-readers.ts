import { createRequire } from "node:module";

/**
 * Another reader of SIP, doing to an INVITE what ours does: header fields as types, SDP read, all
 * of it written again by those who can write what they read.
 */
export interface SipReader {
  readonly figure: string;
  readonly name: string;
  /** Whether the message was read. */
  readonly read: (invite: string) => boolean;
}

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
  parse(text: string): { readonly m: readonly unknown[] };
  stringify(sdp: unknown): string;
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

/** The readers that are installed; `note` hears of the others. */
export async function sipReaders(note: (text: string) => void): Promise<readonly SipReader[]> {
  const require = createRequire(import.meta.url);
  const readers: SipReader[] = [];
  const add = async (name: string, open: () => Promise<SipReader["read"]>): Promise<void> => {
    try {
      readers.push({ figure: `sip.parse.vs-${name.replace(" ", "-")}`, name, read: await open() });
    } catch {
      note(`${name} is not installed: no peer beside ours`);
    }
  };
  await add("npm sip", async () => {
    // The package has no types: this function is all that is used of it.
    const sip = require("sip") as PeerSip;
    // The same here.
    const sdp = require("sip/sdp") as PeerSdp;
    return (invite) => {
      const message = sip.parse(invite);
      const session = sdp.parse(message.content);
      if (message.headers.via === undefined || session.m.length !== 1) return false;
      message.content = sdp.stringify(session);
      return isWhole(sip.stringify(message), invite);
    };
  });
  // The two next write only what they made themselves, and read no SDP: the package that browsers'
  // telephones read it with does.
  const sdpTransform = async (): Promise<SdpTransform> =>
    // Its types say less than is used here.
    (await import("sdp-transform")) as unknown as SdpTransform;
  await add("jssip", async () => {
    const sdp = await sdpTransform();
    // Its parser is not part of its types.
    const parser = require("jssip/lib-es5/Parser") as JsSipParser;
    return (invite) => {
      const message = parser.parseMessage(invite, undefined);
      if (message === undefined || message.parseHeader("contact") === undefined) return false;
      return message.from_tag !== "" && sdp.parse(message.body).media.length === 1;
    };
  });
  await add("sip.js", async () => {
    const sdp = await sdpTransform();
    // Its types want a browser's; this is all that is used of them.
    const sipJs = (await import("sip.js")) as unknown as SipJs;
    return (invite) => {
      const message = sipJs.Core.Parser.parseMessage(invite, SILENT_LOGGER);
      if (message === undefined || message.parseHeader("contact") === undefined) return false;
      return message.fromTag !== "" && sdp.parse(message.body).media.length === 1;
    };
  });
  return readers;
}
