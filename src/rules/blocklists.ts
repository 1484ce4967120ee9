// The blocklists of addresses that are asked, as dated data: their answers, what each means, and where to ask for removal.
//
// A list stands here only when its codes are published or were seen in use by several receivers' own rules. Lists that
// died are named in retired-blocklists.ts, so that nobody adds them again: a dead list that "lists the world" costs all mail.

/** The month in which the data below was last compared with what the lists publish. */
export const blocklistsAsOf = '2026-11'

/**
 * What an answer says. `listed`: mail was or will be abused from there. `policy`: the range is declared not to send mail
 * directly, whatever it does: fatal for whoever delivers by MX, harmless behind a smart host. `abused`: a good domain that
 * others misuse, which receivers are told not to refuse as a sender. `informational`: something about the neighborhood, or no judgment at all.
 */
export type Severity = 'listed' | 'policy' | 'abused' | 'informational'

/** One published answer of a list. `meaning` completes "is listed by …: ". */
export interface ListCode {
  readonly meaning: string
  readonly severity: Severity
}

/** What every blocklist has, whatever it lists. */
export interface AnyBlocklist {
  readonly zone: string
  readonly name: string
  /** Listings: the A record → what it means. */
  readonly codes: { readonly [code: string]: ListCode }
  /** Listings of a list that adds them up in the last octet of 127.0.0.x: the value of a bit → what it means. */
  readonly bits?: { readonly [value: number]: ListCode }
  /** Answers by which this list refuses a resolver, beside those that every list may use (`sharedRefusals`). */
  readonly refusals: { readonly [code: string]: string }
  /** What the test entry may answer without being a listing of anything. */
  readonly testCodes: readonly string[]
  /** How a listing ends, to complete "Then …"; `{address}` may stand in it. */
  readonly removal: string
  /** `major`: so widely used that not knowing leaves the question open. `minor`: its silence decides nothing. */
  readonly weight: 'major' | 'minor'
  /** Where customers ask it instead, below a name that is their key: `<key>.zen.dq.spamhaus.net`. */
  readonly byKey?: { readonly service: KeyedService; readonly zone: string }
}

/** A blocklist of addresses. */
export interface Blocklist extends AnyBlocklist {
  readonly kind: 'address'
  /** The families of addresses that the list holds; nothing is asked about others. */
  readonly families: readonly (4 | 6)[]
}

/** Services that are asked with a key in the name. */
export type KeyedService = 'spamhaus'

/**
 * Answers that are never listings, whoever gives them. The range is Spamhaus's, and others took it over; 127.0.0.1 is what
 * URIBL and SURBL refuse with, and what filtering resolvers answer.
 */
export const sharedRefusals: { readonly [code: string]: string } = {
  '127.0.0.1': 'the list refuses this resolver, or the resolver blocks the list',
  '127.255.255.252': 'the name of the list was not recognized by its operator',
  '127.255.255.254': 'the question came through a public, open or unattributable resolver',
  '127.255.255.255': 'too many questions came from this resolver',
}

const listed = (meaning: string): ListCode => ({ meaning, severity: 'listed' })
const policy = (meaning: string): ListCode => ({ meaning, severity: 'policy' })
const informational = (meaning: string): ListCode => ({ meaning, severity: 'informational' })

// UCEPROTECT-Network, "Blacklist policy", levels 1 to 3.
const uceprotectRemoval =
  'wait: a listing ends seven days after the last abuse (http://www.uceprotect.net/en/rblcheck.php)'

/** Every list of addresses that is asked, in the order in which people read about them. */
export const blocklists: readonly Blocklist[] = [
  {
    // Spamhaus, "Available Zones" and "DNSBL Usage"; cbl.abuseat.org is the XBL and is not asked again.
    kind: 'address',
    zone: 'zen.spamhaus.org',
    name: 'Spamhaus ZEN',
    families: [4, 6],
    codes: {
      '127.0.0.2': listed('SBL, a source or supporter of spam that Spamhaus knows by name'),
      '127.0.0.3': listed('CSS, sending of low repute, found automatically'),
      '127.0.0.4': listed('XBL, a machine that was taken over or runs malware'),
      '127.0.0.5': listed('XBL, a machine that was taken over or runs malware'),
      '127.0.0.6': listed('XBL, a machine that was taken over or runs malware'),
      '127.0.0.7': listed('XBL, a machine that was taken over or runs malware'),
      '127.0.0.9': listed('DROP, a network in criminal hands'),
      '127.0.0.10': policy('PBL, entered by the provider of the network'),
      '127.0.0.11': policy('PBL, entered by Spamhaus'),
      // Only those who ask with a key hear of it.
      '127.0.0.20': listed('AuthBL, a machine that tries passwords of mailboxes'),
      '127.0.0.30': listed('BCL, a controller of botnets'),
    },
    refusals: {},
    testCodes: [],
    removal: 'follow https://check.spamhaus.org/, which names the exact listing and its way out',
    weight: 'major',
    byKey: { service: 'spamhaus', zone: 'zen.dq.spamhaus.net' },
  },
  {
    kind: 'address',
    zone: 'bl.spamcop.net',
    name: 'SpamCop',
    families: [4],
    codes: { '127.0.0.2': listed('mail from it was reported as spam by its recipients') },
    refusals: {},
    testCodes: [],
    removal:
      'wait: the listing ends by itself a day after the last report (https://www.spamcop.net/bl.shtml?{address})',
    weight: 'major',
  },
  {
    // It serves only resolvers that were registered, so its silence is the rule and must not leave every report open.
    kind: 'address',
    zone: 'b.barracudacentral.org',
    name: 'Barracuda',
    families: [4],
    codes: { '127.0.0.2': listed('spam or viruses came from it to Barracuda’s traps and customers') },
    refusals: {},
    testCodes: [],
    removal: 'ask for removal at https://www.barracudacentral.org/rbl/removal-request',
    weight: 'minor',
  },
  {
    kind: 'address',
    zone: 'psbl.surriel.com',
    name: 'PSBL',
    families: [4],
    codes: { '127.0.0.2': listed('it sent mail to a spam trap') },
    refusals: {},
    testCodes: [],
    removal: 'remove it at https://psbl.org/remove',
    weight: 'minor',
  },
  {
    // bl.mailspike.net joins z (zero-hour) and the three worst grades of rep: mailspike.org, "Usage".
    kind: 'address',
    zone: 'bl.mailspike.net',
    name: 'Mailspike',
    families: [4],
    codes: {
      '127.0.0.2': listed('it takes part in a wave of spam right now'),
      '127.0.0.10': listed('worst possible reputation'),
      '127.0.0.11': listed('very bad reputation'),
      '127.0.0.12': listed('bad reputation'),
    },
    refusals: {},
    testCodes: [],
    removal: 'ask for removal at https://mailspike.io/ip_verify',
    weight: 'minor',
  },
  {
    // The classes of dronebl.org. Its test entry may answer with class 1, "testing".
    kind: 'address',
    zone: 'dnsbl.dronebl.org',
    name: 'DroneBL',
    families: [4, 6],
    codes: {
      '127.0.0.2': informational('a sample kept for analysis, which is no judgment'),
      '127.0.0.3': listed('a drone that spams chat networks'),
      '127.0.0.5': listed('a bottler'),
      '127.0.0.6': listed('an unknown worm or spam bot'),
      '127.0.0.7': listed('a drone in attacks that flood others'),
      '127.0.0.8': listed('an open SOCKS proxy'),
      '127.0.0.9': listed('an open HTTP proxy'),
      '127.0.0.10': listed('a chain of proxies'),
      '127.0.0.11': listed('a web page proxy'),
      '127.0.0.12': listed('an open DNS resolver'),
      '127.0.0.13': listed('guessing of passwords'),
      '127.0.0.14': listed('an open WinGate proxy'),
      '127.0.0.15': listed('a router that was taken over'),
      '127.0.0.16': listed('a worm that takes over other machines'),
      '127.0.0.17': listed('a member of a botnet, found automatically'),
      '127.0.0.18': listed('a server that seems to have been taken over'),
      '127.0.0.19': listed('a VPN that is abused'),
      '127.0.0.255': listed('a threat without a class'),
    },
    refusals: {},
    testCodes: ['127.0.0.1'],
    removal: 'ask for removal at https://dronebl.org/lookup?ip={address}',
    weight: 'minor',
  },
  {
    kind: 'address',
    zone: 'dnsbl-1.uceprotect.net',
    name: 'UCEPROTECT level 1',
    families: [4],
    codes: { '127.0.0.2': listed('it sent mail to a spam trap or attacked a server in the last seven days') },
    refusals: {},
    testCodes: [],
    removal: uceprotectRemoval,
    weight: 'minor',
  },
  {
    kind: 'address',
    zone: 'dnsbl-2.uceprotect.net',
    name: 'UCEPROTECT level 2',
    families: [4],
    codes: { '127.0.0.2': informational('several of its neighbors in the network are listed at level 1') },
    refusals: {},
    testCodes: [],
    removal: uceprotectRemoval,
    weight: 'minor',
  },
  {
    kind: 'address',
    zone: 'dnsbl-3.uceprotect.net',
    name: 'UCEPROTECT level 3',
    families: [4],
    codes: {
      '127.0.0.2': informational('many addresses of its provider (the whole autonomous system) are listed at level 1'),
    },
    refusals: {},
    testCodes: [],
    removal: uceprotectRemoval,
    weight: 'minor',
  },
]

/** The list that answers in this zone. */
export function blocklistOf(zone: string): Blocklist | undefined {
  return blocklists.find(list => list.zone === zone)
}
