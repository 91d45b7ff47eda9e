import { bytesFromLatin1, latin1FromUtf8Text, utf8TextFromLatin1 } from "../base/bytes.ts";
import { printUri, type SipUri } from "../sip/index.ts";
import type { ExchangeConfig } from "./exchange-types.ts";
import type { Binding } from "./location.ts";

/** Whom a Request-URI names: a number, and of its telephones one where it is a GRUU. */
export interface Addressed {
  readonly number: string;
  /** What the GRUU calls the telephone: see {@link grOf}. */
  readonly gr?: string;
  /** Whether it holds for as long alone as that telephone is registered. */
  readonly isTemporary?: true;
  /** Which line behind a private exchange is meant. @see RFC 6140 §7.1.1 */
  readonly sg?: string;
}

/** Telephones that temporary GRUUs are known of; whoever has not asked for longest makes room. */
const PHONES_MAX = 1_000;

/** Hexadecimal digits of the parts of a temporary GRUU. */
const NONCE_DIGITS = 16;
const ID_DIGITS = 8;
const SEAL_DIGITS = 16;

interface Phone {
  readonly user: string;
  readonly gr: string;
  readonly callId: string;
  readonly granted: Granted;
}

/** The GRUUs of a telephone. */
export interface Granted {
  readonly public: string;
  /** The last temporary one. */
  readonly temporary: string;
  /** CSeq number of the REGISTER that was granted the first one that still holds. */
  readonly firstCseq: number;
}

/**
 * URIs that lead to one telephone of a user and to no other. The public one tells of whom it is;
 * nothing is kept for it. A temporary one tells nobody anything: each registration gets a new one,
 * all of them hold for as long as the telephone is registered by the same Call-ID.
 *
 *     public:     sip:101@domain;gr=urn:uuid:…
 *     temporary:  sip:<nonce><number of the telephone, hidden by the nonce><seal>@domain;gr
 *
 * @see RFC 5627 §3.1, §5.1, §5.4
 */
export class Gruus {
  readonly #config: Pick<ExchangeConfig, "domain" | "createToken" | "hashes">;
  /** Once somebody has asked for a temporary one. */
  #secret = "";
  readonly #ids = new Map<string, number>();
  readonly #phones = new Map<number, Phone>();
  #last = 0;

  constructor(config: Pick<ExchangeConfig, "domain" | "createToken" | "hashes">) {
    this.#config = config;
  }

  /** The public one of a contact, or that for all numbers of a private exchange. */
  publicOf(user: string, instance: string, isBulk: boolean): string {
    const params = new Map<string, string | undefined>(isBulk ? [["bnc", undefined]] : []);
    return this.#print(isBulk ? "" : latin1FromUtf8Text(user), params.set("gr", grOf(instance)));
  }

  /**
   * The two of a telephone that registers, with a new temporary one. `wasThere`: it had a
   * registration before this one; those of another Call-ID, or of one that had run out, are worth
   * nothing any more.
   */
  grant(
    user: string,
    instance: string,
    { callId, cseq }: Pick<Binding, "callId" | "cseq">,
    wasThere: boolean,
  ): Granted {
    const gr = grOf(instance);
    const key = `${user} ${gr}`;
    const known = this.#ids.get(key) ?? 0;
    const before = this.#phones.get(known);
    const isSame = wasThere && before?.callId === callId;
    const id = isSame ? known : ++this.#last;
    const granted: Granted = {
      public: this.publicOf(user, instance, false),
      temporary: this.#temporaryOf(id),
      firstCseq: isSame ? before.granted.firstCseq : cseq,
    };
    this.#phones.delete(known);
    this.#ids.set(key, id);
    this.#phones.set(id, { user, gr, callId, granted });
    if (this.#phones.size > PHONES_MAX) this.#forgetFirst();
    return granted;
  }

  /** What a telephone that is registered was granted. @see RFC 5628 §5 */
  grantedTo(
    user: string,
    { instance, callId }: Pick<Binding, "instance" | "callId">,
  ): Granted | undefined {
    if (instance === undefined) return undefined;
    const phone = this.#phones.get(this.#ids.get(`${user} ${grOf(instance)}`) ?? 0);
    return phone?.callId === callId ? phone.granted : undefined;
  }

  #temporaryOf(id: number): string {
    if (this.#secret === "") this.#secret = this.#config.createToken();
    const nonce = this.#digits("nonce", this.#config.createToken(), NONCE_DIGITS);
    const hidden = `${nonce}${this.#hide(id, nonce)}`;
    return this.#print(`${hidden}${this.#seal(hidden)}`, new Map([["gr", undefined]]));
  }

  /** Whom a Request-URI names; `undefined` where it is a temporary one that holds no more. */
  addressed({ user, params }: SipUri): Addressed | undefined {
    const number = utf8TextFromLatin1(user);
    if (!params.has("gr")) return { number };
    const gr = params.get("gr");
    const sg = params.get("sg");
    if (gr !== undefined) return { number, gr, ...(sg === undefined ? {} : { sg }) };
    const hidden = user.slice(0, NONCE_DIGITS + ID_DIGITS);
    if (user.length !== hidden.length + SEAL_DIGITS || this.#secret === "") return undefined;
    if (this.#seal(hidden) !== user.slice(hidden.length)) return undefined;
    const nonce = hidden.slice(0, NONCE_DIGITS);
    const id = Number.parseInt(hidden.slice(NONCE_DIGITS), 16) ^ this.#pad(nonce);
    const phone = this.#phones.get(id >>> 0);
    if (phone === undefined) return undefined;
    return { number: phone.user, gr: phone.gr, isTemporary: true };
  }

  #hide(id: number, nonce: string): string {
    return ((id ^ this.#pad(nonce)) >>> 0).toString(16).padStart(ID_DIGITS, "0");
  }

  #pad(nonce: string): number {
    return Number.parseInt(this.#digits("pad", nonce, ID_DIGITS), 16);
  }

  #seal(hidden: string): string {
    return this.#digits("seal", hidden, SEAL_DIGITS);
  }

  /** Digits that nobody can tell without the secret: all texts of one use are of one length. */
  #digits(use: string, text: string, count: number): string {
    const { sha256 } = this.#config.hashes;
    return sha256(bytesFromLatin1(`${this.#secret} ${use} ${text}`)).slice(0, count);
  }

  #print(user: string, params: ReadonlyMap<string, string | undefined>): string {
    return printUri({ scheme: "sip", user, host: this.#config.domain, params });
  }

  #forgetFirst(): void {
    const [first] = this.#phones;
    if (first === undefined) return;
    const [id, { user, gr }] = first;
    this.#phones.delete(id);
    if (this.#ids.get(`${user} ${gr}`) === id) this.#ids.delete(`${user} ${gr}`);
  }
}

/** What a public GRUU calls a telephone: its instance without the brackets. */
function grOf(instance: string): string {
  return instance.replace(/^<(.*)>$/, "$1");
}

/** What an address is answered where nobody is there. @see RFC 5627 §5.3, §5.4 */
export function absenceOf({ isTemporary }: Addressed): 404 | 480 {
  return isTemporary === true ? 404 : 480;
}

/** Whether a contact is the telephone that is meant. */
export function isMeant({ gr }: Addressed, { instance }: Pick<Binding, "instance">): boolean {
  return gr === undefined || (instance !== undefined && grOf(instance) === gr);
}
