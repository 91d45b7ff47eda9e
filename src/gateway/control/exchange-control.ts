import type { MediaCommand, MediaEvent } from "../../base/media-messages.ts";
import {
  createExchange,
  EXCHANGE_EVENTS,
  type Exchange,
  type ExchangeInput,
  type ExchangeOutput,
  RELAYED_METHODS,
} from "../../exchange/index.ts";
import type { UaEvent, UserAgentLoad } from "../../sip/index.ts";
import { CoreRunner } from "../core-runner.ts";
import type { RunQueue } from "../run-queue.ts";
import type { ControlConfig, ControlExchangeConfig } from "./control-config.ts";
import type { MemoryBus } from "./memory-bus.ts";
import type { SipNetworkConfig } from "./sip-network.ts";
import { SipShell, type SipShellPorts } from "./sip-shell.ts";

/** Limits on the leases the registrar gives, seconds. */
const EXPIRES_MIN_S = 60;
const EXPIRES_MAX_S = 3600;

/** What the exchange asks of the plane around it. */
export interface ExchangeControlSinks {
  media(owner: ExchangeControl, command: MediaCommand): void;
}

/** The embedded exchange with its own SIP stack. Lines reach it by SIP alone. */
export class ExchangeControl {
  /** Its stack's name on the memory bus. */
  static readonly busName = "exchange";
  readonly #sip: SipShell;
  readonly #runner: CoreRunner<ExchangeInput, ExchangeOutput>;
  readonly #sinks: ExchangeControlSinks;
  readonly #ports: SipShellPorts;
  readonly #core: Exchange;

  private constructor(
    sip: SipShell,
    core: Exchange,
    runner: (carry: (output: ExchangeOutput) => void) => CoreRunner<ExchangeInput, ExchangeOutput>,
    ports: SipShellPorts,
    sinks: ExchangeControlSinks,
  ) {
    this.#sip = sip;
    this.#core = core;
    this.#sinks = sinks;
    this.#ports = ports;
    this.#runner = runner((output) => this.#carry(output));
  }

  static async open(
    config: ControlExchangeConfig,
    network: SipNetworkConfig,
    box: Pick<ControlConfig, "userAgentName" | "sessionTimer" | "sessionIds">,
    ports: SipShellPorts,
    queue: RunQueue,
    bus: MemoryBus,
    sinks: ExchangeControlSinks,
  ): Promise<ExchangeControl> {
    let opened: ExchangeControl | undefined;
    let core: Exchange | undefined;
    const { guard } = config;
    const sip = await SipShell.open(
      {
        name: ExchangeControl.busName,
        network,
        answersWhereHeard: true,
        userAgentName: `${box.userAgentName} exchange`,
        ...(box.sessionTimer === undefined ? {} : { sessionTimer: box.sessionTimer }),
        ...(box.sessionIds === undefined ? {} : { sessionIds: box.sessionIds }),
        screen: (request, source, nowMs) => core?.screen(request, source, nowMs),
        trusts: (source) => core?.isKnownAt(source) === true,
        findTicket: (dialog) => core?.findTicket(dialog),
        ...(guard === undefined ? {} : { guard: { ...guard, isTrusted: () => false } }),
        serves: ["REGISTER", ...RELAYED_METHODS],
        tells: EXCHANGE_EVENTS,
        // @see RFC 5627 §5.1, RFC 6140 §5.1
        extensions: [
          "gruu",
          ...(config.users.some(({ numbers }) => numbers !== undefined) ? ["gin"] : []),
        ],
        acceptAnyUser: true,
      },
      ports,
      queue,
      bus,
      (event) => opened?.uaEvent(event),
    );
    const made = createExchange({
      domain: config.domain,
      addresses: [network.listen, network.listen6].flatMap((at) => (at ? [at.host] : [])),
      users: config.users,
      ...(config.digestAlgorithms === undefined
        ? {}
        : { digestAlgorithms: config.digestAlgorithms }),
      ...(config.voicemail === undefined ? {} : { voicemail: config.voicemail }),
      ...(config.pickup === undefined ? {} : { pickup: config.pickup }),
      ...(config.retrieveCode === undefined ? {} : { retrieveCode: config.retrieveCode }),
      ...(config.digestQop === undefined ? {} : { digestQop: config.digestQop }),
      authenticate: true,
      minExpiresS: EXPIRES_MIN_S,
      maxExpiresS: EXPIRES_MAX_S,
      createToken: ports.createToken,
      hashes: ports.hashes,
    });
    core = made;
    opened = new ExchangeControl(
      sip,
      made,
      (carry) => new CoreRunner(made, ports.clock, queue, carry),
      ports,
      sinks,
    );
    return opened;
  }

  /** Where IP phones reach it. */
  get listening(): SipShell["listening"] {
    return this.#sip.listening;
  }

  /** What its SIP stack keeps, and the calls that it joins or answers itself. */
  get load(): UserAgentLoad & { readonly calls: number } {
    return { ...this.#sip.load, calls: this.#core.calls };
  }

  /** From the exchange's SIP stack, inside the queue. */
  uaEvent(event: UaEvent): void {
    this.#runner.feed({ kind: "ua", event });
  }

  mediaEvent(event: MediaEvent): void {
    this.#runner.feed({ kind: "media", event });
  }

  /** Ends the calls and says good-bye to who watches; telephones may still sign off. */
  stop(): void {
    this.#runner.feed({ kind: "stop" });
  }

  close(): void {
    this.#runner.stop();
    this.#sip.close();
  }

  #carry(output: ExchangeOutput): void {
    switch (output.kind) {
      case "ua":
        this.#sip.command(output.command);
        return;
      case "media":
        this.#sinks.media(this, output.command);
        return;
      case "log":
        this.#ports.log(output.event);
        return;
      case "record":
        return;
    }
  }
}
