import type { AudioEndpoint, Machine } from "../../base/audio.ts";
import type { Core } from "../../base/core.ts";
import type { FaxEngine } from "../../base/fax-engine.ts";
import type { FaxFlow, FaxStats, MediaFlow } from "../../base/media-messages.ts";
import { done, err, type Result } from "../../base/result.ts";
import type { SoundArithmetic } from "../../base/sound-arithmetic.ts";
import type { FlowError, MediaInput, MediaOutput, MediaSession } from "../media-session.ts";
import { FaxRelay, type FaxRelayConfig, type FaxRelayOutput } from "./fax-relay.ts";
import { V8Hider } from "./v8-hider.ts";

/** Why T.38 cannot begin. */
export type FaxError = "no-gateway";

/** What a switch is told at birth. */
export interface FaxSwitchConfig extends FaxRelayConfig {
  /** The gateway's modems; without them there is no T.38. */
  readonly engine?: FaxEngine | undefined;
  /** Whether machines are kept from agreeing on V.34 by sound. */
  readonly hidesV8?: boolean | undefined;
  /** The plain one where it is absent. */
  readonly arithmetic?: SoundArithmetic | undefined;
}

const NOTHING: readonly MediaOutput[] = [];

/**
 * One port, two ways over it: RTP by its session, or T.38 by a relay.
 *
 *               setFax                       setFlow
 *    RTP ─────────────────────▶ T.38 ─────────────────────▶ RTP
 *         the session is held,        the relay is closed,
 *         its clock goes on           its figures are kept
 */
export class FaxSwitch implements AudioEndpoint<MediaOutput>, Core<MediaInput, MediaOutput> {
  readonly #session: MediaSession;
  #relay: FaxRelay | undefined;
  #hider: V8Hider | undefined;
  readonly #config: FaxSwitchConfig;
  #flow: MediaFlow | undefined;
  #earlier: FaxStats | undefined;
  #silence = new Int16Array(0);

  constructor(session: MediaSession, config: FaxSwitchConfig) {
    this.#session = session;
    this.#config = config;
    this.#hideAnew();
  }

  #hideAnew(): void {
    const { engine, hidesV8, arithmetic } = this.#config;
    this.#hider = engine !== undefined && hidesV8 === true ? new V8Hider(arithmetic) : undefined;
  }

  /** Whether T.38 is spoken now. */
  get isFax(): boolean {
    return this.#relay !== undefined;
  }

  /** The machine that talks, if one does: nothing may change what it says. */
  get machine(): Machine | undefined {
    return this.isFax ? "fax" : this.#session.modems.machine;
  }

  /** Starts RTP, changes it, or comes back to it. An error leaves things as they were. */
  setFlow(flow: MediaFlow, nowMs: number): Result<undefined, FlowError> {
    if (this.isFax) {
      this.#session.modems.forget();
      this.#hideAnew();
    }
    const set = this.#session.setFlow(flow, nowMs);
    if (!set.ok) return set;
    this.#flow = flow;
    this.#leaveFax();
    return done;
  }

  /** Starts T.38, or changes where its far end is: what else was agreed on stays. */
  setFax(flow: FaxFlow, nowMs: number): Result<undefined, FaxError> {
    const { engine } = this.#config;
    if (engine === undefined) return err("no-gateway");
    if (this.#relay !== undefined) {
      this.#relay.signal(flow.remote);
      return done;
    }
    this.#relay = new FaxRelay(this.#config, flow, engine, nowMs);
    if (this.#flow !== undefined) {
      this.#session.setFlow({ ...this.#flow, send: false, receive: false }, nowMs);
    }
    return done;
  }

  handle(input: MediaInput, nowMs: number): readonly MediaOutput[] {
    const relay = this.#relay;
    if (relay === undefined) return this.#session.handle(input, nowMs);
    if (input.kind !== "rtp") return NOTHING;
    return this.#outputs(relay.receive(input.bytes, input.from, nowMs));
  }

  deadlineMs(): number | undefined {
    return this.isFax ? undefined : this.#session.deadlineMs();
  }

  push(frame: Int16Array, nowMs: number): readonly MediaOutput[] {
    const heard = this.#session.push(this.#shown(frame), nowMs);
    if (this.#relay === undefined) return heard;
    return [...heard, ...this.#outputs(this.#relay.push(frame, nowMs))];
  }

  pull(frame: Int16Array, nowMs: number): readonly MediaOutput[] {
    if (this.#relay === undefined) {
      const heard = this.#session.pull(frame, nowMs);
      if (this.#hider?.hides("far", frame) === true) frame.fill(0);
      return heard;
    }
    return this.#outputs(this.#relay.pull(frame, nowMs));
  }

  /** What the far end may hear of a frame. */
  #shown(frame: Int16Array): Int16Array {
    if (this.isFax || this.#hider?.hides("near", frame) !== true) return frame;
    if (this.#silence.length !== frame.length) this.#silence = new Int16Array(frame.length);
    // A digit that is sent as a tone may have been mixed into the last one.
    return this.#silence.fill(0);
  }

  /** Ends both; see `MediaSession.close`. */
  close(nowMs: number): readonly MediaOutput[] {
    this.#leaveFax();
    const fax = this.#earlier;
    const outputs = this.#session.close(nowMs);
    if (fax === undefined) return outputs;
    return outputs.map((output) =>
      output.kind === "event" && output.event.kind === "closed"
        ? { ...output, event: { ...output.event, stats: { ...output.event.stats, fax } } }
        : output,
    );
  }

  #leaveFax(): void {
    if (this.#relay === undefined) return;
    this.#earlier = this.#relay.stats();
    this.#relay.close();
    this.#relay = undefined;
  }

  #outputs(outputs: readonly FaxRelayOutput[]): readonly MediaOutput[] {
    if (outputs.length === 0) return NOTHING;
    const { session } = this.#config;
    return outputs.map((output) =>
      output.kind === "send" ? { ...output, session, channel: "rtp" } : output,
    );
  }
}
