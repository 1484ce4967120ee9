// The answer of rspamd's /checkv2: score, action and symbols, out of JSON that may be anything.

export interface RspamdSymbol {
  readonly name: string
  readonly score: number
  readonly description: string | undefined
}

export interface RspamdVerdict {
  readonly score: number
  /** The score from which it refuses. */
  readonly required: number
  /** `no action`, `greylist`, `add header`, `rewrite subject`, `soft reject`, `reject`, or one of its own. */
  readonly action: string
  /** It was told not to look at this message. */
  readonly skipped: boolean
  /** Those that weigh most first, whichever way. */
  readonly symbols: readonly RspamdSymbol[]
}

export type RspamdReading =
  | { readonly ok: true; readonly verdict: RspamdVerdict }
  | { readonly ok: false; readonly why: string; readonly error: string | undefined }

const MOST_SYMBOLS = 500

/** Reads the text of an answer. Never throws. */
export function readRspamdVerdict(text: string): RspamdReading {
  const value = parsed(text)
  if (!isObject(value)) return { ok: false, why: 'its answer is no JSON object', error: undefined }
  const error = typeof value.error === 'string' ? value.error.slice(0, 200) : undefined
  const wrong = (why: string): RspamdReading => ({ ok: false, why, error })
  if (error !== undefined) return wrong(error)
  const { score, required_score: required, action, symbols, is_skipped: skipped } = value
  if (typeof action !== 'string' || action === '') return wrong('its answer names no action')
  if (!isNumber(score)) return wrong('its answer has no score')
  if (!isNumber(required)) return wrong('its answer has no required_score')
  const found = isObject(symbols) ? Object.entries(symbols).slice(0, MOST_SYMBOLS) : []
  return {
    ok: true,
    verdict: {
      score,
      required,
      action: action.slice(0, 60),
      skipped: skipped === true,
      symbols: found.flatMap(([name, symbol]) => symbolOf(name, symbol)).toSorted(heavier),
    },
  }
}

function symbolOf(key: string, value: unknown): readonly RspamdSymbol[] {
  if (!isObject(value)) return []
  const { score, description } = value
  const text = typeof description === 'string' && description !== '' ? description.slice(0, 300) : undefined
  return [{ name: key.slice(0, 100), score: isNumber(score) ? score : 0, description: text }]
}

function heavier(a: RspamdSymbol, b: RspamdSymbol): number {
  return Math.abs(b.score) - Math.abs(a.score) || (a.name < b.name ? -1 : 1)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
