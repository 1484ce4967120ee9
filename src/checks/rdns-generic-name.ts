// Is the sending address called like a mail server, or like any address of its provider?
import { defineCheck } from '../audit/check.ts'
import { ptrName, reverseDns } from '../facts/reverse-dns.ts'
import { genericSign } from '../protocol/generic-name.ts'
import { readHelo, wantedName } from '../protocol/helo.ts'

export default defineCheck({
  id: 'rdns-generic-name',
  group: 'rdns',
  scope: 'egress',
  title: 'The sending address has a name that somebody chose for it',
  why: 'Providers give every address a name made of its digits. Receivers take such a name for that of a home line or a rented machine that nobody set up for mail, and mark or refuse what comes from it.',
  refs: ['RFC 8501 §4', 'M3AAWG Sender Best Common Practices §5.2'],
  needs: { reverse: reverseDns },
  outcomes: {
    chosen: { level: 'pass', says: 'The name of {address}, {name}, looks chosen.' },
    'holds-address': {
      level: 'warn',
      says: 'The name of {address}, {name}, is made of the digits of the address, as providers name addresses that nobody named.',
      fix: 'Have the provider of the address change the PTR record at {owner} to the name that the server says in HELO, such as {wanted}, and publish the {type} record of that name.',
    },
    dynamic: {
      level: 'warn',
      says: 'The name of {address}, {name}, looks like that of a line that changes hands ("{word}"). Many receivers refuse mail from such lines.',
      fix: 'Have the provider of the address change the PTR record at {owner} to the name that the server says in HELO, such as {wanted}, and publish the {type} record of that name. If the line really is such a one, send through a smart host.',
    },
    'no-ptr': { level: 'info', says: 'There is no name to judge: {address} has no PTR record (see `rdns-presence`).' },
  },
  evaluate({ reverse }, { domain, address, helo }) {
    const name = ptrName(reverse)
    if (name === null) return { outcome: 'no-ptr', data: { address: address.text } }
    const wanted = wantedName(helo, domain)
    const type = address.family === 4 ? 'A' : 'AAAA'
    const data = { address: address.text, name, owner: reverse.owner, wanted, type }
    const sign = genericSign(name, address)
    if (sign === undefined) return { outcome: 'chosen', data }
    // What is asked for must not be generic itself, and must be a name.
    const isBetter = readHelo(wanted).kind === 'name' && genericSign(wanted, address) === undefined
    const records = isBetter
      ? ([
          { do: 'publish', name: reverse.owner, type: 'PTR', value: wanted },
          { do: 'publish', name: wanted, type, value: address.text },
        ] as const)
      : []
    return sign.kind === 'dynamic'
      ? { outcome: 'dynamic', data: { ...data, word: sign.word }, records }
      : { outcome: 'holds-address', data, records }
  },
})
