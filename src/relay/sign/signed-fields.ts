// Which header fields a signature covers: each instance that is there and one that is not, so that none can be put in front
// of it later, where mail programs would show it in place of the signed one (RFC 6376 §5.4, §8.15).

/** Signed whether present or not: what people see, how the body is read, where answers and unsubscribing go. */
const always = [
  'From',
  'To',
  'Cc',
  'Subject',
  'Date',
  'Reply-To',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'In-Reply-To',
  'References',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
] as const

/** Signed when present: a mailing list on the way may honestly add them to mail that has none. */
const whenPresent = [
  'Sender',
  'List-Id',
  'List-Help',
  'List-Subscribe',
  'List-Post',
  'List-Owner',
  'List-Archive',
  'Feedback-ID',
  'Auto-Submitted',
  'Content-ID',
  'Content-Description',
  'Disposition-Notification-To',
  'Autocrypt',
  'BIMI-Selector',
] as const

/** The names for h=, given the lower-case names of the fields that are there. */
export function namesToSign(present: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const key of present) counts.set(key, (counts.get(key) ?? 0) + 1)
  const count = (name: string): number => counts.get(name.toLowerCase()) ?? 0
  return [...always, ...whenPresent.filter(name => count(name) > 0)].flatMap(name => Array(count(name) + 1).fill(name))
}
