import type { DtlsEngine } from "../base/dtls-engine.ts";
import type { Hashes } from "../base/hashes.ts";
import type { WallTime } from "../call/index.ts";
import type { BoxEvent } from "../gateway/control/box-events.ts";
import { ChoiceKeeper } from "../gateway/control/choice-keeper.ts";
import { ControlPlane } from "../gateway/control/control-plane.ts";
import { DiversionKeeper } from "../gateway/control/diversion-keeper.ts";
import { withDtls } from "../gateway/control/dtls-desk.ts";
import { instanceOf } from "../gateway/control/instance-id.ts";
import { RecordKeeper } from "../gateway/control/record-keeper.ts";
import { createTokenSource } from "../gateway/control/token.ts";
import type { RealtimeHost } from "../gateway/realtime/host.ts";
import type { Clock } from "../hal/ports/clock.ts";
import type { LogSink } from "../hal/ports/log-sink.ts";
import type { Resolver, Streams, Udp } from "../hal/ports/net.ts";
import type { Random } from "../hal/ports/random.ts";
import type { Store } from "../hal/ports/store.ts";
import type { BoxConfig } from "./config/box-config.ts";

/** The outside of a box, real or simulated. */
export interface BoxPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly udp: Udp;
  readonly streams: Streams;
  readonly resolver: Resolver;
  readonly store: Store;
  readonly hashes: Hashes;
  readonly realtime: RealtimeHost;
  /** Keys by DTLS; without it there are none. */
  readonly dtls?: DtlsEngine;
  readonly wallTime: (wallMs: number) => WallTime;
  readonly log: LogSink;
  /** Whoever watches: the prompt, a test. */
  readonly onEvent: (event: BoxEvent) => void;
}

/** A running box. */
export type Box = Pick<
  ControlPlane,
  "status" | "load" | "board" | "stop" | "exchangeAddress" | "networkChanged"
>;

/**
 * Wires a box and starts it. The product and the simulator call this same function; they differ
 * in the ports alone.
 */
export async function compose(config: BoxConfig, ports: BoxPorts): Promise<Box> {
  const { clock, udp, streams, resolver, hashes, dtls, log, wallTime, onEvent } = ports;
  const realtime =
    dtls === undefined
      ? ports.realtime
      : withDtls(ports.realtime, { engine: dtls, hashes, clock, log });
  const instance = await instanceOf(ports.store, ports.random, log);
  const keepers = {
    diversions: await DiversionKeeper.open(ports.store, log),
    choices: await ChoiceKeeper.open(ports.store, log),
  };
  const records = new RecordKeeper(ports);
  const plane = await ControlPlane.start(config.control, config.realtime, {
    instance,
    clock,
    udp,
    streams,
    resolver,
    hashes,
    realtime,
    log,
    wallTime,
    onEvent,
    keepers,
    createToken: createTokenSource(ports.random),
    record: (record) => records.keep(record),
  });
  return {
    status: () => plane.status(),
    get load() {
      return plane.load;
    },
    get exchangeAddress() {
      return plane.exchangeAddress;
    },
    board: (message) => plane.board(message),
    networkChanged: (what) => plane.networkChanged(what),
    async stop() {
      await plane.stop();
      await records.close();
      await keepers.diversions.close();
      await keepers.choices.close();
    },
  };
}
