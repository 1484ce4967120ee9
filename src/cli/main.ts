// Reads argv, finds the command, and turns what happened into an exit status. Commands are loaded only when they are called.

import { Command, CommanderError, Option } from 'commander'
import { version } from '../version.ts'
import { collect, examples, list, seconds, wholeNumber } from './arguments.ts'
import type { AuditFlags } from './audit.ts'
import { Ended, fileTrouble, UsageError, visibleLines } from './failure.ts'
import type { MessageFlags } from './message.ts'
import { relayCommands } from './relay-commands.ts'
import { clientsCommands, configCommands, keysCommands } from './setup-commands.ts'

/**
 * Runs the command line and sets `process.exitCode`: 0 pass or warn, 1 fail, 2 wrong use, 3 unknown.
 * @param argv the arguments after the program's name
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads our output may stop early (`| head`); that is no fault.
    if (error.code === 'EPIPE') return
    process.stderr.write(`mailworthy: cannot write to standard output: ${fileTrouble(error)}\n`)
    process.exitCode = 2
  })
  process.stderr.on('error', () => {})
  // Node would end with 1, which says that a domain fails.
  process.on('uncaughtException', fault => process.exit(statusOf(fault)))
  try {
    await program().parseAsync([...argv], { from: 'user' })
  } catch (error) {
    process.exitCode = statusOf(error)
  }
}

function statusOf(error: unknown): number {
  if (error instanceof Ended) return error.status
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof UsageError) {
    process.stderr.write(`mailworthy: ${error.message}\n`)
    return 2
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(
    `mailworthy: this is a fault of ours; please report it with the lines below.\n${visibleLines(detail)}\n`,
  )
  return 70
}

function program(): Command {
  const root = new Command('mailworthy')
    .description("May this domain's mail go out, and will it arrive?")
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help, with examples')
    .helpCommand('help [command]', 'show help')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`mailworthy: ${visibleLines(text.replace(/^error: /, '').trimEnd())}\n`),
    })
    .addHelpText(
      'after',
      examples(['mailworthy audit example.org', 'mailworthy explain spf-lookup-limit', 'mailworthy lab']),
    )
  auditCommand(root)
  messageCommand(root)
  root
    .command('explain')
    .description('what a check asks, why, every way it can end, and what to do')
    .argument('<check-id>', 'a check id, as reports show it')
    .option('--json', 'as JSON')
    .addHelpText('after', examples(['mailworthy explain dmarc-record']))
    .action(async (id: string, flags: { json?: boolean }) =>
      (await import('./explain.ts')).explain(id, flags.json ?? false, process.stdout),
    )
  root
    .command('checks')
    .description('all check ids')
    .option('--json', 'as JSON')
    .action(async (flags: { json?: boolean }) =>
      (await import('./explain.ts')).listChecks(flags.json ?? false, process.stdout),
    )
  root
    .command('lab')
    .description('the embedded little internet, kept running: zones, MX hosts, certificates, blocklists')
    .option('--port <n>', 'port of its name server', wholeNumber(0, 65_535), 5300)
    .addHelpText('after', examples(['mailworthy lab', 'mailworthy audit broken.example --lab 127.0.0.1:5300']))
    .action(async (flags: { port: number }) => (await import('./lab.ts')).runLab(flags.port))
  root
    .command('tour')
    .description('a healthy and a broken domain of the lab, audited: what mailworthy shows, in seconds')
    .action(async (flags: { color: boolean }) => (await import('./tour.ts')).tour(process.stdout, flags.color))
  configCommands(root)
  clientsCommands(root)
  keysCommands(root)
  relayCommands(root)
  // Scripts give them to every command; where there is nothing to color and nothing more to say, they change nothing.
  for (const command of root.commands.flatMap(one => (one.commands.length > 0 ? one.commands : [one]))) {
    for (const everywhere of ['--no-color', '-q, --quiet', '-v, --verbose']) {
      const option = new Option(everywhere).hideHelp()
      if (!command.options.some(own => own.long === option.long)) command.addOption(option)
    }
  }
  return root
}

function messageCommand(root: Command): void {
  root
    .command('message')
    .description('judge one message: its author, SPF, DKIM, DMARC and ARC, and what broke a signature')
    .argument('[file]', 'the message as it was received (.eml); - is standard input')
    .option('--ip <ip>', 'the address of the client that it came from, for SPF')
    .option('--helo <name>', 'the name that the client gave in HELO/EHLO')
    .option('--mail-from <addr>', 'the envelope sender; <> is the null sender')
    .option(
      '--trusted-server <name>',
      'a host whose Received and Authentication-Results are believed (repeatable)',
      collect,
    )
    .option('--rspamd <url>', 'also ask this rspamd what it makes of the message, such as http://127.0.0.1:11333')
    .option('--rcpt-to <addr>', 'an envelope recipient, told to rspamd (repeatable)', collect)
    .option(
      '--resolver <addr,...>',
      "name servers to ask: ADDR[:PORT], tcp://, tls://ADDR or https://HOST/dns-query (default: the system's)",
      list,
    )
    .option('--only <id,...>', 'only these checks or groups', list)
    .option('--skip <id,...>', 'all but these checks or groups', list)
    .option('--ca <file>', 'trust these certificates (PEM) besides the usual roots (repeatable)', collect)
    .option('--timeout <s>', 'end after so many seconds; what is not known by then is unknown', seconds)
    .option('--lab <addr>', 'ask a running `mailworthy lab` instead of the world')
    .option('--with <zonefile>', 'as it would be with these records; the report says what would change')
    .option('--save-evidence <file>', 'also write down the message and all that is heard, to be judged again')
    .option('--evidence <file>', 'judge again what was heard, asking nobody; - is standard input')
    .option('--format <f>', 'text, json, ndjson or html')
    .option('--json', 'the same as --format json')
    .option('--output <file>', 'write the report there instead of to standard output (-)')
    .option('-o <format=file>', 'also write this format to this file (repeatable)', collect)
    .option('--explain', 'also say why each check passed')
    .option('--fail-on <level>', 'end with 1 already at fail, warn or unknown', 'fail')
    .option('--no-color', 'no color, also by NO_COLOR')
    .option('-q, --quiet', 'no notes on standard error')
    .option('-v, --verbose', 'say more on standard error: servers asked, questions, time')
    .addHelpText(
      'after',
      `${examples([
        'mailworthy message mail.eml',
        'mailworthy message mail.eml --ip 192.0.2.25 --helo mail.example.org --mail-from a@example.org',
        'mailworthy message - --json < mail.eml',
        'mailworthy message mail.eml --trusted-server mx.example.net --rspamd http://127.0.0.1:11333',
        'mailworthy message mail.eml --with mended.zone',
      ])}\n\nExit status: 0 pass or warn, 1 fail, 2 wrong use or no message, 3 unknown: something required could not be checked.`,
    )
    .action(async (file: string | undefined, flags: MessageFlags) => {
      const { judgeMessage } = await import('./message.ts')
      process.exitCode = await judgeMessage(file, { ...{ ca: [], o: [], trustedServer: [], rcptTo: [] }, ...flags })
    })
}

function auditCommand(root: Command): void {
  root
    .command('audit')
    .description('check one or many domains')
    .argument('[domain...]', 'domains to audit')
    .option('--domains <file>', 'a list of domains, one a line; - is standard input (repeatable)', collect)
    .option(
      '--resolver <addr,...>',
      "name servers to ask: ADDR[:PORT], tcp://, tls://ADDR or https://HOST/dns-query (default: the system's)",
      list,
    )
    .option('--sender-ip <ip>', 'an address that mail goes out from, as the world sees it (repeatable)', collect)
    .option('--helo <name>', 'the name given in HELO/EHLO by the sending addresses')
    .option('--selector <name>', 'a DKIM selector in use (repeatable)', collect)
    .option('--only <id,...>', 'only these checks or groups', list)
    .option('--skip <id,...>', 'all but these checks or groups', list)
    .option(
      '--profile <name>',
      'sending, receiving, full, parked or m365 (default: sending with --sender-ip, else full)',
    )
    .option('--no-smtp', 'ask DNS only, connect to no mail or web host')
    .option('--authoritative', 'also ask the name servers of each zone what they publish now')
    .option('--smtp-port <n>', 'port of the MX hosts (default: 25)', wholeNumber(1, 65_535))
    .option(
      '--mine <host>',
      'a host of yours: try there whether it relays, and look at ports 465 and 587 (repeatable)',
      collect,
    )
    .option(
      '--reflector <url>',
      'ask this page, which answers with the address of whoever asks, where the world sees us',
    )
    .option('--ca <file>', 'trust these certificates (PEM) besides the usual roots (repeatable)', collect)
    .option('-4, --ipv4', 'connect to IPv4 addresses only')
    .option('-6, --ipv6', 'connect to IPv6 addresses only')
    .option('--timeout <s>', 'end after so many seconds; what is not known by then is unknown', seconds)
    .option('--lab <addr>', 'ask a running `mailworthy lab` instead of the world')
    .option('--with <zonefile>', 'as it would be with these records; the report says what would change')
    .option('--save-evidence <file>', 'also write down all that is heard, to be judged again')
    .option('--evidence <file>', 'judge again what was heard, asking nobody; - is standard input')
    .option('--format <f>', 'text, json, ndjson, html or zone')
    .option('--json', 'the same as --format json')
    .option('--output <file>', 'write the report there instead of to standard output (-)')
    .option('-o <format=file>', 'also write this format to this file (repeatable)', collect)
    .option('--resume', 'go on with the NDJSON file that an interrupted run left at --output')
    .option('--explain', 'also say why each check passed')
    .option('--fail-on <level>', 'end with 1 already at fail, warn or unknown', 'fail')
    .option('--no-color', 'no color, also by NO_COLOR')
    .option('-q, --quiet', 'no progress and no notes on standard error')
    .option('-v, --verbose', 'say more on standard error: servers asked, questions, time')
    .addHelpText(
      'after',
      `${examples([
        'mailworthy audit example.org',
        'mailworthy audit example.org --sender-ip 192.0.2.25 --helo mail.example.org --selector s1',
        'mailworthy audit --domains domains.txt --format ndjson --output reports.ndjson --resume -o html=report.html',
        'mailworthy audit example.org -o html=report.html -o json=report.json',
        'mailworthy audit example.org --only spf,dmarc --resolver 127.0.0.1',
        'mailworthy audit example.org -o zone=mended.zone',
        'mailworthy audit example.org --with mended.zone',
        'mailworthy audit example.org --save-evidence example.evidence',
        'mailworthy audit --evidence example.evidence --explain',
      ])}\n\nExit status: 0 pass or warn, 1 fail, 2 wrong use, 3 unknown: something required could not be checked.`,
    )
    .action(async (domains: string[], flags: AuditFlags) => {
      const { auditDomains } = await import('./audit.ts')
      const none = { domains: [], senderIp: [], selector: [], ca: [], o: [] }
      process.exitCode = await auditDomains(domains, { ...none, ...flags })
    })
}
