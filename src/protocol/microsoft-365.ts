// Reads the names that Microsoft 365 gives to domains: what an MX host is, and whose key a DKIM alias leads to.
import { isWithin } from '../names/domain.ts'
import { publicSuffixOrganization } from '../names/organizational.ts'
import { selectorProviders } from '../rules/dkim-selectors.ts'
import { mailGateways } from '../rules/mail-gateways.ts'
import { clouds, daneMx, dkimZone, formerMx, type Microsoft365Cloud, noMx } from '../rules/microsoft-365.ts'

/**
 * What a domain of Microsoft 365 has as an MX host. `tenant`: the one that Microsoft gives, in its form with DANE or without.
 * `mailboxes`: those of another provider. `other`: nobody knows; a filter, or a provider.
 */
export type MxKind =
  | { readonly kind: 'tenant'; readonly cloud: Microsoft365Cloud; readonly dane: boolean }
  | { readonly kind: 'former' | 'unfit'; readonly because: string }
  | { readonly kind: 'gateway' | 'mailboxes'; readonly title: string }
  | { readonly kind: 'own' | 'other' }

/** What `host` is for `domain`; names are lower case, without trailing dot. */
export function mxKind(host: string, domain: string): MxKind {
  for (const cloud of clouds) {
    const end = cloud.mx.find(one => isWithin(host, one))
    if (end === undefined) continue
    return host === end
      ? { kind: 'unfit', because: 'the label of the domain is missing before it' }
      : { kind: 'tenant', cloud, dane: end === daneMx }
  }
  const former = formerMx.find(({ name }) => isWithin(host, name))
  if (former) return { kind: 'former', because: former.because }
  const unfit = noMx.find(({ name }) => host === name)
  if (unfit) return { kind: 'unfit', because: unfit.because }
  if (clouds.some(({ initial }) => isWithin(host, initial)))
    return { kind: 'unfit', because: 'it is an initial domain, which has an MX host of its own' }
  const gateway = mailGateways.find(({ mx }) => mx.some(end => isWithin(host, end)))
  if (gateway) return { kind: 'gateway', title: gateway.title }
  const provider = selectorProviders.find(({ mx }) => mx?.some(end => isWithin(host, end)) ?? false)
  if (provider) return { kind: 'mailboxes', title: provider.title }
  const organization = publicSuffixOrganization(host)
  return { kind: organization !== undefined && organization === publicSuffixOrganization(domain) ? 'own' : 'other' }
}

/** Where a DKIM alias leads: which of the two keys, of which domain (as Microsoft writes it), in which tenant. */
export interface DkimTarget {
  readonly selector: string
  readonly key: string
  readonly tenant: string
  /** The initial domain of the tenant; undefined where the cloud cannot be told. */
  readonly initial: string | undefined
}

const FORMS: readonly { readonly pattern: RegExp; readonly initial: string | undefined }[] = [
  ...clouds.map(({ initial }) => ({
    pattern: new RegExp(
      `^(selector[12])-([a-z0-9-]+)\\._domainkey\\.([a-z0-9-]+)\\.${initial.replaceAll('.', '\\.')}$`,
    ),
    initial,
  })),
  {
    // The label before the zone cannot be foreseen: a character and a version.
    pattern: new RegExp(
      `^(selector[12])-([a-z0-9-]+)\\._domainkey\\.([a-z0-9-]+)\\.[a-z0-9]+-v\\d+\\.${dkimZone.replaceAll('.', '\\.')}$`,
    ),
    initial: clouds[0].initial,
  },
]

/** Reads the target of a DKIM alias, in the form below an initial domain or below dkim.mail.microsoft; undefined for any other name. */
export function readDkimTarget(alias: string): DkimTarget | undefined {
  for (const { pattern, initial } of FORMS) {
    const [, selector, key, tenant] = pattern.exec(alias.toLowerCase()) ?? []
    if (selector === undefined || key === undefined || tenant === undefined) continue
    return { selector, key, tenant, initial: initial === undefined ? undefined : `${tenant}.${initial}` }
  }
  return undefined
}

/** The target for the other selector: Microsoft's pairs differ in the number alone. */
export function otherTarget(alias: string): string {
  return alias.replace(/^selector([12])/i, (_, number: string) => `selector${number === '1' ? 2 : 1}`)
}

/**
 * Whether the key of a target may be that of the domain. Microsoft writes dots as hyphens, drops hyphens, shortens, and adds characters
 * where two would be alike (`imacitizensrights-org-uk0i`), so only what shares no beginning is certainly of another.
 */
export function mayBeKeyOf(key: string, domain: string): boolean {
  const bare = (text: string): string => text.replace(/[^a-z0-9]/g, '')
  const [shown, wanted] = [bare(key), bare(domain)]
  const least = Math.min(shown.length, wanted.length, 8)
  return shown.slice(0, least) === wanted.slice(0, least)
}
