// Does a domain that is to have nothing to do with mail say so to senders? Without a null MX they take even the address of its web server.
import { defineCheck } from '../audit/check.ts'
import { mx } from '../facts/mx.ts'
import { displayName } from '../names/domain.ts'

export default defineCheck({
  id: 'mx-parked',
  group: 'mx',
  scope: 'domain',
  title: 'The parked domain refuses all mail by a null MX',
  why: 'A domain without MX records takes mail at its own address, and one without any address is tried for days. Only a null MX tells every sender at once that nobody is there.',
  refs: ['RFC 7505 §3', 'RFC 5321 §5.1', 'RFC 7505 §4.1'],
  needs: { mx },
  outcomes: {
    refuses: { level: 'pass', says: '{domain} publishes a null MX: mail to it is refused at once.' },
    'no-domain': {
      level: 'info',
      says: '{domain} does not exist, so that no mail can be sent to it (see `dns-existence`).',
    },
    'null-amiss': {
      level: 'info',
      says: '{domain} publishes a null MX, but not as the only MX record with preference 0: `mx-null` tells more.',
    },
    'takes-mail': {
      level: 'fail',
      says: '{domain} takes mail: its MX records name {hosts}.',
      fix: 'If nobody is to write to {domain}, publish a null MX in place of its MX records.',
    },
    'own-address': {
      level: 'fail',
      says: '{domain} has no MX record, but an address: senders deliver to that, as if it were the MX host.',
      fix: 'Publish a null MX. The address stays as it is, for the web.',
    },
    nowhere: {
      level: 'fail',
      says: '{domain} has neither an MX record nor an address: senders cannot tell that from a mistake, and many try for days.',
      fix: 'Publish a null MX: mail to {domain} is then refused at once.',
    },
  },
  evaluate({ mx }, { domain }) {
    const nullMx = { do: 'publish', name: domain, type: 'MX', value: '0 .' } as const
    switch (mx.kind) {
      case 'none':
        return mx.exists
          ? { outcome: 'nowhere', data: { domain }, records: [nullMx] }
          : { outcome: 'no-domain', data: { domain } }
      case 'implicit':
        return { outcome: 'own-address', data: { domain }, records: [nullMx] }
      case 'null':
        return mx.nulls.length === 1 && mx.nulls[0] === 0
          ? { outcome: 'refuses', data: { domain } }
          : { outcome: 'null-amiss', data: { domain } }
      case 'hosts': {
        if (mx.nulls.length > 0) return { outcome: 'null-amiss', data: { domain } }
        const hosts = mx.hosts.map(({ host, preference }) => `${displayName(host)} (${preference})`)
        const unread = mx.unreadable.length === 0 ? [] : [`${mx.unreadable.length} that cannot be read`]
        const removed = mx.hosts.map(
          ({ host, preference }) =>
            ({ do: 'remove', name: domain, type: 'MX', value: `${preference} ${host}` }) as const,
        )
        return {
          outcome: 'takes-mail',
          data: { domain, hosts: [...hosts, ...unread] },
          records: [...removed, nullMx],
        }
      }
    }
  },
})
