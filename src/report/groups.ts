// The groups that findings are shown in. A finding carries no group: it follows from the check's id, `<group>-<noun>`.

/** Checks that a person reads together. `id` is what `--only` and `--skip` take. */
export interface FindingGroup {
  readonly id: string
  readonly title: string
}

/** In the order of reading: what the name is, what it says about itself, who sends for it, how it takes mail. */
export const findingGroups = [
  { id: 'message', title: 'Message' },
  { id: 'dns', title: 'DNS' },
  { id: 'mx', title: 'MX' },
  { id: 'spf', title: 'SPF' },
  { id: 'dkim', title: 'DKIM' },
  { id: 'dmarc', title: 'DMARC' },
  { id: 'rdns', title: 'Reverse DNS' },
  { id: 'helo', title: 'HELO' },
  { id: 'dnsbl', title: 'Blocklists' },
  { id: 'tls', title: 'TLS and certificates' },
  { id: 'transport', title: 'Transport policies' },
  { id: 'smtp', title: 'SMTP' },
  { id: 'brand', title: 'Brand indicators' },
  { id: 'egress', title: 'Outgoing connections' },
  { id: 'm365', title: 'Microsoft 365' },
] as const satisfies readonly FindingGroup[]

const known: readonly FindingGroup[] = findingGroups

/** Beginnings of ids that are not the group's own name; the first that fits counts. */
const belongs: readonly (readonly [beginning: string, group: string])[] = [
  ['tls-reporting', 'transport'],
  ['starttls', 'tls'],
  ['certificate', 'tls'],
  ['mta-sts', 'transport'],
  ['dane', 'transport'],
  ['bimi', 'brand'],
]

/** The group of a check. An id that nobody knows forms a group with those that begin alike. */
export function groupOf(check: string): FindingGroup {
  const listed = belongs.find(([beginning]) => check === beginning || check.startsWith(`${beginning}-`))
  const id = listed?.[1] ?? check.split('-')[0]!
  return known.find(group => group.id === id) ?? { id, title: id === '' ? 'Other' : id[0]!.toUpperCase() + id.slice(1) }
}

/** Where a group stands in the order of reading; unknown ones come last. */
export function groupRank(group: FindingGroup): number {
  const rank = known.findIndex(one => one.id === group.id)
  return rank < 0 ? known.length : rank
}
