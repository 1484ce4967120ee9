// The patterns of senders that a client may use, each naming at least one configured domain.
import { isWithin } from '../names/domain.ts'
import { type Building, domainOf } from './building.ts'
import { type Path, quoted } from './problem.ts'

/**
 * The patterns with their domains as A-labels.
 * @param domains the configured ones; undefined when some could not be read, and none can be called missing
 */
export function checkSenders(
  building: Building,
  path: Path,
  patterns: readonly string[],
  domains: readonly string[] | undefined,
): readonly string[] {
  return patterns.flatMap((text, index) => {
    const at = [...path, index]
    const pattern = text.trim()
    if (pattern === '*' || pattern === '<>') return [pattern]
    const sign = pattern.lastIndexOf('@')
    if (sign < 1) {
      building.fault(at, `${quoted(text)} is no sender: write a@example.org, *@example.org, *@*.example.org or *`)
      return []
    }
    const local = pattern.slice(0, sign)
    const fault = localPartFault(local)
    if (fault !== undefined) {
      building.fault(at, `${quoted(text)} is no sender: ${fault}`)
      return []
    }
    const below = pattern.startsWith('*.', sign + 1)
    const domain = domainOf(building, at, pattern.slice(sign + (below ? 3 : 1)))
    if (domain === undefined) return []
    const named = domains?.some(one => (below ? one !== domain && isWithin(one, domain) : one === domain))
    if (named === false) {
      building.fault(at, below ? `no domain below ${domain} stands in domains` : `${domain} does not stand in domains`)
    }
    return [`${local}@${below ? '*.' : ''}${domain}`]
  })
}

/** RFC 5321 §4.1.2: a dot-string or a quoted string; or a star alone. */
function localPartFault(local: string): string | undefined {
  if (local === '*') return undefined
  if (local.includes('*') && !local.startsWith('"')) return 'a star stands alone in front of the @'
  if (/^"(?:[^"\\\p{Cc}]|\\[\x20-\x7e])*"$/u.test(local)) return undefined
  if (/[\s\p{Cc}<>()[\]\\,;:"@]/u.test(local)) return 'a character in front of the @ cannot stand there'
  return local.startsWith('.') || local.endsWith('.') || local.includes('..')
    ? 'a dot stands at the wrong place'
    : undefined
}
