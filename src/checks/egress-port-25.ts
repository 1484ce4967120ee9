// Can this machine reach port 25 of other mail servers? Most clouds and home networks block it, and nothing is sent then.
import { defineCheck } from '../audit/check.ts'
import { type OutgoingConnection, outgoingConnections } from '../facts/outgoing-connections.ts'
import { displayName } from '../names/domain.ts'

export default defineCheck({
  id: 'egress-port-25',
  group: 'egress',
  scope: 'outgoing',
  title: 'This machine can reach port 25 of other mail servers',
  why: 'Mail goes to other servers by port 25. Many providers of networks and clouds block it until they are asked, and all that is sent waits until it bounces.',
  refs: ['RFC 5321 §4.5.4.1', 'RFC 5068 §3.1'],
  needs: { connections: outgoingConnections },
  outcomes: {
    open: { level: 'pass', says: 'Port 25 is open from here by {family}: {answered} answered.' },
    'blocked-suspected': {
      level: 'warn',
      says: 'Nothing answered on port 25 by {family}: {count} hosts in {networks} networks ({silent}) let every connection time out. A network that blocks port 25 outwards looks like that, or one that lets nothing out at all.',
      fix: 'If mail is to leave from this machine, ask the provider of its network or cloud to open outgoing port 25, and look at its own firewall; else send through a relay on port 587 or 465. If mail leaves from elsewhere, run this check there.',
    },
    undecided: {
      level: 'info',
      says: 'Whether port 25 is open from here by {family} cannot be told: {reason}.',
    },
  },
  evaluate({ connections }, subject) {
    const family = `IPv${subject.family}`
    const answered = connections.filter(({ state }) => state === 'answered')
    if (answered.length > 0) return { outcome: 'open', data: { family, answered: shown(answered) } }
    const silent = connections.filter(({ state }) => state === 'silent')
    const hosts = new Set(silent.map(({ host }) => host))
    const networks = new Set(silent.map(({ network }) => network))
    const others = connections.filter(({ state }) => state === 'undecided')
    if (others.length === 0 && hosts.size > 1 && networks.size > 1) {
      const data = { family, count: hosts.size, networks: networks.size, silent: shown(silent) }
      return { outcome: 'blocked-suspected', data }
    }
    const [first] = others
    const reason =
      first !== undefined
        ? `none answered, and ${shown([first])[0]} not only by silence (${first.reason})`
        : hosts.size > 1
          ? 'the hosts that were silent are all in one network, which may be down itself'
          : `only ${displayName(silent[0]!.host)} was there to try, which may be down itself`
    return { outcome: 'undecided', data: { family, reason, tried: shown(connections) } }
  },
})

function shown(connections: readonly OutgoingConnection[]): readonly string[] {
  return connections.map(({ host, address }) => `${displayName(host)} [${address.text}]`)
}
