/** A map that remembers which of its keys were used since the last query, as what was used may have changed. */
export class Table<K extends string, A> extends Map<K, A> {
  readonly #used = new Set<K>()
  #isWatched = false

  /** From now on, and from nothing. */
  watch(): void {
    this.#isWatched = true
    this.#used.clear()
  }

  used(): ReadonlyArray<K> {
    const used = [...this.#used]
    this.#used.clear()
    return used
  }

  /** As `get`, and no use. */
  peek(key: K): A | undefined {
    return super.get(key)
  }

  override get(key: K): A | undefined {
    if (this.#isWatched) this.#used.add(key)
    return super.get(key)
  }

  override set(key: K, record: A): this {
    if (this.#isWatched) this.#used.add(key)
    return super.set(key, record)
  }

  override delete(key: K): boolean {
    if (this.#isWatched) this.#used.add(key)
    return super.delete(key)
  }
}
