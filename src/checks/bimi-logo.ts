// Can receivers fetch the logo that the BIMI record names, and show it: SVG Tiny PS, and nothing that does or fetches something?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { bimiLogo } from '../facts/bimi-logo.ts'
import { unpacked } from '../protocol/indicator.ts'
import { judgeLogo } from '../protocol/svg/tiny-ps.ts'

/** Of many faults the first say what is to be done. */
const MOST_TOLD = 8

export default defineCheck({
  id: 'bimi-logo',
  group: 'brand',
  scope: 'web',
  title: 'The logo of the BIMI record can be fetched and is SVG Tiny PS',
  why: 'Receivers show only a logo in a profile of SVG that can do no harm. Most drawing programs write another.',
  refs: [
    'draft-svg-tiny-ps-abrotman §2',
    'RFC 6170 §5.2',
    'draft-brand-indicators-for-message-identification-14 §4.3.2',
  ],
  needs: { logo: bimiLogo },
  outcomes: {
    good: { level: 'pass', says: 'The logo at {url} is SVG Tiny PS of {size}, titled “{title}”.' },
    none: { level: 'info', says: 'No usable BIMI record names a logo (see `bimi-record`).' },
    'not-fetched': {
      level: 'warn',
      says: 'Receivers cannot fetch the logo of the BIMI record: {why}.',
      fix: 'Let {url} answer with status 200, the type image/svg+xml and the logo, under a certificate that names the host.',
    },
    faulty: {
      level: 'warn',
      says: 'The logo at {url} is not SVG Tiny PS, so receivers do not show it: {faults}{more}.',
      fix: 'Save the logo as SVG Tiny PS: version="1.2", baseProfile="tiny-ps", a title, a square viewBox; shapes with attributes of their own; no style, script, image, link or animation. The BIMI Group has tools that convert to it. With a mark certificate, let the authority see the new file first: it vouches for exactly one.',
    },
    discouraged: {
      level: 'warn',
      says: 'The logo at {url} can be used, but not every receiver may show it: {advice}.',
      fix: 'Mend that in the file or at the web server. With a mark certificate, let the authority see a new file first: it vouches for exactly one.',
    },
  },
  evaluate({ logo }) {
    if (logo.kind === 'none') return { outcome: 'none' }
    const { url } = logo
    if (logo.kind === 'wrong') return { outcome: 'not-fetched', data: { url, why: logo.why } }
    const picture = unpacked(logo.octets)
    const { faults, advice, title } = picture.ok
      ? judgeLogo(picture.octets)
      : { faults: [picture.why], advice: [], title: undefined }
    const size = `${(picture.ok ? picture.octets : logo.octets).length} octets`
    if (faults.length > 0) {
      const more = faults.length > MOST_TOLD ? `; and ${faults.length - MOST_TOLD} more` : ''
      return { outcome: 'faulty', data: { url, faults: faults.slice(0, MOST_TOLD), more } }
    }
    const all = [...advice.slice(0, MOST_TOLD), ...served(logo.type, logo.redirects)]
    const rulings: [Ruling<'good' | 'discouraged'>, ...Ruling<'discouraged'>[]] =
      all.length === 0
        ? [{ outcome: 'good', data: { url, size, title: title ?? '' } }]
        : [{ outcome: 'discouraged', data: { url, advice: all } }]
    return rulings
  },
})

function served(type: string | undefined, redirects: readonly string[]): readonly string[] {
  return [
    ...(/^image\/svg\+xml[ \t]*(?:;|$)/i.test(type ?? '')
      ? []
      : [`it is served as ${type ?? 'no type at all'}, and should be as image/svg+xml`]),
    ...(redirects.length === 0 ? [] : [`its address leads on to ${redirects.at(-1)}, which receivers need not follow`]),
  ]
}
