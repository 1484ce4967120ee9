// Guesses what an unreadable SPF term was meant to be: the mistakes that people make most.
import { parseAddress } from '../../names/address.ts'
import { plainText } from '../pasted-text.ts'

const misspelled: { readonly [word: string]: string } = {
  ip: 'ip4',
  ipv4: 'ip4',
  ipv6: 'ip6',
  ip4v: 'ip4',
  inlcude: 'include',
  includes: 'include',
  incude: 'include',
  inclue: 'include',
  host: 'a',
  exist: 'exists',
}

/**
 * What was probably meant by a term that cannot be read, or undefined.
 * @param readable says whether a candidate can be read; nothing else is ever suggested.
 */
export function suggestTerm(text: string, readable: (candidate: string) => boolean): string | undefined {
  if (text.length > 300) return undefined
  const words = plainText(text)
    .split(/[^\x21-\x7e]+/)
    .filter(word => word !== '')
  // A tab, a line feed or a no-break space where a space was meant.
  if (words.length > 1) return words.every(word => readable(word)) ? words.join(' ') : undefined
  const clean = words[0] ?? ''
  const terms = separated(clean)
  if (terms?.every(term => readable(term))) return terms.join(' ')
  const bare = clean.replace(/[,;."']+$/, '').replace(/^["',;]+/, '')
  const candidates = [clean, bare, ...variants(bare)]
  // What lost its sign must not come back as an "all" that lets everyone through.
  return candidates.find(candidate => candidate !== text && !/^\+?all$/i.test(candidate) && readable(candidate))
}

/** Terms that ran into each other: `ip4:192.0.2.1-all`, `ip4:192.0.2.1,192.0.2.2`. */
function separated(text: string): readonly string[] | undefined {
  const [, before, all] = /^(.{2,}?)([-~?]all)$/i.exec(text) ?? []
  if (before !== undefined) return [before, all!]
  const [, name, list] = /^([-+~?]?ip[46]:)(.*[,;].*)$/i.exec(text) ?? []
  const addresses = list?.split(/[,;]/).filter(address => address !== '')
  return addresses === undefined || addresses.length < 2
    ? undefined
    : addresses.map(address => (/^[-+~?]?ip[46]:/i.test(address) ? address : `${name}${address}`))
}

function variants(text: string): string[] {
  const [, sign = '', word = '', separator = '', value = ''] = /^([-+~?]?)([a-z0-9]*)([:=/]?)(.*)$/is.exec(text)!
  const found: string[] = []
  const known = misspelled[word.toLowerCase()]
  const host = value.replace(/^https?:\/\//i, '').replace(/\/$/, '')
  const address = addressTerm(sign, value) ?? addressTerm(sign, text.slice(sign.length))
  if (/^(redirect|exp)$/i.test(word) && separator === ':') found.push(`${word}=${value}`)
  if (address !== undefined) found.push(address)
  if (known !== undefined) found.push(`${sign}${known}:${value}`)
  if (host !== value) found.push(`${sign}${word}${separator}${host}`)
  if (/^all/i.test(word + separator) && value !== '') found.push(`${sign}all`)
  return found
}

/** `a:192.0.2.1`, `ip4:2001:db8::1`, `ip4:192.0.2.1:25`, or an address alone, as the mechanism that it should be. */
function addressTerm(sign: string, value: string): string | undefined {
  const [, written = '', prefix = ''] = /^([^/]*)(\/[0-9]+)?$/.exec(value) ?? []
  const bare = /^\d+\.\d+\.\d+\.\d+:\d+$/.test(written) ? written.slice(0, written.indexOf(':')) : written
  const address = parseAddress(bare)
  return address && `${sign}ip${address.family}:${bare}${prefix}`
}
