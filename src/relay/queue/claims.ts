// Who has an envelope in hand: one at a time. Whoever comes meanwhile leaves a wish.

/** What a person wants of an envelope that is being tried. */
export type Wish = { readonly kind: 'hold'; readonly because: string } | { readonly kind: 'drop' }

export class Claims {
  readonly #taken = new Map<number, Wish | undefined>()

  has(envelope: number): boolean {
    return this.#taken.has(envelope)
  }

  /** Has them in hand while it acts. */
  async holding<T>(envelopes: readonly { readonly id: number }[], act: () => Promise<T>): Promise<T> {
    for (const { id } of envelopes) this.#taken.set(id, undefined)
    try {
      return await act()
    } finally {
      for (const { id } of envelopes) this.#taken.delete(id)
    }
  }

  /** To be done when the attempt did not deliver it. */
  wish(envelope: number, wish: Wish): void {
    if (this.#taken.has(envelope)) this.#taken.set(envelope, wish)
  }

  wishFor(envelope: number): Wish | undefined {
    return this.#taken.get(envelope)
  }
}
