import type { FaxFlow } from "../../base/media-messages.ts";
import { err, ok, type Result } from "../../base/result.ts";
import {
  type BodyOrigin,
  type OfferAnswerError,
  parseBody,
  refused,
  sessionLines,
} from "./body.ts";
import { printSdp, type Sdp, type SdpLine, type SdpMedia } from "./sdp.ts";
import { streamAddress } from "./stream.ts";
import { isOurKind } from "./transport.ts";

/** What our gateway can do. */
export interface T38Ability {
  /** The highest version. */
  readonly version: FaxFlow["version"];
  readonly maxBitRate: number;
  /** The best recovery that we are willing to do. */
  readonly correction: FaxFlow["correction"];
  /** Whether fill bits may be left out on the way. */
  readonly fillBitRemoval: boolean;
  /** The longest datagram that far ends take, where they are not to be believed. */
  readonly farDatagram?: number;
}

/** What we are willing to do in a session that is a fax. */
export interface FaxOffer extends BodyOrigin {
  readonly t38: T38Ability;
}

/** The rates of an image, bit/s, ascending: none above, since V.34 is not among our modems. */
const BIT_RATES = [2400, 4800, 7200, 9600, 12_000, 14_400] as const;
/** What our receiver takes: a datagram below the smallest common MTU. */
const MAX_DATAGRAM = 1400;
/** Bytes that we may be ahead of the machine at the line. */
const MAX_BUFFER = 2000;
/** What a far end is taken to take that does not say, or says nonsense: a common value. */
const DEFAULT_DATAGRAM = 400;

const CORRECTIONS = {
  none: "t38UDPNoEC",
  redundancy: "t38UDPRedundancy",
  fec: "t38UDPFEC",
} as const;
const RATE_MANAGEMENTS = { transferred: "transferredTCF", local: "localTCF" } as const;

/** What an m-line says of its T.38. */
interface T38Parameters {
  readonly version: number;
  readonly maxBitRate: number;
  readonly rateManagement: FaxFlow["rateManagement"];
  readonly maxDatagram: number;
  readonly correction: FaxFlow["correction"];
  readonly fillBitRemoval: boolean;
}

/** Whether a stream is T.38 over UDPTL, and open. @see RFC 3362, ITU-T T.38 Annex D.2.3 */
function isT38(stream: SdpMedia): boolean {
  return (
    stream.media === "image" &&
    stream.port !== 0 &&
    stream.protocol.toLowerCase() === "udptl" &&
    stream.formats.some((format) => format.toLowerCase() === "t38")
  );
}

/**
 * Whether a body asks for T.38: the first of its streams that could be taken is one. A body that
 * has voice before it asks for voice.
 */
export function asksForFax(body: string): boolean {
  const parsed = parseBody(body);
  if (!parsed.ok) return false;
  const first = parsed.value.media.find((stream) => isT38(stream) || isOurKind(stream));
  return first !== undefined && isT38(first);
}

/**
 * The body of our offer of T.38: one stream, in the place of the voice, at its port.
 * @see RFC 3264 §8.3.3, ITU-T T.38 Annex D.2
 */
export function createFaxOffer(ours: FaxOffer): string {
  const { t38 } = ours;
  const rateManagement = "transferred";
  const stream = faxStream(ours, { ...t38, rateManagement });
  return printSdp({ lines: sessionLines(ours, [{ type: "t", value: "0 0" }]), media: [stream] });
}

/** Answers an offer of T.38: every other stream is refused with port 0 in its place. */
export function answerFaxOffer(
  body: string,
  ours: FaxOffer,
): Result<{ readonly body: string; readonly flow: FaxFlow }, OfferAnswerError> {
  const parsed = parseBody(body);
  if (!parsed.ok) return parsed;
  const sdp = parsed.value;
  const stream = sdp.media.find(isT38);
  const flow = stream === undefined ? NO_FAX : flowOf(sdp, stream, ours);
  if (!flow.ok) return flow;
  const image = faxStream(ours, flow.value);
  const times = sdp.lines.filter(({ type }) => type === "t");
  const lines = sessionLines(ours, times.length > 0 ? times : [{ type: "t", value: "0 0" }]);
  const media = sdp.media.map((offered) => (offered === stream ? image : refused(offered)));
  return ok({ body: printSdp({ lines, media }), flow: flow.value });
}

/** Reads the answer to our offer of T.38. */
export function acceptFaxAnswer(body: string, ours: FaxOffer): Result<FaxFlow, OfferAnswerError> {
  const parsed = parseBody(body);
  if (!parsed.ok) return parsed;
  const [stream] = parsed.value.media;
  return stream === undefined || !isT38(stream) ? NO_FAX : flowOf(parsed.value, stream, ours);
}

const NO_FAX = err<OfferAnswerError>({ kind: "no-audio", detail: "no open stream of T.38" });

/** What both can: of each the less. */
function flowOf(sdp: Sdp, stream: SdpMedia, ours: FaxOffer): Result<FaxFlow, OfferAnswerError> {
  const address = streamAddress(sdp, stream, ours.local);
  if (address === undefined || address.held) {
    return err({ kind: "bad-address", detail: "no address of our family to send T.38 to" });
  }
  const theirs = parametersOf(stream);
  const { t38 } = ours;
  return ok({
    remote: address.rtp,
    version: versionOf(Math.min(theirs.version, t38.version)),
    maxBitRate: rateOf(Math.min(theirs.maxBitRate, t38.maxBitRate)),
    rateManagement: theirs.rateManagement,
    maxDatagram: t38.farDatagram ?? theirs.maxDatagram,
    correction: lesser(theirs.correction, t38.correction),
    fillBitRemoval: theirs.fillBitRemoval && t38.fillBitRemoval,
  });
}

function versionOf(number: number): FaxFlow["version"] {
  return number >= 3 ? 3 : number >= 2 ? 2 : number >= 1 ? 1 : 0;
}

function rateOf(most: number): number {
  return BIT_RATES.findLast((rate) => rate <= most) ?? BIT_RATES[0];
}

function lesser(one: FaxFlow["correction"], other: FaxFlow["correction"]): FaxFlow["correction"] {
  if (one === "none" || other === "none") return "none";
  return one === "fec" && other === "fec" ? "fec" : "redundancy";
}

/**
 * Reads the attributes. Names and values are taken in any case, since devices differ; what is not
 * there has its default, and what makes no sense is not there.
 */
function parametersOf({ lines }: SdpMedia): T38Parameters {
  const corrections = valuesOf(lines, "T38FaxUdpEC");
  const has = (name: keyof typeof CORRECTIONS): boolean =>
    corrections.includes(CORRECTIONS[name].toLowerCase());
  return {
    version: numberOf(lines, "T38FaxVersion") ?? 0,
    maxBitRate: numberOf(lines, "T38MaxBitRate") ?? Number.POSITIVE_INFINITY,
    rateManagement: valuesOf(lines, "T38FaxRateManagement").includes("localtcf")
      ? "local"
      : "transferred",
    maxDatagram: numberOf(lines, "T38FaxMaxDatagram") || DEFAULT_DATAGRAM,
    // Redundancy is what everybody must know, and costs one that does not use it nothing.
    correction: has("fec") ? "fec" : has("none") && !has("redundancy") ? "none" : "redundancy",
    fillBitRemoval: flagOf(lines, "T38FaxFillBitRemoval"),
  };
}

/** The values of an attribute, in lower case; an empty text for one without. */
function valuesOf(lines: readonly SdpLine[], name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return lines.flatMap(({ type, value }) => {
    if (type !== "a") return [];
    const [head = "", ...rest] = value.toLowerCase().split(":");
    return head.trim() === wanted ? [rest.join(":").trim()] : [];
  });
}

/** A number of at most five digits, or undefined where there is none. */
function numberOf(lines: readonly SdpLine[], name: string): number | undefined {
  const [text] = valuesOf(lines, name);
  return text !== undefined && /^[0-9]{1,5}$/.test(text) ? Number(text) : undefined;
}

/** There, and not 0, as some devices write what is not. */
function flagOf(lines: readonly SdpLine[], name: string): boolean {
  const [text] = valuesOf(lines, name);
  return text !== undefined && text !== "0";
}

/** MMR and JBIG are never named: the gateway does not transcode. */
function faxStream(
  { local }: FaxOffer,
  agreed: Pick<
    FaxFlow,
    "version" | "maxBitRate" | "rateManagement" | "correction" | "fillBitRemoval"
  >,
): SdpMedia {
  const lines = [
    `T38FaxVersion:${agreed.version}`,
    `T38MaxBitRate:${agreed.maxBitRate}`,
    ...(agreed.fillBitRemoval ? ["T38FaxFillBitRemoval"] : []),
    `T38FaxRateManagement:${RATE_MANAGEMENTS[agreed.rateManagement]}`,
    `T38FaxMaxBuffer:${MAX_BUFFER}`,
    `T38FaxMaxDatagram:${MAX_DATAGRAM}`,
    `T38FaxUdpEC:${CORRECTIONS[agreed.correction]}`,
  ];
  return {
    media: "image",
    port: local.port,
    protocol: "udptl",
    formats: ["t38"],
    lines: lines.map((value) => ({ type: "a", value })),
  };
}
