/** Where a configuration is fetched from, as a person writes it. */
export interface UserProvisioning {
  /** Its address, with placeholders such as `{mac}`. */
  readonly url?: string;
  /** The file where a DHCP client leaves what it was told: the address, where there is no `url`. */
  readonly dhcp?: string;
  /** Whether addresses that DHCP tells are followed that are not https. Default no. */
  readonly allowPlain?: boolean;
  /** Who we are to its server: HTTP's Basic, over https alone. */
  readonly user?: string;
  readonly password?: string;
  /** Whose hardware address `{mac}` is. Default: the interface that leads to the server. */
  readonly interface?: string;
  /** How often it is looked for a new one, seconds; 0: only when asked. Default 86400. */
  readonly everyS?: number;
  readonly tls?: {
    /** File of the authorities that are believed, PEM. Default: the system's list. */
    readonly ca?: string;
    /** Files of what is shown to the server, PEM: the certificate with its chain, and its key. */
    readonly certificate?: string;
    readonly key?: string;
    /** Whether the server's certificate is checked. Default on. */
    readonly verify?: boolean;
  };
}
