// The commands that set a relay up: `config`, `clients`, `keys`. Each is loaded only when it is called.
import type { Command } from 'commander'
import { examples, wholeNumber } from './arguments.ts'
import type { ConfigurationFlags } from './configuration.ts'
import type { CreateFlags, RecordFlags } from './keys.ts'

export const CONFIG = [
  '--config <file>',
  'the configuration (default: $MAILWORTHY_CONFIG, ./mailworthy.yaml, /etc/mailworthy/mailworthy.yaml)',
] as const

type JsonFlags = ConfigurationFlags & { readonly json?: boolean }

/** Registers them. */
export function configCommands(root: Command): void {
  const config = root.command('config').description('the configuration of the relay: begin it, try it, see it')
  config
    .command('init')
    .description('write a commented start, in mode observe')
    .option('--output <file>', 'where to; - is standard output. Nothing is written over', 'mailworthy.yaml')
    .addHelpText(
      'after',
      examples(['mailworthy config init', 'mailworthy config init --output /etc/mailworthy/mailworthy.yaml']),
    )
    .action(async (flags: { output: string }) =>
      (await import('./config.ts')).initConfiguration(flags.output, process.stdout),
    )
  config
    .command('check')
    .description('say what the configuration does, or everything that is wrong with it (status 2)')
    .option(...CONFIG)
    .option('--json', 'as JSON')
    .addHelpText('after', examples(['mailworthy config check', 'mailworthy config check --config new.yaml --json']))
    .action(async (flags: JsonFlags) => (await import('./config.ts')).checkConfiguration(flags, process.stdout))
  config
    .command('show')
    .description('the configuration as it takes effect: with defaults, without secrets')
    .option(...CONFIG)
    .option('--json', 'as JSON')
    .addHelpText('after', examples(['mailworthy config show']))
    .action(async (flags: JsonFlags) => (await import('./config.ts')).showConfiguration(flags, process.stdout))
  config
    .command('schema')
    .description('the JSON Schema of the file, for editors')
    .addHelpText('after', examples(['mailworthy config schema > mailworthy.schema.json']))
    .action(async () => (await import('./config.ts')).printSchema(process.stdout))
}

/** Registers them. */
export function clientsCommands(root: Command): void {
  const clients = root.command('clients').description('who may submit')
  clients
    .command('password')
    .description('make the scrypt: text of a password, typed unseen or given as a line of standard input')
    .addHelpText(
      'after',
      examples([
        'mailworthy clients password',
        'openssl rand -hex 24 | tee erp.password | mailworthy clients password',
      ]),
    )
    .action(async () => (await import('./clients.ts')).printPasswordHash(process.stdout))
  clients
    .command('list')
    .description('the clients of the configuration, and what they may do')
    .option(...CONFIG)
    .option('--json', 'as JSON')
    .addHelpText('after', examples(['mailworthy clients list']))
    .action(async (flags: JsonFlags) => (await import('./clients.ts')).listClients(flags, process.stdout))
}

/** Registers them. */
export function keysCommands(root: Command): void {
  const keys = root.command('keys').description('DKIM keys and the records that publish them')
  keys
    .command('create')
    .description('make a key that only its owner can read, and print the record to publish')
    .requiredOption('--domain <domain>', 'the domain it signs for')
    .requiredOption('--selector <name>', 'the selector it is published under')
    .option('--type <type>', 'rsa or ed25519', 'rsa')
    .option('--bits <n>', 'length of an RSA key (default: 2048)', wholeNumber(1024, 4096))
    .option(
      '--output <file>',
      'where to (default: keys/DOMAIN.SELECTOR.pem beside the configuration). Nothing is written over',
    )
    .option(...CONFIG)
    .option('--json', 'as JSON')
    .addHelpText('after', examples(['mailworthy keys create --domain example.org --selector s2026a']))
    .action(async (flags: CreateFlags) => (await import('./keys.ts')).createKey(flags, process.stdout))
  keys
    .command('record')
    .description('the DNS records of the configured keys, as lines of a zone file')
    .option('--domain <domain>', 'only keys of this domain')
    .option('--selector <name>', 'only keys of this selector')
    .option('--key <file>', 'of this key file instead, with --domain and --selector')
    .option(...CONFIG)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples([
        'mailworthy keys record',
        'mailworthy keys record --key keys/s1.pem --domain example.org --selector s1',
      ]),
    )
    .action(async (flags: RecordFlags) => (await import('./keys.ts')).printRecords(flags, process.stdout))
  keys
    .command('list')
    .description('the configured keys: selector, type, hash, age, file')
    .option(...CONFIG)
    .option('--json', 'as JSON')
    .addHelpText('after', examples(['mailworthy keys list']))
    .action(async (flags: JsonFlags) => (await import('./keys.ts')).listKeys(flags, process.stdout))
}
