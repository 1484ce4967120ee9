// What the large receivers demand of senders, as dated data: the checks that must not fail, by provider.
//
// From the providers' own pages for bulk senders: the stricter set; the volume at which it begins differs.

/** One receiver's published demands. */
export interface Provider {
  readonly id: string
  readonly title: string
  /** Ids of the checks that must pass. */
  readonly demands: readonly string[]
}

/** The month in which the demands below were last compared with the providers' pages. */
export const providersAsOf = '2026-11'

export const providers: readonly Provider[] = [
  {
    // Google: Email sender guidelines (5,000 a day to personal Gmail accounts): SPF and DKIM, DMARC, PTR with forward match, TLS.
    id: 'gmail',
    title: 'Gmail',
    demands: [
      'spf-record',
      'spf-authorization',
      'dkim-key',
      'dkim-key-strength',
      'dmarc-record',
      'rdns-presence',
      'rdns-forward-confirmed',
    ],
  },
  {
    // Microsoft: Outlook.com requirements for high-volume senders (5,000 a day): SPF pass, DKIM pass and DMARC, else 550 5.7.515.
    id: 'outlook',
    title: 'Outlook.com',
    demands: ['dns-existence', 'spf-record', 'spf-authorization', 'dkim-key', 'dmarc-record'],
  },
  {
    // Yahoo: Sender best practices: SPF and DKIM (1024 bits at least), DMARC, valid forward and reverse DNS.
    id: 'yahoo',
    title: 'Yahoo',
    demands: [
      'spf-record',
      'spf-authorization',
      'dkim-key',
      'dkim-key-strength',
      'dmarc-record',
      'rdns-presence',
      'rdns-forward-confirmed',
    ],
  },
]
