/** The place of what does not stand in its text as we would write it: it cannot be copied. */
export const NOWHERE = -1;

/** A text that pieces are copied from: to compare objects is faster than to compare texts. */
export interface Source {
  readonly text: string;
}

const NOTHING: Source = { text: "" };

/**
 * Puts a text together. Pieces copied from another text that stand one behind the other there are
 * copied as one.
 */
export class PieceWriter {
  #out = "";
  /** What is to be copied: nothing where it ends where it begins. */
  #source = NOTHING;
  #from = 0;
  #to = 0;

  /** Appends `[from, to)` of a text. */
  copy(source: Source, from: number, to: number): void {
    if (from !== this.#to || source !== this.#source) {
      this.#flush();
      this.#source = source;
      this.#from = from;
    }
    this.#to = to;
  }

  add(text: string): void {
    this.#flush();
    this.#out += text;
  }

  /** All of it; nothing is appended behind that. */
  finish(): string {
    this.#flush();
    return this.#out;
  }

  #flush(): void {
    if (this.#to > this.#from) this.#out += this.#source.text.slice(this.#from, this.#to);
    this.#from = this.#to;
  }
}
