// `npm start` and `mailworthy tour`: a healthy and a broken domain of the lab, audited as a user would, in seconds.
import { mkdirSync, writeFileSync } from 'node:fs'
import { AuditRun } from '../audit/audit.ts'
import type { Target } from '../audit/scope.ts'
import { catalogue } from '../catalogue.ts'
import { profiles } from '../checks/profiles.ts'
import { startLab } from '../lab/lab.ts'
import { broken, healthy, type LabDomain, type SigningKeys } from '../lab/world.ts'
import { parseAddress } from '../names/address.ts'
import { publicKeyHash } from '../protocol/dkim/public-key.ts'
import { formats } from '../report/formats.ts'
import type { Report } from '../report/report.ts'
import { fileTrouble, UsageError } from './failure.ts'
import { openMeans } from './means.ts'
import { paints } from './terminal.ts'

const FOLDER = 'reports'
const PAGE = `${FOLDER}/tour.html`

/** Audits the lab's domains, prints both reports, and leaves them as a page. */
export async function tour(out: NodeJS.WriteStream, colored: boolean): Promise<void> {
  const color = colored && paints(out)
  out.write(
    'A tour on the lab, a little internet inside this program: real DNS packets, SMTP and TLS, on loopback only.\n\n',
  )
  const reports = await auditLab()
  out.write(formats.text.render(reports, { color, domains: 1 }))
  writePage(reports)
  out.write(
    [
      '',
      `Both reports as a page: ${PAGE}`,
      '',
      'Where to go next:',
      '  npm start -- audit example.org                            a domain of yours',
      '  npm start -- audit example.org --sender-ip 192.0.2.25 --helo mail.example.org --selector s1',
      '                                                            and what sends for it',
      '  npm start -- explain spf-lookup-limit                     what a check asks, and what to do',
      `  npm start -- lab                                          keep the lab running, to try things on`,
      '  npm start -- --help',
      '',
    ].join('\n'),
  )
}

/** The reports of the lab's domains, with the profile that has every check. */
export async function auditLab(): Promise<readonly Report[]> {
  const lab = await startLab()
  const means = await openMeans({ lab: `${lab.resolver.address}:${lab.resolver.port}`, ca: [] }, 'probe.example')
  try {
    const run = new AuditRun(catalogue(), means)
    const audits = [healthy, broken].map(domain =>
      run.audit(labTarget(domain, lab.signingKeys[domain.domain] ?? {}), { profile: profiles.full }),
    )
    return await Promise.all(audits)
  } finally {
    means.close()
    await lab.close()
  }
}

function labTarget({ domain, egress, selectors }: LabDomain, keys: SigningKeys): Target {
  return {
    domain,
    egress: egress.map(({ address, helo }) => ({ address: parseAddress(address)!, helo })),
    selectors,
    ourKeys: Object.fromEntries(Object.entries(keys).map(([selector, key]) => [selector, publicKeyHash(key)])),
    smtp: true,
    smtpPort: 25,
    families: [4, 6],
    ownFamilies: [4, 6],
  }
}

function writePage(reports: readonly Report[]): void {
  try {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(PAGE, formats.html.render(reports, {}))
  } catch (error) {
    throw new UsageError(`cannot write ${PAGE}: ${fileTrouble(error)}`)
  }
}
