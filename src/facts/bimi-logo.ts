// What stands at the place that the BIMI record names for the logo (l=)?
import { defineFact } from '../audit/fact.ts'
import type { BimiRecord } from '../protocol/bimi.ts'
import { type BimiLookup, bimiRecord } from './bimi-record.ts'
import { type BrandDocument, fetchBrandDocument } from './brand-document.ts'

/** Nothing is fetched where no record names a place: `none`. */
export type BrandPlace = BrandDocument | { readonly kind: 'none' }

export const bimiLogo = defineFact({
  name: 'bimi-logo',
  scope: 'web',
  async gather({ domain }, world): Promise<BrandPlace> {
    const place = usableRecord(await world.know(bimiRecord, { domain }))?.logo
    return place ? fetchBrandDocument(place, world) : { kind: 'none' }
  },
})

/** The one record that counts; several count for nothing. */
export function usableRecord({ records }: BimiLookup): BimiRecord | undefined {
  return records.length === 1 && !records[0]!.declined ? records[0] : undefined
}
