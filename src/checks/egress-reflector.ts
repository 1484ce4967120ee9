// At which address does a reflector of the user's choice see this machine, and is mail said to come from there?
//
// Asked only when one was named: nobody is told of an audit that he was not asked to help with.
import { defineCheck, type Ruling } from '../audit/check.ts'
import { reflectedAddress } from '../facts/reflected-address.ts'
import { sendingAddresses } from '../facts/sending-addresses.ts'

type Outcome = 'named' | 'not-named' | 'none-named' | 'leaves-elsewhere' | 'no-way'

export default defineCheck({
  id: 'egress-reflector',
  group: 'egress',
  scope: 'reflection',
  title: 'The world sees this machine at an address that mail is sent from',
  why: 'Behind address translation a machine does not know the address that others see. SPF, reverse DNS and blocklists are all about that one: where it is another than anybody thought, all of them are set up for the wrong one.',
  refs: ['RFC 7208 §4.1', 'RFC 3022 §2'],
  needs: { reflected: reflectedAddress, named: sendingAddresses },
  outcomes: {
    named: { level: 'pass', says: 'The world sees this machine at {address}, one of the sending addresses ({url}).' },
    'not-named': {
      level: 'info',
      says: 'The world sees this machine at {address} ({url}). That is none of the sending addresses that were named for {family} ({named}); if mail leaves from this machine, name it too (--sender-ip {address}).',
    },
    'none-named': {
      level: 'info',
      says: 'The world sees this machine at {address} ({url}). No sending address was named for {family}; if mail leaves from this machine, name it (--sender-ip {address}).',
    },
    'leaves-elsewhere': {
      level: 'warn',
      says: 'Mail that leaves from this machine by {family} comes from {address}, as {url} sees it, while the sending addresses that are judged are {named}.',
      fix: 'Put {address} into seenAs of the egress, with a PTR record and a place in SPF; or, if mail is to leave from {named}, name the local address that leads there as its source.',
    },
    'no-way': {
      level: 'info',
      says: 'At which {family} address the world sees this machine cannot be asked: {reason}.',
    },
  },
  evaluate({ reflected, named }, subject): Ruling<Outcome> {
    const { reflector, leavesFrom } = subject
    const family = `IPv${subject.family}`
    if (reflected.kind === 'no-way') return { outcome: 'no-way', data: { family, reason: reflected.reason } }
    const own = named.filter(address => address.family === subject.family).map(({ text }) => text)
    const data = { family, address: reflected.address.text, url: reflector.url, named: own }
    if (own.includes(reflected.address.text)) return { outcome: 'named', data }
    // Addresses of a smart host are named as well, and no mail leaves from them here.
    if (leavesFrom.length > 0) {
      return { outcome: 'leaves-elsewhere', data: { ...data, named: leavesFrom.map(({ text }) => text) } }
    }
    return { outcome: own.length > 0 ? 'not-named' : 'none-named', data }
  },
})
