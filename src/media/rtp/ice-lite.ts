import type { SocketAddress } from "../../base/address.ts";
import { bytesFromLatin1, latin1FromBytes } from "../../base/bytes.ts";
import type { IceSession } from "../../base/media-messages.ts";
import {
  parseStun,
  printStun,
  STUN_ATTRIBUTE,
  STUN_BINDING,
  stunAttribute,
  xorAddress,
} from "../../base/stun/stun-message.ts";
import {
  checkFingerprint,
  checkIntegrity,
  withFingerprint,
  withIntegrity,
} from "../../base/stun/stun-seal.ts";
import { HmacSha1 } from "./srtp/hmac-sha1.ts";

/** What a check of the far end means to us. */
export interface IceAnswer {
  /** To be sent back where the check came from. */
  readonly reply: Uint8Array;
  /** The far end has chosen this way: our voice goes there. @see RFC 8445 §7.3.1.5 */
  readonly isNominated: boolean;
}

/**
 * Our side of ICE, the lite one: we have one address, answer the far end's checks, and follow what
 * it chooses. A check that is not authentic gets no answer.
 *
 *    far end ── binding request: our name and theirs, tag by our password ──▶ us
 *            ◀── success: the address it came from ──
 *            ── the same with USE-CANDIDATE ──▶ nominated
 *
 * @see RFC 8445 §2.5, §7.3
 */
export class IceLite {
  readonly #ice: IceSession;
  readonly #key: Uint8Array;

  constructor(ice: IceSession) {
    this.#ice = ice;
    this.#key = bytesFromLatin1(ice.local.password);
  }

  /** Answers a STUN message that came to our port; undefined where it is none of ours. */
  answer(bytes: Uint8Array, from: SocketAddress): IceAnswer | undefined {
    const parsed = parseStun(bytes);
    if (!parsed.ok) return undefined;
    const request = parsed.value;
    if (request.kind !== "request" || request.method !== STUN_BINDING) return undefined;
    const name = stunAttribute(request, STUN_ATTRIBUTE.username);
    const { local, remoteUfrag } = this.#ice;
    if (name === undefined || latin1FromBytes(name) !== `${local.ufrag}:${remoteUfrag}`) {
      return undefined;
    }
    if (checkIntegrity(bytes, this.#key, hmac) !== true) return undefined;
    if (checkFingerprint(bytes) === false) return undefined;
    const value = xorAddress(from, request.transaction);
    if (value === undefined) return undefined;
    const plain = printStun({
      kind: "success",
      method: STUN_BINDING,
      transaction: request.transaction,
      attributes: [{ type: STUN_ATTRIBUTE.xorMappedAddress, value }],
    });
    return {
      reply: withFingerprint(withIntegrity(plain, this.#key, hmac)),
      isNominated: stunAttribute(request, STUN_ATTRIBUTE.useCandidate) !== undefined,
    };
  }
}

function hmac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const hash = new HmacSha1(key);
  hash.begin();
  hash.update(bytes);
  return hash.finish().slice();
}
