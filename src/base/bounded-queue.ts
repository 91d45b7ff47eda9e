/** First in, first out, with a limit: a push past it is refused, so that the caller can tell. */
export class BoundedQueue<T> {
  #items: (T | undefined)[];
  #head = 0;
  #length = 0;
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
    this.#items = new Array<T | undefined>(limit);
  }

  get length(): number {
    return this.#length;
  }

  /** What `shift` would take. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  /** False where the queue is full and nothing was taken. */
  push(item: T): boolean {
    if (this.#length === this.limit) return false;
    this.#items[(this.#head + this.#length) % this.limit] = item;
    this.#length++;
    return true;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.limit;
    this.#length--;
    return item;
  }

  clear(): void {
    this.#items = new Array<T | undefined>(this.limit);
    this.#head = 0;
    this.#length = 0;
  }
}
