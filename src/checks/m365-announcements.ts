// What did Microsoft announce that changes something for the domain, and for which day?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { type Microsoft365Mx, microsoft365Mx } from '../facts/microsoft-365-mx.ts'
import { type Announcement, announcements } from '../rules/microsoft-365.ts'

export default defineCheck({
  id: 'm365-announcements',
  group: 'm365',
  scope: 'domain',
  title: 'What Microsoft announced for domains like this one is known',
  why: 'Microsoft 365 retires ways of sending on dates that are announced in posts. Whoever has a printer or program that sends in an old way learns of it when its mail is refused.',
  refs: ['Microsoft: Exchange Team Blog', 'Microsoft: Message center'],
  needs: { mx: microsoft365Mx },
  outcomes: {
    coming: { level: 'info', says: 'From {when}: {text} ({url})' },
    'in-force': { level: 'info', says: 'Since {when}: {text} ({url})' },
    none: { level: 'info', says: 'No announcement that is known here concerns {domain}.' },
  },
  evaluate({ mx }, { domain }, now) {
    const today = now.toISOString().slice(0, 10)
    // What comes is read before what came; of both, what is nearest.
    const concerned = announcements.filter(one => concerns(one, mx)).toSorted((a, b) => (a.date < b.date ? 1 : -1))
    const coming = concerned.filter(({ date }) => date > today).toReversed()
    const past = concerned.filter(({ date }) => date <= today)
    const [first, ...rest] = [...coming, ...past].map(
      ({ id, date, when, says, url }): Ruling<'coming' | 'in-force'> => {
        return { outcome: date > today ? 'coming' : 'in-force', data: { domain, id, date, when, text: says, url } }
      },
    )
    return first === undefined ? { outcome: 'none', data: { domain } } : [first, ...rest]
  },
})

function concerns({ concerns }: Announcement, mx: Microsoft365Mx): boolean {
  if (concerns === 'all') return mx.state !== 'null'
  if (mx.state !== 'hosts') return false
  return concerns === 'own-servers'
    ? mx.hosts.some(({ is }) => is.kind === 'own')
    : mx.hosts.some(({ is }) => is.kind === 'tenant' && !is.dane)
}
