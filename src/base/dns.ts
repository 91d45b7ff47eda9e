/** One SRV record. @see RFC 2782 */
export interface SrvRecord {
  /** The lowest is tried first. */
  readonly priority: number;
  /** The share among those of one priority. */
  readonly weight: number;
  readonly port: number;
  /** A name; empty or "." says that the service is not there. */
  readonly target: string;
}

/** One NAPTR record as SIP reads it. @see RFC 3403 §4, RFC 3263 §4.1 */
export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  /** `s` where `replacement` names SRV records. */
  readonly flags: string;
  /** `SIP+D2U`, `SIP+D2T`, `SIPS+D2T`, … */
  readonly service: string;
  readonly replacement: string;
}
