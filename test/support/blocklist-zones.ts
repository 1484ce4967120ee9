// Blocklists as zone text: all of the registry alive, or some of them in another state.
import { parseAddress, reversedLabels } from '../../src/names/address.ts'
import { blocklists } from '../../src/rules/blocklists.ts'
import { domainBlocklists } from '../../src/rules/domain-blocklists.ts'

const mapped = (last: 1 | 2): string => `${last}.0.0.0.0.0.f.7.f.f.f.f${'.0'.repeat(20)}`

/** The test entries of a list that works. */
export function alive(zone: string, families: readonly (4 | 6)[] = [4]): string {
  return [
    ...(families.includes(4) ? [`2.0.0.127.${zone} A 127.0.0.2`] : []),
    ...(families.includes(6) ? [`${mapped(2)}.${zone} A 127.0.0.2`] : []),
  ].join('\n')
}

/** Every list of the registry works, except those that the text after it is about. */
export function aliveExcept(...others: readonly string[]): string {
  return [
    ...blocklists.filter(list => !others.includes(list.zone)).map(list => alive(list.zone, list.families)),
    ...domainBlocklists.filter(list => !others.includes(list.zone)).map(list => domainAlive(list.zone)),
  ].join('\n')
}

/** The test entry of a list of domains that works. */
export function domainAlive(zone: string): string {
  return `test.${zone} A ${zone === 'dbl.spamhaus.org' ? '127.0.1.2' : '127.0.0.8'}`
}

/** The entries of an address on a list. */
export function listing(address: string, zone: string, ...answers: readonly string[]): string {
  const name = `${reversedLabels(parseAddress(address)!)}.${zone}`
  return answers.map(answer => `${name} A ${answer}`).join('\n')
}
