/** Packets back from the newest that copies are compared with; what is older is not known. */
const SEEN_PACKETS = 64;

/**
 * Which packets of a voice came of late, by number and timestamp: so a copy finds its place in the
 * row. A copy tells only how old it is, and not how many packets ago it was sent: senders repeat
 * the last ones, or older ones alone, and events have numbers of their own in between.
 */
export class SeenPackets {
  readonly #sequences = new Float64Array(SEEN_PACKETS).fill(-1);
  readonly #timestamps = new Float64Array(SEEN_PACKETS);

  /** It came; `sequence` is extended. */
  note(sequence: number, timestamp: number): void {
    const place = sequence % SEEN_PACKETS;
    this.#sequences[place] = sequence;
    this.#timestamps[place] = timestamp;
  }

  clear(): void {
    this.#sequences.fill(-1);
  }

  /**
   * The number of a packet that did not come, by its timestamp; undefined where it came, or where
   * none is missing there. `newest` brought the copy, as the one of `position` before it.
   */
  missing(
    timestamp: number,
    newest: { readonly sequence: number; readonly timestamp: number },
    position: number,
  ): number | undefined {
    if (((newest.timestamp - timestamp) | 0) <= 0) return undefined;
    let after = newest.sequence;
    let afterTimestamp = newest.timestamp;
    for (let n = newest.sequence - 1; n > newest.sequence - SEEN_PACKETS; n--) {
      if (this.#sequences[n % SEEN_PACKETS] !== n) continue;
      const came = this.#timestamps[n % SEEN_PACKETS] ?? 0;
      const since = (timestamp - came) | 0;
      if (since === 0) return undefined;
      if (since > 0) {
        if (after - n < 2) return undefined;
        const share = since / ((afterTimestamp - came) | 0);
        return Math.min(after - 1, Math.max(n + 1, n + Math.round(share * (after - n))));
      }
      after = n;
      afterTimestamp = came;
    }
    return Math.min(after - 1, newest.sequence - position);
  }
}
