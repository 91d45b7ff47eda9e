import type { SipAddress, SipHop } from "./user-agent-types.ts";

/** The ways that a request may take, the best first. */
export interface Route {
  /** `undefined`: the URI names no hop that we can reach. */
  readonly hop: SipHop | undefined;
  /** Tried before anything is looked up: where the server answered last. */
  readonly prefer?: SipAddress;
  /** Route values, the next hop first. */
  readonly routes?: readonly string[];
  /** Located one after the other, where nothing before them answers. */
  readonly backups?: readonly SipHop[];
}
