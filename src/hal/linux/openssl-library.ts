import { PortError } from "../../base/port-fault.ts";
import {
  hasCallbacks,
  type Koffi,
  type KoffiCallbacks,
  type NativeFunction,
} from "./koffi-binding.ts";

/** What the functions are wanted for. */
export const DTLS_WHAT = "keys by DTLS";

/** The functions that are used. @see OpenSSL 3.0: ssl.h, srtp.h, bio.h, x509.h, err.h */
const PROTOTYPES = {
  method: "void *DTLS_method()",
  newContext: "void *SSL_CTX_new(void *method)",
  contextControl: "long SSL_CTX_ctrl(void *ctx, int command, long number, void *more)",
  setOptions: "uint64_t SSL_CTX_set_options(void *ctx, uint64_t options)",
  setSecurityLevel: "void SSL_CTX_set_security_level(void *ctx, int level)",
  setCiphers: "int SSL_CTX_set_cipher_list(void *ctx, const char *names)",
  useCertificate: "int SSL_CTX_use_certificate_ASN1(void *ctx, int length, const void *der)",
  useKey: "int SSL_CTX_use_PrivateKey_ASN1(int type, void *ctx, const void *der, long length)",
  setVerify: "void SSL_CTX_set_verify(void *ctx, int mode, void *callback)",
  open: "void *SSL_new(void *ctx)",
  close: "void SSL_free(void *ssl)",
  control: "long SSL_ctrl(void *ssl, int command, long number, void *more)",
  setTimer: "void DTLS_set_timer_cb(void *ssl, void *callback)",
  setSrtp: "int SSL_set_tlsext_use_srtp(void *ssl, const char *profiles)",
  setBuffers: "void SSL_set_bio(void *ssl, void *in, void *out)",
  beClient: "void SSL_set_connect_state(void *ssl)",
  beServer: "void SSL_set_accept_state(void *ssl)",
  handshake: "int SSL_do_handshake(void *ssl)",
  read: "int SSL_read(void *ssl, void *bytes, int length)",
  shutdown: "int SSL_shutdown(void *ssl)",
  errorOf: "int SSL_get_error(const void *ssl, int returned)",
  srtpProfile: "void *SSL_get_selected_srtp_profile(void *ssl)",
  exportKeys:
    "int SSL_export_keying_material(void *ssl, void *out, size_t length, const char *label, " +
    "size_t labelLength, const void *context, size_t contextLength, int hasContext)",
  peerCertificate: "void *SSL_get1_peer_certificate(const void *ssl)",
  printCertificate: "int i2d_X509_bio(void *bio, void *certificate)",
  freeCertificate: "void X509_free(void *certificate)",
  memoryMethod: "const void *BIO_s_mem()",
  newBuffer: "void *BIO_new(const void *method)",
  freeBuffer: "int BIO_free(void *bio)",
  pending: "size_t BIO_ctrl_pending(void *bio)",
  readBuffer: "int BIO_read(void *bio, void *bytes, int length)",
  writeBuffer: "int BIO_write(void *bio, const void *bytes, int length)",
  clearErrors: "void ERR_clear_error()",
  lastError: "unsigned long ERR_peek_last_error()",
  errorReason: "const char *ERR_reason_error_string(unsigned long error)",
} as const;

/** OpenSSL's functions, by what they do. */
export type OpensslCalls = Readonly<Record<keyof typeof PROTOTYPES, NativeFunction>>;

/**
 * Where they are: most builds of the runtime bring OpenSSL along for their own TLS and let others
 * call it, so that there is one copy of it, as new as the runtime; else the system has it.
 */
const PLACES = [[null], ["libssl.so.3", "libcrypto.so.3"]] as const;

/** Looks them up. @throws PortError `not-found` */
export function findOpenssl(koffi: Koffi): {
  readonly calls: OpensslCalls;
  readonly koffi: KoffiCallbacks;
} {
  for (const place of PLACES) {
    try {
      // Two copies of OpenSSL in one program must not call each other's halves.
      const libraries = place.map((name) => koffi.load(name, { deep: name !== null }));
      const find = (text: string): NativeFunction => {
        for (const [at, library] of libraries.entries()) {
          try {
            return library.func(text);
          } catch (error) {
            if (at === libraries.length - 1) throw error;
          }
        }
        throw new TypeError("no library");
      };
      const bound = Object.entries(PROTOTYPES).map(([name, text]) => [name, find(text)]);
      if (!hasCallbacks(koffi)) throw new TypeError("koffi without callbacks");
      // Every name of the table has become a function.
      return { calls: Object.fromEntries(bound) as OpensslCalls, koffi };
    } catch {
      // The next place, then.
    }
  }
  throw new PortError({
    kind: "not-found",
    what: `${DTLS_WHAT} through OpenSSL 3 (libssl.so.3)`,
    advice: "install libssl3 (apt-get), or take dtls out of rtp.srtpKeys",
  });
}
