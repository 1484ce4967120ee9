// `npm start` and `mailworthy tour`: a healthy and a broken domain of the lab, audited as a user would, in seconds.
import { mkdirSync, writeFileSync } from 'node:fs'
import { AuditRun } from '../audit/audit.ts'
import type { Target } from '../audit/scope.ts'
import { catalogue } from '../catalogue.ts'
import { profiles } from '../checks/profiles.ts'
import { type Lab, startLab } from '../lab/lab.ts'
import type { TakenMail } from '../lab/mx-server.ts'
import { broken, healthy, type LabDomain, type SigningKeys } from '../lab/world.ts'
import { parseAddress } from '../names/address.ts'
import { publicKeyHash } from '../protocol/dkim/public-key.ts'
import { formats } from '../report/formats.ts'
import type { Report } from '../report/report.ts'
import { shorten, visible } from '../report/visible.ts'
import { fileTrouble, UsageError } from './failure.ts'
import { judgeSignatures, startLabRelay, submitLetter } from './lab-relay.ts'
import { openMeans, resolversOf } from './means.ts'
import { paints } from './terminal.ts'

const RECIPIENT = 'someone@recipient.example'
const FOLDER = 'reports'
const PAGE = `${FOLDER}/tour.html`

/** Audits the lab's domains, prints both reports, and leaves them as a page. */
export async function tour(out: NodeJS.WriteStream, colored: boolean): Promise<void> {
  const color = colored && paints(out)
  out.write(
    'A tour on the lab, a little internet inside this program: real DNS packets, SMTP and TLS, on loopback only.\n\n',
  )
  const mail: TakenMail[] = []
  const lab = await startLab({ onMail: taken => mail.push(taken) })
  try {
    const reports = await auditDomains(lab)
    out.write(formats.text.render(reports, { color, domains: 1 }))
    writePage(reports)
    await relayTour(lab, mail, out)
  } finally {
    await lab.close()
  }
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

/** One message from each domain through the relay: delivered with good signatures, or refused with what to publish. */
async function relayTour(lab: Lab, mail: readonly TakenMail[], out: NodeJS.WritableStream): Promise<void> {
  const relay = await startLabRelay(lab)
  try {
    out.write('\nNow the relay, with both domains: one message from each.\n')
    for (const { domain } of [healthy, broken]) {
      const from = `app@${domain}`
      const said = await submitLetter(relay, from, RECIPIENT)
      const told = said
        .trimEnd()
        .split(/\r?\n/)
        .map(line => `    ${visible(shorten(line, 110))}\n`)
      out.write(`\n  From ${from} to ${RECIPIENT}:\n${told.join('')}`)
      if (!said.startsWith('250')) continue
      const arrived = await arrival(mail)
      const judged = arrived === undefined ? [] : await judgeSignatures(arrived, relay.resolver)
      out.write(
        `    It arrived ${arrived?.tls ? 'over TLS' : '(not yet)'}; a verifier that had no part in signing says:\n`,
      )
      for (const one of judged) out.write(`    dkim=${one.replace(' ', ' header.d=')}\n`)
    }
  } finally {
    await relay.stop()
  }
}

/** The first message that the lab's hosts take, waited for at most five seconds. */
async function arrival(mail: readonly TakenMail[]): Promise<TakenMail | undefined> {
  for (let waited = 0; mail.length === 0 && waited < 5000; waited += 20)
    await new Promise(resolve => setTimeout(resolve, 20))
  return mail[0]
}

/** The reports of the lab's domains, with the profile that has every check. */
export async function auditLab(): Promise<readonly Report[]> {
  const lab = await startLab()
  try {
    return await auditDomains(lab)
  } finally {
    await lab.close()
  }
}

async function auditDomains(lab: Lab): Promise<readonly Report[]> {
  const asked = { lab: `${lab.resolver.address}:${lab.resolver.port}`, ca: [] }
  const means = await openMeans(asked, 'probe.example')
  try {
    const run = new AuditRun(catalogue(), means)
    const audits = [healthy, broken].map(domain =>
      run.audit(labTarget(domain, lab.signingKeys[domain.domain] ?? {}, resolversOf(asked)), {
        profile: profiles.full,
      }),
    )
    return await Promise.all(audits)
  } finally {
    means.close()
  }
}

function labTarget(
  { domain, egress, selectors }: LabDomain,
  keys: SigningKeys,
  resolvers: NonNullable<Target['resolvers']>,
): Target {
  return {
    domain,
    egress: egress.map(({ address, helo }) => ({ address: parseAddress(address)!, helo })),
    selectors,
    ourKeys: Object.fromEntries(Object.entries(keys).map(([selector, key]) => [selector, publicKeyHash(key)])),
    smtp: true,
    smtpPort: 25,
    listeners: [],
    families: [4, 6],
    ownFamilies: [4, 6],
    resolvers,
  }
}

function writePage(reports: readonly Report[]): void {
  try {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(PAGE, formats.html.render(reports))
  } catch (error) {
    throw new UsageError(`cannot write ${PAGE}: ${fileTrouble(error)}`)
  }
}
