// `mailworthy lab`: the embedded little internet, kept running until it is stopped.
import { startLab } from '../lab/lab.ts'
import { strangeDomain, strangeHosts } from '../lab/strange-hosts.ts'
import { broken, healthy, type LabDomain } from '../lab/world.ts'
import { wrap } from '../report/wrap.ts'
import { fileTrouble, UsageError } from './failure.ts'

/** Runs until SIGINT or SIGTERM. Throws `UsageError` when the port cannot be had. */
export async function runLab(port: number): Promise<void> {
  const lab = await startLab({ port }).catch(error => {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    throw new UsageError(
      `the lab's name server cannot listen on port ${port}: ${taken ? 'the port is taken' : fileTrouble(error)}`,
    )
  })
  const server = `${lab.resolver.address}:${lab.resolver.port}`
  process.stdout.write(
    [
      `The lab runs: its name server is ${server}. Try, in another terminal:`,
      '',
      ...[healthy, broken].map(domain => `  mailworthy ${auditArguments(domain).join(' ')} --lab ${server}`),
      '',
      'MX hosts that misbehave, each in a domain of its own:',
      '',
      `  mailworthy audit ${strangeDomain({ name: 'old-tls' })} --lab ${server}`,
      ...wrap(strangeHosts.map(({ name }) => name).join(' '), 76).map(line => `  ${line}`),
      '',
      'Ctrl-C ends it.',
      '',
    ].join('\n'),
  )
  await new Promise<void>(resolve => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await lab.close()
}

/** The command that audits a domain of the lab with all that its administrator knows. */
export function auditArguments({ domain, egress, selectors }: LabDomain): string[] {
  return [
    'audit',
    domain,
    ...egress.flatMap(e => ['--sender-ip', e.address]),
    ...egress.slice(0, 1).flatMap(e => ['--helo', e.helo]),
    ...selectors.flatMap(selector => ['--selector', selector]),
    '--profile',
    'full',
  ]
}
