// What is due first comes first: a binary heap in two flat arrays, because a queue may hold a million.

export class DueHeap<T> {
  readonly #due: number[] = []
  readonly #what: T[] = []

  get size(): number {
    return this.#due.length
  }

  /** When the first is due. */
  get first(): number | undefined {
    return this.#due[0]
  }

  add(due: number, what: T): void {
    let at = this.#due.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#due[parent]! <= due) break
      this.#due[at] = this.#due[parent]!
      this.#what[at] = this.#what[parent]!
      at = parent
    }
    this.#due[at] = due
    this.#what[at] = what
  }

  /** Takes out the first. */
  take(): { readonly due: number; readonly what: T } | undefined {
    if (this.#due.length === 0) return undefined
    const first = { due: this.#due[0]!, what: this.#what[0]! }
    const due = this.#due.pop()!
    const what = this.#what.pop()!
    const size = this.#due.length
    if (size === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      if (child + 1 < size && this.#due[child + 1]! < this.#due[child]!) child++
      if (this.#due[child]! >= due) break
      this.#due[at] = this.#due[child]!
      this.#what[at] = this.#what[child]!
      at = child
    }
    this.#due[at] = due
    this.#what[at] = what
    return first
  }

  clear(): void {
    this.#due.length = 0
    this.#what.length = 0
  }
}
