/** One more registrar of a line; what is left out is as at the line itself. */
export interface UserRegistrar {
  /** `host` or `host:port`. */
  readonly registrar: string;
  /** The domain of the line's address there. Default: the registrar's host. */
  readonly domain?: string;
  /** The SIP user there. Default: the line's number. */
  readonly user?: string;
  readonly password?: string;
  readonly authUser?: string;
  readonly realm?: string;
}
