import type { FaxFlow } from "./media-messages.ts";

/** What a gateway is told of the far end, and of what it may do. */
export type FaxGatewayOptions = Pick<
  FaxFlow,
  "version" | "maxBitRate" | "rateManagement" | "maxDatagram" | "fillBitRemoval"
>;

/** How far a fax has come. */
export interface FaxFigures {
  /** Of the image, bit/s; 0 before the first. */
  readonly bitRate: number;
  readonly errorCorrecting: boolean;
  readonly pages: number;
}

/**
 * A fax machine at the line on one side, T.38 on the other. One frame of the line at a time: `hear`
 * what the machine says, `say` what it hears. Packets come out while one of the three runs.
 */
export interface FaxGateway {
  hear(frame: Int16Array): void;
  /** Fills the frame, with silence where there is nothing to say. */
  say(frame: Int16Array): void;
  /** A packet of the far end, which must be a valid one; its number tells of those missing. */
  receive(ifp: Uint8Array, sequence: number): void;
  readonly figures: FaxFigures;
  /** Once; nothing may be called afterwards. */
  close(): void;
}

/** Modems for fax machines, whoever computes them. */
export interface FaxEngine {
  /**
   * @param send takes a packet (borrowed: valid until it returns) and how often it should go out;
   *   it must not call into the gateway
   */
  createGateway(
    options: FaxGatewayOptions,
    send: (ifp: Uint8Array, copies: number) => void,
  ): FaxGateway;
}
