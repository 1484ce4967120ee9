// What stands at the place that the BIMI record names for the mark certificate (a=)?
import { defineFact, type Know, Unknowable } from '../audit/fact.ts'
import { type MarkCertificate, readMarkCertificate } from '../net/mark-certificate.ts'
import { usableRecord } from './bimi-logo.ts'
import { bimiRecord } from './bimi-record.ts'
import { type BrandDocument, fetchBrandDocument } from './brand-document.ts'
import { dmarcPolicy } from './dmarc-policy.ts'

export type BimiCertificate =
  | { readonly kind: 'none' }
  | Extract<BrandDocument, { kind: 'wrong' }>
  /** The file has no certificate that can be read. */
  | { readonly kind: 'unreadable'; readonly url: string }
  | {
      readonly kind: 'certificate'
      readonly url: string
      readonly certificate: MarkCertificate
      readonly redirects: readonly string[]
      /** The names of which one must stand in it; undefined when the organization is not known. */
      readonly namesWanted: readonly string[] | undefined
    }

export const bimiCertificate = defineFact({
  name: 'bimi-certificate',
  scope: 'web',
  async gather({ domain }, world): Promise<BimiCertificate> {
    const lookup = await world.know(bimiRecord, { domain })
    const place = usableRecord(lookup)?.certificate
    if (!place) return { kind: 'none' }
    const document = await fetchBrandDocument(place, world)
    if (document.kind === 'wrong') return document
    const { url, octets, redirects } = document
    const certificate = readMarkCertificate(Buffer.from(octets).toString('latin1'))
    if (certificate === undefined) return { kind: 'unreadable', url }
    const organization = await organizationOf(domain, world.know)
    // draft-fetch-validation-vmc-wchuang §5.2: the domain or its organization, alone or with the selector before it.
    const domains = organization === undefined ? undefined : [...new Set([domain, organization])]
    const namesWanted = domains?.flatMap(one => [one, `${lookup.selector}._bimi.${one}`])
    return { kind: 'certificate', url, certificate, redirects, namesWanted }
  },
})

async function organizationOf(domain: string, know: Know): Promise<string | undefined> {
  try {
    const { organization } = await know(dmarcPolicy, { domain })
    return organization.known ? organization.domain : undefined
  } catch (failure) {
    if (failure instanceof Unknowable) return undefined
    throw failure
  }
}
