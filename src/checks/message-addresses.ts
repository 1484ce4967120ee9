// Can the addresses in the header be read, and do the names beside them say who it really is?
import { defineCheck, type Ruling } from '../audit/check.ts'
import { messageContent } from '../facts/message-content.ts'
import { canonicalName, isWithin, parseDomain } from '../names/domain.ts'
import { type AddressList, readAddressList } from '../protocol/message/address-list.ts'
import { valueText } from '../protocol/message/field.ts'
import { fieldsNamed, type MessageContent } from '../protocol/message/read.ts'
import { shownText } from '../protocol/shown-text.ts'

type Outcome =
  | 'readable'
  | 'malformed'
  | 'not-one'
  | 'sender-absent'
  | 'name-shows-address'
  | 'hidden-characters'
  | 'empty-name'
  | 'elsewhere'

const lists = ['Sender', 'Reply-To', 'To', 'Cc'] as const

export default defineCheck({
  id: 'message-addresses',
  group: 'message',
  scope: 'message',
  title: 'The addresses in the header can be read, and their names do not mislead',
  why: 'Answers go to Reply-To, and people look at names rather than addresses. A name that shows another address is how invoices are forged.',
  refs: ['RFC 5322 §3.4', 'RFC 5322 §3.6.2', 'RFC 5322 §3.6.3'],
  needs: { content: messageContent },
  outcomes: {
    readable: { level: 'pass', says: 'All addresses in the header can be read.' },
    malformed: {
      level: 'warn',
      says: 'The {field} field cannot be read as RFC 5322 has it: {faults}.',
      fix: 'Write addresses as: Display name <address>, divided by commas, with names in quotation marks that have a comma, an @ or another special character.',
    },
    'not-one': {
      level: 'warn',
      says: 'The Sender field names {count} mailboxes, and must name one.',
      fix: 'Name in Sender the one mailbox that sent the message, or leave the field out.',
    },
    'sender-absent': {
      level: 'warn',
      says: 'From names {count} mailboxes, and no Sender field says which of them sent the message.',
      fix: 'Add a Sender field with one mailbox, or better name one author in From.',
    },
    'name-shows-address': {
      level: 'warn',
      says: 'The name in From shows {shown}, and the message is from {address}: many programs show the name alone.',
      fix: 'Write a name without an address in it. If somebody else is the author, put their name there, and their address in Reply-To. If the message is forged, this is the forgery.',
    },
    'hidden-characters': {
      level: 'warn',
      says: 'The name in {field} has characters that cannot be seen, or that turn the direction of text ({characters}): it may be made to look like another.',
      fix: 'Take them out of the name.',
    },
    'empty-name': { level: 'info', says: 'The {field} field has a name that is empty.' },
    elsewhere: { level: 'info', says: '{field} is at {domain}, and From at {author}: {meaning}.' },
  },
  evaluate({ content }) {
    const found: Ruling<Outcome>[] = []
    for (const name of lists) {
      for (const list of listsOf(content, name).slice(0, 3)) {
        const { mailboxes, faults } = list
        if (faults.length > 0) found.push({ outcome: 'malformed', data: { field: name, faults } })
        else if (name === 'Sender' && mailboxes.length !== 1)
          found.push({ outcome: 'not-one', data: { count: mailboxes.length } })
        found.push(...nameFaults(name, list))
        if (name === 'Sender' || name === 'Reply-To') found.push(...elsewhere(content, name, list))
      }
    }
    const from = listsOf(content, 'From')
    for (const list of from.slice(0, 3)) found.push(...nameFaults('From', list), ...shownAddresses(list))
    const authors = from[0]?.mailboxes.length ?? 0
    // RFC 5322 §3.6.2.
    if (authors > 1 && fieldsNamed(content, 'sender').length === 0)
      found.push({ outcome: 'sender-absent', data: { count: authors } })
    const isGood = found.every(({ outcome }) => outcome === 'elsewhere' || outcome === 'empty-name')
    return isGood ? [{ outcome: 'readable' }, ...found] : (found as [Ruling<Outcome>, ...Ruling<Outcome>[]])
  },
})

function listsOf(content: MessageContent, name: string): readonly AddressList[] {
  return fieldsNamed(content, name).map(field => readAddressList(valueText(content.octets, field)))
}

/** What changes how a text is shown without being seen: joiners between letters and marks of direction (Unicode UAX #9). */
const HIDDEN = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g

function nameFaults(field: string, { mailboxes }: AddressList): readonly Ruling<Outcome>[] {
  const hidden = [...new Set(mailboxes.flatMap(({ name }) => name.match(HIDDEN) ?? []))].map(
    character => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
  )
  return [
    ...(hidden.length > 0 ? [{ outcome: 'hidden-characters' as const, data: { field, characters: hidden } }] : []),
    ...(mailboxes.some(({ emptyName }) => emptyName) ? [{ outcome: 'empty-name' as const, data: { field } }] : []),
  ]
}

/** A name that is its own address misleads nobody. */
function shownAddresses({ mailboxes }: AddressList): readonly Ruling<Outcome>[] {
  return mailboxes.slice(0, 5).flatMap(({ name, local, domain }) => {
    const plain = name.slice(0, 1000).replaceAll(HIDDEN, '')
    const shown = [...plain.matchAll(/[^\s"'<>()[\],;:@]{1,64}@([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})/gi)]
    const other = shown.find(([, host]) => !isOfOne(canonicalName(host!), canonicalName(domain)))
    return other === undefined
      ? []
      : [
          {
            outcome: 'name-shows-address' as const,
            data: { shown: shownText(other[0]), address: shownText(`${local}@${domain}`) },
          },
        ]
  })
}

function elsewhere(
  content: MessageContent,
  field: 'Sender' | 'Reply-To',
  { mailboxes }: AddressList,
): readonly Ruling<Outcome>[] {
  const { from } = content
  if (from.kind !== 'author') return []
  const other = mailboxes
    .map(({ domain }) => parseDomain(domain))
    .find(one => one.ok && !isOfOne(one.name, from.domain))
  if (!other?.ok) return []
  const meaning = field === 'Sender' ? 'many programs show "on behalf of"' : 'answers go there'
  return [{ outcome: 'elsewhere', data: { field, domain: other.name, author: from.domain, meaning } }]
}

function isOfOne(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one)
}
