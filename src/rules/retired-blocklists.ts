// The blocklists that must not be asked any more, with the day: a dead list that "lists the world" costs all mail.

/** A list that must not be asked any more, since when, and what became of it. */
export interface RetiredBlocklist {
  readonly zone: string
  /** A day, a month or a year, as exactly as it is known. */
  readonly since: string
  readonly because: string
}

/** The dead. A zone covers what lies below it. */
export const retiredBlocklists: readonly RetiredBlocklist[] = [
  { zone: 'relays.ordb.org', since: '2006-12', because: 'closed; later listed every address' },
  { zone: 'list.dsbl.org', since: '2008-05', because: 'closed; its name servers left in March 2009' },
  { zone: 'dnsbl.njabl.org', since: '2013-03', because: 'closed' },
  { zone: 'dnsbl.ahbl.org', since: '2015-01-01', because: 'closed; lists every address' },
  { zone: 'bl.spamcannibal.org', since: '2018-05', because: 'its domain expired and was parked; listed every address' },
  { zone: 'bl.emailbasura.org', since: '2019', because: 'its domain expired and was parked' },
  { zone: 'rbl.megarbl.net', since: '2019-11-25', because: 'its domain expired and was parked; lists every address' },
  { zone: 'dnsbl.inps.de', since: '2020-05-25', because: 'closed' },
  {
    zone: 'cbl.abuseat.org',
    since: '2021',
    because: 'is the XBL of zen.spamhaus.org; asking both counts one listing twice',
  },
  { zone: 'db.wpbl.info', since: '2023-11', because: 'emptied, then closed in 2024' },
  { zone: 'dnsbl.sorbs.net', since: '2024-06-05', because: 'closed by Proofpoint; every zone below it was emptied' },
  { zone: 'spam.dnsbl.anonmails.de', since: '2024-11', because: 'closed' },
  { zone: 'ix.dnsbl.manitu.net', since: '2025-01-16', because: 'NiXSpam closed; emptied' },
  // Lists of domains.
  { zone: 'rhsbl.ahbl.org', since: '2015-01-01', because: 'closed; lists every domain' },
  { zone: 'rhsbl.sorbs.net', since: '2024-06-05', because: 'closed by Proofpoint; emptied' },
  { zone: 'dsn.rfc-ignorant.org', since: '2012-11', because: 'closed' },
  { zone: 'bl.nszones.com', since: '2010', because: 'republished data taken from other lists' },
]
