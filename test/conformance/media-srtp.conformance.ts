import { describe, expect, it } from "vitest";
import { hexFromBytes, latin1FromBytes } from "../../src/base/bytes.ts";
import { ciphers } from "../../src/hal/node/index.ts";
import { CounterModeTransform } from "../../src/media/rtp/srtp/counter-mode.ts";
import { GcmTransform } from "../../src/media/rtp/srtp/gcm.ts";
import { deriveKeys } from "../../src/media/rtp/srtp/session-keys.ts";
import { vectorFolder } from "./media-vectors.ts";

const vectors = vectorFolder("media/srtp");
const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.replace(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const EMPTY = new Uint8Array(0);

/** The salt of every example. @see RFC 7714 §16 ("Quid pro quo") */
const SALT = bytesOf("517569642070726f2071756f");
const RTCP_INDEX = 0x5d4;

/** What one example of the RFC shows. */
interface Example {
  readonly title: string;
  readonly transform: GcmTransform;
  /** The tag alone: nothing is encrypted. */
  readonly isTagOnly: boolean;
  readonly plain: Uint8Array;
  readonly sealed: Uint8Array;
}

/** The hexadecimal block that follows these words. */
function blockAfter(text: string, words: RegExp): Uint8Array | undefined {
  const found = words.exec(text);
  if (found === null) return undefined;
  const block = /^\s*((?:\s+[0-9a-f]{2,8})+)\s*$/m.exec(text.slice(found.index + found[0].length));
  return block?.[1] === undefined ? undefined : bytesOf(block[1]);
}

/** The examples of a file: what is opened is the packet that the first of them seals. */
function examplesOf(name: string): readonly Example[] {
  const text = latin1FromBytes(vectors.read(name));
  const plain = blockAfter(text, /Encrypting the following packet:/) ?? EMPTY;
  const starts = [...text.matchAll(/^1[67]\.\d.*_GCM .*$/gm)];
  return starts.map(({ 0: title, index }, at) => {
    const section = text.slice(index, starts[at + 1]?.index);
    const key = bytesOf(/Key: ([0-9a-f ]+(?:\n +(?:[0-9a-f]{2} ?){16})?)/.exec(section)?.[1] ?? "");
    const keys = { encryption: key, authentication: EMPTY, salt: SALT };
    const sealed =
      blockAfter(section, /ncrypted and tagged packet:|Tagged packet:/) ??
      blockAfter(section, /(?:Decrypting|Verifying) the following packet:/);
    return {
      title,
      transform: new GcmTransform({ rtp: keys, rtcp: keys }, ciphers),
      isTagOnly: /Tagging Only|Authentication Tagging|Tag Verification/.test(title),
      plain,
      sealed: sealed ?? EMPTY,
    };
  });
}

const HEADER_BYTES = 12;
const RTP_INDEX = 0xf17b;

describe.skipIf(!vectors.available)("[media.srtp] RFC 7714", () => {
  const rtp = vectors.available ? examplesOf("rtp-vectors.txt") : [];
  const rtcp = vectors.available ? examplesOf("rtcp-vectors.txt") : [];

  it("has eight RTP and four RTCP examples, each with its packets", () => {
    expect(rtp.map(({ sealed }) => sealed.length)).toEqual(Array(8).fill(66));
    expect(rtcp.map(({ sealed }) => sealed.length)).toEqual(Array(4).fill(72));
  });

  it.each(rtp)("$title", ({ transform, isTagOnly, plain, sealed }) => {
    const headerBytes = isTagOnly ? plain.length : HEADER_BYTES;
    const out = new Uint8Array(100);
    const length = transform.protectRtp(plain, headerBytes, RTP_INDEX, out);
    expect(hexFromBytes(out.subarray(0, length))).toBe(hexFromBytes(sealed));
    const opened = transform.openRtp(sealed, headerBytes, RTP_INDEX, out);
    expect(hexFromBytes(out.subarray(0, opened))).toBe(hexFromBytes(plain));
  });

  it.each(rtcp)("$title", ({ transform, isTagOnly, plain, sealed }) => {
    const out = new Uint8Array(100);
    const length = transform.protectRtcp(plain, RTCP_INDEX, !isTagOnly, out);
    expect(hexFromBytes(out.subarray(0, length))).toBe(hexFromBytes(sealed));
    const opened = transform.openRtcp(sealed, out);
    expect(hexFromBytes(out.subarray(0, opened))).toBe(hexFromBytes(plain));
  });
});

describe("[media.srtp] RFC 3711", () => {
  /** The answer of counter mode to zeros is its key stream. */
  it("B.2: the key stream of AES in counter mode", () => {
    const keys = {
      encryption: bytesOf("2B7E151628AED2A6ABF7158809CF4F3C"),
      authentication: new Uint8Array(20),
      salt: bytesOf("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"),
    };
    const transform = new CounterModeTransform({ rtp: keys, rtcp: keys }, 4, ciphers);
    const packet = new Uint8Array(12 + 48);
    packet[0] = 0x80;
    const out = new Uint8Array(100);
    transform.protectRtp(packet, 12, 0, out);
    expect(hexFromBytes(out.subarray(12, 60)).toUpperCase()).toBe(
      "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB" +
        "41E95B3BB0A2E8DD477901E4FCA894C0",
    );
  });

  it("B.3: the session keys of a master key", () => {
    const master = bytesOf("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6");
    const { rtp } = deriveKeys("AES_CM_128_HMAC_SHA1_80", master, ciphers);
    expect(hexFromBytes(rtp.encryption)).toBe("c61e7a93744f39ee10734afe3ff7a087");
    expect(hexFromBytes(rtp.salt)).toBe("30cbbc08863d8c85d49db34a9ae1");
    expect(hexFromBytes(rtp.authentication)).toBe("cebe321f6ff7716b6fd4ab49af256a156d38baa4");
  });
});
