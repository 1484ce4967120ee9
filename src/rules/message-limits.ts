// Limits and demands that mailbox providers put on messages themselves, as dated data, from their own pages.

/** The month in which what stands here was last compared with the providers' pages. */
export const messageLimitsAsOf = '2026-11'

/** Gmail shows so many octets of the HTML of a message, and "[Message clipped]" behind them. */
export const gmailClipOctets = 102 * 1024

/** Received fields at which Exchange takes a message for one that loops (MaxHopCount); others allow more. */
export const mostHops = 30

/** Who demands one-click unsubscription of promotional mail: Gmail and Yahoo since June 2024. */
export const oneClickDemandedBy = 'Gmail and Yahoo'
