// What came of the connections that this machine made to MX hosts: who answered, and at which address each sees us.
import { defineFact } from '../audit/fact.ts'
import type { Listening } from '../audit/scope.ts'
import { fromBytes, type IpAddress } from '../names/address.ts'
import type { SmtpProbe } from '../net/smtp-probe.ts'
import { addressEchoed } from '../protocol/ehlo-echo.ts'
import { smtpProbe, whyUntold } from './smtp-probe.ts'

export interface OutgoingConnection {
  readonly host: string
  readonly address: IpAddress
  /** `answered`: it spoke SMTP, be it to refuse. `silent`: no connection came about in time. */
  readonly state: 'answered' | 'silent' | 'undecided'
  /** Why it is undecided or silent, as a clause; undefined when it answered. */
  readonly reason: string | undefined
  /** The part of the Internet that the address is in: the smallest that is routed by itself. */
  readonly network: string
  /** The client's address as the server told it after EHLO; only one of the family that was used. */
  readonly seenAs: IpAddress | undefined
}

export const outgoingConnections = defineFact({
  name: 'outgoing-connections',
  scope: 'outgoing',
  async gather({ endpoints }, { know, ehloName }): Promise<readonly OutgoingConnection[]> {
    return Promise.all(
      endpoints.map(async endpoint => connectionOf(endpoint, await know(smtpProbe, endpoint), ehloName)),
    )
  },
})

function connectionOf({ host, address }: Listening, probe: SmtpProbe, ehloName: string): OutgoingConnection {
  const { end, banner, greetingLine = '' } = probe
  const echoed = addressEchoed(greetingLine, ehloName, address)
  const told = {
    host,
    address,
    network: networkOf(address),
    seenAs: echoed?.family === address.family ? echoed : undefined,
  }
  // Whatever came after a banner: the port was open. What turned us away without one spoke SMTP as well.
  if (banner !== undefined || end.kind === 'turned-away') return { ...told, state: 'answered', reason: undefined }
  const reason = end.kind === 'not-connected' || end.kind === 'lost' || end.kind === 'not-smtp' ? whyUntold(end) : ''
  // A reset may be the host's or a firewall's on the way; only silence looks the same from everywhere.
  const isSilent = end.kind === 'not-connected' && end.why === 'timeout'
  return { ...told, state: isSilent ? 'silent' : 'undecided', reason }
}

// Smaller networks than /24 and /48 have no route of their own on the Internet: two hosts in one may be one site.
function networkOf({ family, bytes }: IpAddress): string {
  const kept = family === 4 ? 3 : 6
  return fromBytes(bytes.map((octet, index) => (index < kept ? octet : 0))).text
}
