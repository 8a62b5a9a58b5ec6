/**
 * A map that remembers which of its keys were used since the last query, as what was used may have changed; and how
 * what was used can be made again what it was.
 */
import { Undo } from "./Undo.ts"

/** To change a record, take it by `get`: then it is written down, and can be taken back. */
export class Table<K extends string, A> extends Map<K, A> {
  readonly #used = new Set<K>()
  readonly #noted = new Set<K>()
  readonly #undo: Undo
  #steps: Undo["steps"]
  #isWatched = false

  constructor(undo: Undo = new Undo()) {
    super()
    this.#undo = undo
  }

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

  #use(key: K): void {
    if (this.#isWatched) this.#used.add(key)
    const { steps } = this.#undo
    if (steps === undefined) return
    if (steps !== this.#steps) this.#noted.clear()
    this.#steps = steps
    if (this.#noted.has(key)) return
    this.#noted.add(key)
    const record = super.get(key)
    this.#undo.note(record, () => void (record === undefined ? super.delete(key) : super.set(key, record)))
  }

  /** As `get`, and no use. */
  peek(key: K): A | undefined {
    return super.get(key)
  }

  override get(key: K): A | undefined {
    this.#use(key)
    return super.get(key)
  }

  override set(key: K, record: A): this {
    this.#use(key)
    return super.set(key, record)
  }

  override delete(key: K): boolean {
    this.#use(key)
    return super.delete(key)
  }
}
