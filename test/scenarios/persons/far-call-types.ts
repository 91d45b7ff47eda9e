import type { Clock } from "../../../src/hal/ports/clock.ts";
import type { Udp } from "../../../src/hal/ports/net.ts";
import type { RandomStream } from "../../hw-sim/world/random-stream.ts";
import type { FarWire, Route } from "./far-wire.ts";

/** What calls of the far side need. */
export interface FarCallPlace {
  readonly wire: FarWire;
  readonly clock: Clock;
  readonly udp: Udp;
  readonly random: RandomStream;
  /** An RTP port that no call had. */
  nextPort(): number;
}

/** Who is at the ends of a call, as the far side sees it. */
export interface FarParties {
  readonly callId: string;
  /** `<sip:…>`, without tags. */
  readonly own: string;
  readonly other: string;
  readonly user: string;
  readonly route: Route;
  readonly target: string;
  /** Route header lines of what we send inside the call. */
  readonly routes?: readonly string[];
}

/** What a request inside a call carries. */
export interface FarRequest {
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly onAnswer?: (response: string) => void;
}
