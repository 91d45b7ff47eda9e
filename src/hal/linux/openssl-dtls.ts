import type {
  DtlsAssociation,
  DtlsEngine,
  DtlsKeys,
  DtlsRole,
  DtlsState,
} from "../../base/dtls-engine.ts";
import { invariant } from "../../base/invariant.ts";
import { SRTP_SUITES, type SrtpSuite } from "../../base/srtp-suites.ts";
import { loadKoffi } from "./koffi-binding.ts";
import { DTLS_WHAT, findOpenssl, type OpensslCalls } from "./openssl-library.ts";
import { createOwnCertificate } from "./own-certificate.ts";

/** OpenSSL's names of the suites, and their numbers. @see RFC 5764 §4.1.2, RFC 7714 §14.2 */
const PROFILES: Readonly<
  Partial<Record<SrtpSuite, { readonly name: string; readonly id: number }>>
> = {
  AES_CM_128_HMAC_SHA1_80: { name: "SRTP_AES128_CM_SHA1_80", id: 0x0001 },
  AES_CM_128_HMAC_SHA1_32: { name: "SRTP_AES128_CM_SHA1_32", id: 0x0002 },
  AEAD_AES_128_GCM: { name: "SRTP_AEAD_AES_128_GCM", id: 0x0007 },
  AEAD_AES_256_GCM: { name: "SRTP_AEAD_AES_256_GCM", id: 0x0008 },
};

/** Numbers of OpenSSL's interface. @see OpenSSL 3.0: ssl.h, prov_ssl.h, evp.h */
const SET_MTU = 17;
const SET_SESSION_CACHE = 44;
const HANDLE_TIMEOUT = 74;
const SET_MIN_VERSION = 123;
const DTLS_1_2 = 0xfefd;
const NO_QUERY_MTU = 1 << 12;
const NO_TICKET = 1 << 14;
const NO_RENEGOTIATION = 1 << 30;
const VERIFY_PEER_OR_FAIL = 1 | 2;
const KEY_IS_EC = 408;
const ERROR_WANT_READ = 2;
const ERROR_ZERO_RETURN = 6;
/** Below it a certificate of 1024 bits, as old far ends make them, would not do. */
const SECURITY_LEVEL = 1;
/** With forward secrecy, and what RFC 8827 §6.5 has everybody know. */
const CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES";

/** What a datagram may have: goes through any network without fragments. @see RFC 8200 §5 */
const MTU_BYTES = 1200;
/** What is taken: a datagram of an Ethernet. */
const DATAGRAM_BYTES_MAX = 1500;
/** Most of a certificate that is looked at. */
const CERTIFICATE_BYTES_MAX = 16_384;
/** The head of a record; the last two of its bytes are the length of what follows. */
const RECORD_HEAD_BYTES = 13;
/**
 * The first wait for an answer, doubled each time up to the longest. RFC 6347 §4.2.4.1 has a
 * second, which is a second without voice for each datagram that is lost.
 */
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 4000;
/** OpenSSL rounds its timer, of another clock, by 15 ms; later does no harm. */
const TIMER_SLACK_MS = 20;
/** @see RFC 5764 §4.2 */
const EXPORTER_LABEL = "EXTRACTOR-dtls_srtp";
/** A pointer's bytes, as this machine has it. */
const WORD_BYTES = ["arm", "ia32", "mips", "mipsel", "ppc", "s390"].includes(process.arch) ? 4 : 8;

/**
 * DTLS 1.2 by OpenSSL: that which the runtime itself has, or the system's. Rejects with `PortError`
 * where neither is there, or koffi to call it with. A handshake takes a millisecond or two of
 * arithmetic, and several times that on a small board: in the thread that calls.
 */
export async function loadOpensslDtls(load?: () => Promise<unknown>): Promise<DtlsEngine> {
  const bound = findOpenssl(await loadKoffi(DTLS_WHAT, load));
  const { calls, koffi } = bound;
  const own = createOwnCertificate("tipring");
  // Both are called inside of a call of ours only: what the timer is told is that one's.
  const timer = { waitMs: 0 };
  const trustAny = koffi.register(() => 1, koffi.pointer(koffi.proto("int", ["int", "void *"])));
  const setTimer = koffi.register(
    (_ssl: unknown, lastUs: number) => {
      timer.waitMs = lastUs === 0 ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, lastUs / 500);
      return timer.waitMs * 1000;
    },
    koffi.pointer(koffi.proto("unsigned int", ["void *", "unsigned int"])),
  );
  const context = calls.newContext(calls.method());
  calls.contextControl(context, SET_MIN_VERSION, DTLS_1_2, null);
  calls.contextControl(context, SET_SESSION_CACHE, 0, null);
  calls.setOptions(context, NO_QUERY_MTU | NO_TICKET | NO_RENEGOTIATION);
  calls.setSecurityLevel(context, SECURITY_LEVEL);
  const isReady =
    calls.setCiphers(context, CIPHERS) === 1 &&
    calls.useCertificate(context, own.certificate.length, own.certificate) === 1 &&
    calls.useKey(KEY_IS_EC, context, own.privateKey, own.privateKey.length) === 1;
  invariant(isReady, "OpenSSL takes a key and a certificate of P-256");
  // Whose certificate it is, is told by its fingerprint alone. @see RFC 5763 §5
  calls.setVerify(context, VERIFY_PEER_OR_FAIL, trustAny);
  const view = (at: unknown, length: number): Uint8Array => new Uint8Array(koffi.view(at, length));
  return {
    certificate: own.certificate,
    associate(role, suites) {
      const ssl = calls.open(context);
      calls.setTimer(ssl, setTimer);
      return new OpensslAssociation(calls, ssl, { role, suites, timer, view });
    },
  };
}

interface Making {
  readonly role: DtlsRole;
  readonly suites: readonly SrtpSuite[];
  readonly timer: { waitMs: number };
  readonly view: (at: unknown, length: number) => Uint8Array;
}

/** One association, which lives from `SSL_new` to `SSL_free`. */
class OpensslAssociation implements DtlsAssociation {
  readonly #calls: OpensslCalls;
  readonly #ssl: unknown;
  readonly #in: unknown;
  readonly #out: unknown;
  readonly #making: Making;
  #state: DtlsState = { kind: "handshaking" };
  #waitMs: number | undefined;
  #closed = false;

  constructor(calls: OpensslCalls, ssl: unknown, making: Making) {
    this.#calls = calls;
    this.#ssl = ssl;
    this.#making = making;
    const names = new Set(making.suites.flatMap((suite) => PROFILES[suite]?.name ?? []));
    // It returns 0 where it has taken them; a name that comes twice it does not.
    const isSet = names.size > 0 && calls.setSrtp(ssl, [...names].join(":")) === 0;
    invariant(isSet, "an association has a suite that DTLS can name");
    calls.control(ssl, SET_MTU, MTU_BYTES, null);
    this.#in = calls.newBuffer(calls.memoryMethod());
    this.#out = calls.newBuffer(calls.memoryMethod());
    calls.setBuffers(ssl, this.#in, this.#out);
    if (making.role === "client") calls.beClient(ssl);
    else calls.beServer(ssl);
  }

  get state(): DtlsState {
    return this.#state;
  }

  waitMs(): number | undefined {
    return this.#state.kind === "handshaking" ? this.#waitMs : undefined;
  }

  start(): readonly Uint8Array[] {
    if (this.#making.role === "server") return [];
    return this.#run(() => this.#handshake());
  }

  take(datagram: Uint8Array): readonly Uint8Array[] {
    const { length } = datagram;
    if (length === 0 || length > DATAGRAM_BYTES_MAX) return [];
    return this.#run(() => {
      this.#calls.writeBuffer(this.#in, datagram, length);
      this.#handshake();
      this.#drain();
    });
  }

  timeout(): readonly Uint8Array[] {
    if (this.#state.kind !== "handshaking") return [];
    return this.#run(() => {
      const returned = Number(this.#calls.control(this.#ssl, HANDLE_TIMEOUT, 0, null));
      if (returned < 0) this.#judge(returned);
    });
  }

  close(): readonly Uint8Array[] {
    if (this.#closed) return [];
    const last =
      this.#state.kind === "established"
        ? this.#run(() => void this.#calls.shutdown(this.#ssl))
        : [];
    this.#closed = true;
    if (this.#state.kind !== "failed") this.#state = { kind: "closed" };
    this.#calls.close(this.#ssl);
    return last;
  }

  /** Runs calls into OpenSSL, and gives the datagrams that they wrote. */
  #run(act: () => void): readonly Uint8Array[] {
    if (this.#closed || this.#state.kind === "failed" || this.#state.kind === "closed") return [];
    const { timer } = this.#making;
    timer.waitMs = 0;
    this.#calls.clearErrors();
    act();
    if (timer.waitMs > 0) this.#waitMs = timer.waitMs + TIMER_SLACK_MS;
    const datagrams = datagramsOf(this.#written());
    this.#calls.clearErrors();
    return datagrams;
  }

  #handshake(): void {
    if (this.#state.kind !== "handshaking") return;
    const returned = Number(this.#calls.handshake(this.#ssl));
    if (returned !== 1) {
      this.#judge(returned);
      return;
    }
    const keys = this.#keys();
    const certificate = this.#certificate();
    this.#state =
      keys === undefined || certificate === undefined
        ? { kind: "failed", reason: "no suite of SRTP that both can use" }
        : { kind: "established", keys, certificate };
  }

  /** Takes what is left of a datagram: what was said again, alerts, and data that nobody wants. */
  #drain(): void {
    const room = new Uint8Array(DATAGRAM_BYTES_MAX);
    // Each turn takes a record at least.
    for (let turns = 0; turns < DATAGRAM_BYTES_MAX / RECORD_HEAD_BYTES; turns++) {
      if (this.#state.kind !== "established") return;
      const returned = Number(this.#calls.read(this.#ssl, room, room.length));
      if (returned <= 0) {
        this.#judge(returned);
        return;
      }
    }
  }

  #judge(returned: number): void {
    const error = Number(this.#calls.errorOf(this.#ssl, returned));
    if (error === ERROR_WANT_READ) return;
    if (error === ERROR_ZERO_RETURN) {
      this.#state = { kind: "closed" };
      return;
    }
    const text = this.#calls.errorReason(this.#calls.lastError());
    const why = typeof text === "string" ? text : "the handshake broke off";
    this.#state = { kind: "failed", reason: why };
  }

  #written(): Uint8Array {
    const length = Number(this.#calls.pending(this.#out));
    const bytes = new Uint8Array(length);
    if (length > 0) this.#calls.readBuffer(this.#out, bytes, length);
    return bytes;
  }

  #keys(): DtlsKeys | undefined {
    const profile = this.#calls.srtpProfile(this.#ssl);
    if (profile === null) return undefined;
    // A name and then an unsigned long: { const char *name; unsigned long id; }. @see srtp.h
    const id = this.#making.view(profile, 2 * WORD_BYTES)[WORD_BYTES];
    const suite = this.#making.suites.find((one) => PROFILES[one]?.id === id);
    if (suite === undefined) return undefined;
    const { keyBytes, saltBytes } = SRTP_SUITES[suite];
    const material = new Uint8Array(2 * (keyBytes + saltBytes));
    const label = EXPORTER_LABEL;
    const isThere = this.#calls.exportKeys(
      this.#ssl,
      material,
      material.length,
      label,
      label.length,
      null,
      0,
      0,
    );
    if (isThere !== 1) return undefined;
    // Client's key, server's key, client's salt, server's salt. @see RFC 5764 §4.2
    const masterOf = (side: 0 | 1): Uint8Array => {
      const master = new Uint8Array(keyBytes + saltBytes);
      master.set(material.subarray(side * keyBytes, (side + 1) * keyBytes));
      const salt = 2 * keyBytes + side * saltBytes;
      master.set(material.subarray(salt, salt + saltBytes), keyBytes);
      return master;
    };
    const keys = { suite, client: masterOf(0), server: masterOf(1) };
    material.fill(0);
    return keys;
  }

  #certificate(): Uint8Array | undefined {
    const { peerCertificate, newBuffer, memoryMethod } = this.#calls;
    const certificate = peerCertificate(this.#ssl);
    if (certificate === null) return undefined;
    const buffer = newBuffer(memoryMethod());
    this.#calls.printCertificate(buffer, certificate);
    const length = Math.min(CERTIFICATE_BYTES_MAX, Number(this.#calls.pending(buffer)));
    const bytes = new Uint8Array(length);
    this.#calls.readBuffer(buffer, bytes, length);
    this.#calls.freeBuffer(buffer);
    this.#calls.freeCertificate(certificate);
    return bytes;
  }
}

/** Records, as many to a datagram as it has room for. */
function datagramsOf(records: Uint8Array): readonly Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  let begin = 0;
  for (let at = 0; at + RECORD_HEAD_BYTES <= records.length; ) {
    const length = ((records[at + 11] ?? 0) << 8) | (records[at + 12] ?? 0);
    const end = at + RECORD_HEAD_BYTES + length;
    if (end - begin > MTU_BYTES && at > begin) {
      datagrams.push(records.subarray(begin, at));
      begin = at;
    }
    at = end;
  }
  if (begin < records.length) datagrams.push(records.subarray(begin));
  return datagrams;
}
