import { bytesFromLatin1, latin1FromBytes } from "../base/bytes.ts";
import type { DtlsAssociation, DtlsEngine, DtlsRole, DtlsState } from "../base/dtls-engine.ts";
import { type SrtpSuite, srtpMasterBytes } from "../base/srtp-suites.ts";

/** How long it waits before it says something again. */
const SCRIPTED_WAIT_MS = 400;
const HEAD = [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const GOODBYE = Uint8Array.of(21, 0xfe, 0xfd, 1, 0);
/** What they say, in turns: the client's, the server's, … */
const HELLO = 1;
const SERVER_HELLO = 2;
const FINISHED = 20;
const SERVER_FINISHED = 21;

/**
 * DTLS without its arithmetic, for tests: four datagrams in turns, which look like it, tell the
 * certificate of who sends them, and lead to keys that both can tell from the first two.
 */
export class ScriptedDtls implements DtlsEngine {
  readonly certificate: Uint8Array;
  /** Associations that were made, and those that were not closed yet. */
  made = 0;
  open = 0;
  /** With it, every handshake fails at its first datagram. */
  readonly #fault: string | undefined;
  readonly #shown: string;

  /**
   * @param name of the certificate
   * @param shown of the certificate that it shows in handshakes, where that is another
   */
  constructor(name: string, fault?: string, shown = name) {
    this.certificate = bytesFromLatin1(name);
    this.#fault = fault;
    this.#shown = shown;
  }

  associate(role: DtlsRole, suites: readonly SrtpSuite[]): DtlsAssociation {
    const [suite] = suites;
    if (suite === undefined) throw new Error("no suite");
    this.made++;
    this.open++;
    const name = `${this.#shown} ${this.made}`;
    return new ScriptedAssociation(name, role, suite, this.#fault, () => {
      this.open--;
    });
  }
}

class ScriptedAssociation implements DtlsAssociation {
  state: DtlsState = { kind: "handshaking" };
  readonly #name: string;
  readonly #role: DtlsRole;
  readonly #suite: SrtpSuite;
  readonly #fault: string | undefined;
  readonly #closed: () => void;
  #peer = "";
  #last: readonly Uint8Array[] = [];
  #isClosed = false;

  constructor(
    name: string,
    role: DtlsRole,
    suite: SrtpSuite,
    fault: string | undefined,
    closed: () => void,
  ) {
    this.#name = name;
    this.#role = role;
    this.#suite = suite;
    this.#fault = fault;
    this.#closed = closed;
  }

  start(): readonly Uint8Array[] {
    return this.#role === "client" ? this.#say(HELLO) : [];
  }

  take(bytes: Uint8Array): readonly Uint8Array[] {
    if (this.#isClosed) throw new Error("it was closed");
    if (bytes[0] === GOODBYE[0]) {
      if (this.state.kind === "established") this.state = { kind: "closed" };
      return [];
    }
    if (bytes[0] !== HEAD[0] || bytes.length <= HEAD.length) return [];
    if (this.#fault !== undefined) {
      this.state = { kind: "failed", reason: this.#fault };
      return [];
    }
    const name = latin1FromBytes(bytes.subarray(HEAD.length + 1));
    switch (`${this.#role} ${bytes[HEAD.length]}`) {
      case `server ${HELLO}`:
        if (this.#peer !== "" && this.#peer !== name) return [];
        this.#peer = name;
        return this.state.kind === "handshaking" ? this.#say(SERVER_HELLO) : [];
      case `client ${SERVER_HELLO}`:
        if (this.state.kind !== "handshaking") return [];
        this.#peer = name;
        return this.#say(FINISHED);
      case `server ${FINISHED}`:
        if (name !== this.#peer) return [];
        this.#done();
        return this.#say(SERVER_FINISHED);
      case `client ${SERVER_FINISHED}`:
        if (name === this.#peer) this.#done();
        return [];
      default:
        return [];
    }
  }

  waitMs(): number | undefined {
    const waits = this.state.kind === "handshaking" && this.#last.length > 0;
    return waits ? SCRIPTED_WAIT_MS : undefined;
  }

  timeout(): readonly Uint8Array[] {
    return this.#last;
  }

  close(): readonly Uint8Array[] {
    if (this.#isClosed) throw new Error("it was closed twice");
    this.#isClosed = true;
    this.#closed();
    return this.state.kind === "established" ? [GOODBYE] : [];
  }

  #say(kind: number): readonly Uint8Array[] {
    this.#last = [Uint8Array.from([...HEAD, kind, ...bytesFromLatin1(this.#name)])];
    return this.#last;
  }

  #done(): void {
    if (this.state.kind !== "handshaking") return;
    const [client, server] =
      this.#role === "client" ? [this.#name, this.#peer] : [this.#peer, this.#name];
    const keyOf = (text: string): Uint8Array => {
      const letters = bytesFromLatin1(text);
      const length = srtpMasterBytes(this.#suite);
      return Uint8Array.from({ length }, (_, at) => (letters[at % letters.length] ?? 0) + at);
    };
    this.state = {
      kind: "established",
      keys: {
        suite: this.#suite,
        client: keyOf(`${client} to ${server}`),
        server: keyOf(`${server} to ${client}`),
      },
      certificate: bytesFromLatin1(this.#peer.split(" ")[0] ?? ""),
    };
  }
}
