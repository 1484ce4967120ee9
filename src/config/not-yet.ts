// What the configuration will be able to say and this version cannot do yet: refused, since a setting that does nothing deceives.

const NO_TOKENS = 'this version cannot do XOAUTH2 yet: auth takes user and password'

/** Keys by the place where they would stand; list positions are written `[]`. */
const KEYS: { readonly [place: string]: string } = {
  reports: 'this version makes no scheduled reports yet: run `mailworthy audit` by cron until then',
  dashboard: 'this version has no dashboard yet',
  metrics: 'this version serves no metrics yet',
  'routes[].gate': 'this version sets the gate by client, by domain and by default, not by route yet',
  'routes[].pace': 'this version paces no deliveries yet',
  'routes[].auth.type': NO_TOKENS,
  'routes[].auth.tenant': NO_TOKENS,
  'routes[].auth.client': NO_TOKENS,
  'routes[].auth.secret': NO_TOKENS,
}

const VALUES: { readonly [place: string]: { readonly [value: string]: string } } = {
  'routes[].tls': {
    dane: 'this version cannot demand DANE yet: "verify" demands a certificate for the name of the next hop',
    'mta-sts': 'this version cannot demand MTA-STS yet: "verify" demands a certificate for the name of the next hop',
  },
  'listeners[].auth[]': {
    xoauth2: 'this version cannot do XOAUTH2 yet: there are plain and login',
    oauthbearer: 'this version cannot do OAUTHBEARER yet: there are plain and login',
    'cram-md5': 'CRAM-MD5 needs passwords in the clear on this host: there are plain and login, over TLS',
  },
}

/** The sentence for a key of a later version; undefined for what no version is to know. */
export function laterKey(place: string): string | undefined {
  return Object.hasOwn(KEYS, place) ? KEYS[place] : undefined
}

/** The same for a value. */
export function laterValue(place: string, value: string): string | undefined {
  const values = Object.hasOwn(VALUES, place) ? VALUES[place]! : {}
  return Object.hasOwn(values, value.toLowerCase()) ? values[value.toLowerCase()] : undefined
}
