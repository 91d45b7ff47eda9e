import type { DigestHash } from "./digest.ts";

/** A name and a password, readable text. */
export interface UserPassword {
  readonly user: string;
  readonly password: string;
}

/** Who we are to a server that asks. */
export interface Credentials extends UserPassword {
  /** The only realm they are for; absent: whichever the account's server asks with. */
  readonly realm?: string | undefined;
  /** Those of other realms; readable text, as the others. */
  readonly others?: readonly (UserPassword & { readonly realm: string })[] | undefined;
  /** The only hashes that they are used with. */
  readonly algorithms?: readonly DigestHash[] | undefined;
  /** Whose they are: what one server announced is not answered to another. */
  readonly account: string;
}
