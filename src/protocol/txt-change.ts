// What has to be done at a name so that its TXT record reads otherwise: the old text taken away, the new one published.

/** A TXT record to publish or to take away. */
export interface TxtChange {
  readonly do: 'publish' | 'remove'
  readonly name: string
  readonly type: 'TXT'
  readonly value: string
}

/** The new text at the name. */
export function publishTxt(name: string, value: string): TxtChange {
  return { do: 'publish', name, type: 'TXT', value }
}

/** The old text away from the name. */
export function removeTxt(name: string, value: string): TxtChange {
  return { do: 'remove', name, type: 'TXT', value }
}

/** Both, the old one first; nothing when nothing better is known. */
export function replaceTxt(name: string, old: string, corrected: string | undefined): readonly TxtChange[] {
  return corrected === undefined ? [] : [removeTxt(name, old), publishTxt(name, corrected)]
}
