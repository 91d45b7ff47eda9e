/** Most sessions, SIP or media, that are remembered at a time. */
const ROUTES_MAX = 10_000;

/** Who a session belongs to: noted when it begins, forgotten with its last event. */
export class SessionRoutes<Owner> {
  readonly #owners = new Map<string, Owner>();

  get size(): number {
    return this.#owners.size;
  }

  set(session: string, owner: Owner): void {
    if (this.#owners.size < ROUTES_MAX) this.#owners.set(session, owner);
  }

  get(session: string): Owner | undefined {
    return this.#owners.get(session);
  }

  delete(session: string): void {
    this.#owners.delete(session);
  }
}
