interface Known {
  backlog: number;
  deadLetters: number;
}

/**
 * How many wait or are under way, and how many are dead letters; tests are neither. Each may be a hundred thousand, and whoever watches asks every few
 * seconds: so an instance counts rows once, when it is asked first, and from there on what becomes of them. Whoever changes a state says so here, in a
 * transaction whose failure ends the instance.
 */
export class DeliveryCountStore {
  readonly #sql: SqlStorage;
  #known: Known | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get backlog(): number {
    return this.#look().backlog;
  }

  get deadLetters(): number {
    return this.#look().deadLetters;
  }

  /** All that have ended, tests too: of each there is only so much. */
  ended(): { delivered: number; dead: number } {
    return { delivered: this.#count(`state = 'delivered'`), dead: this.#count(`state = 'dead'`) };
  }

  entered(): void {
    if (this.#known) this.#known.backlog++;
  }

  left(state: 'delivered' | 'dead'): void {
    if (!this.#known) return;
    this.#known.backlog--;
    if (state === 'dead') this.#known.deadLetters++;
  }

  /** Many at once, or nobody knows which: they are counted again. */
  changed(): void {
    this.#known = null;
  }

  #look(): Known {
    this.#known ??= {
      backlog: this.#count(`state IN ('queued', 'delivering') AND is_test = 0`),
      deadLetters: this.#count(`state = 'dead' AND is_test = 0`),
    };
    return this.#known;
  }

  #count(which: string): number {
    return this.#sql.exec<{ n: number }>(`SELECT count(*) AS n FROM deliveries WHERE ${which}`).one().n;
  }
}
