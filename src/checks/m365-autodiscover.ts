// Do mail programs find the mailboxes of the domain at Microsoft 365 by themselves?
import { defineCheck } from '../audit/check.ts'
import { autodiscover } from '../facts/autodiscover.ts'
import { comesIn, microsoft365Mx } from '../facts/microsoft-365-mx.ts'
import { isWithin } from '../names/domain.ts'
import { clouds } from '../rules/microsoft-365.ts'

export default defineCheck({
  id: 'm365-autodiscover',
  group: 'm365',
  scope: 'domain',
  title: 'Mail programs find the mailboxes at Microsoft 365 by Autodiscover',
  why: 'Outlook and phones ask autodiscover.DOMAIN for the settings of a mailbox. Without it people are asked for server names; where it leads elsewhere they are led there, which in a hybrid organization is right.',
  refs: ['Microsoft: Add DNS records to connect your domain', 'Microsoft: Autodiscover for Exchange', 'RFC 2782'],
  needs: { found: autodiscover, mx: microsoft365Mx },
  outcomes: {
    microsoft: { level: 'pass', says: '{name} leads to Microsoft 365 ({target}).' },
    elsewhere: {
      level: 'info',
      says: '{name} leads to {target}, not to Microsoft 365. That is right where Exchange servers of one’s own answer for mailboxes at Microsoft 365 as well.',
    },
    nowhere: {
      level: 'warn',
      says: '{name} is an alias (CNAME) of {target}, which has no address: mail programs find nothing there.',
      fix: 'Let it lead to the Autodiscover host of Microsoft 365, or to the Exchange server that answers.',
    },
    missing: {
      level: 'warn',
      says: 'Mail for {domain} comes in at Microsoft 365, but {name} does not exist, nor a service record for it: some mail programs do not find the settings.',
      fix: 'Publish {name} as a CNAME of {wanted}.',
    },
    none: {
      level: 'info',
      says: '{name} does not exist, nor a service record for it. Where the domain has mailboxes at Microsoft 365, a CNAME of {wanted} leads mail programs there.',
    },
  },
  evaluate({ found: { name, host, services }, mx }, { domain }) {
    const cloud = (mx.state === 'hosts' ? mx.cloud : undefined) ?? clouds[0]
    const data = { domain, name, wanted: cloud.autodiscover }
    const isMicrosoft = (target: string): boolean =>
      clouds.some(({ services }) => services.some(end => isWithin(target, end)))
    const wanted = { do: 'publish', name, type: 'CNAME', value: cloud.autodiscover } as const
    if (host.state === 'addresses') {
      return { outcome: 'elsewhere', data: { ...data, target: host.addresses.join(', ') } }
    }
    if (host.state !== 'none') {
      const { alias: target, state } = host
      // That Microsoft's own name has no address is not the domain's matter.
      if (isMicrosoft(target)) return { outcome: 'microsoft', data: { ...data, target } }
      if (state === 'alias') return { outcome: 'elsewhere', data: { ...data, target } }
      const records = comesIn(mx) ? [{ ...wanted, do: 'remove', value: target } as const, wanted] : []
      return { outcome: 'nowhere', data: { ...data, target }, records }
    }
    const [service] = services
    if (service !== undefined) {
      const target = `${service.target}:${service.port}, by a service record`
      return { outcome: isMicrosoft(service.target) ? 'microsoft' : 'elsewhere', data: { ...data, target } }
    }
    return comesIn(mx) ? { outcome: 'missing', data, records: [wanted] } : { outcome: 'none', data }
  },
})
