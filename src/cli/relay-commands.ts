// The commands of a running relay: `serve`, `queue`, `gate`. Each is loaded only when it is called.
import type { Command } from 'commander'
import { examples } from './arguments.ts'
import type { ConfigurationFlags } from './configuration.ts'
import type { GateFlags } from './gate.ts'
import type { QueueFlags } from './queue.ts'
import type { QueueAct } from './queue-door.ts'
import { CONFIG } from './setup-commands.ts'

/** Registers them. */
export function relayCommands(root: Command): void {
  root
    .command('serve')
    .description('the relay and its scheduler, from the configuration')
    .option(...CONFIG)
    .addHelpText('after', examples(['mailworthy serve --config /etc/mailworthy/mailworthy.yaml']))
    .action(async (flags: ConfigurationFlags) => (await import('./serve.ts')).serve(flags))
  queueCommands(root)
  gateCommands(root)
}

function queueCommands(root: Command): void {
  const queue = root.command('queue').description('what waits, and why; hold, release, retry, drop')
  queue
    .command('list')
    .description('messages that wait or are held')
    .option('--state <state>', 'queued, held, delivered, failed or dropped')
    .option('--json', 'as JSON')
    .option(...CONFIG)
    .addHelpText('after', examples(['mailworthy queue list', 'mailworthy queue list --state held --json']))
    .action(async (flags: QueueFlags) => (await import('./queue.ts')).listQueue(flags, process.stdout))
  queue
    .command('show')
    .description('the whole story of one message')
    .argument('<id>', 'its queue id')
    .option('--json', 'as JSON')
    .option(...CONFIG)
    .action(async (id: string, flags: QueueFlags) =>
      (await import('./queue.ts')).showMessage(id, flags, process.stdout),
    )
  const acts: { readonly [A in QueueAct]: string } = {
    hold: 'keep mail back until it is released',
    release: 'let held mail go, at once',
    retry: 'try waiting mail now',
    drop: 'end mail without telling anybody',
  }
  for (const [act, says] of Object.entries(acts) as [QueueAct, string][]) {
    const command = queue
      .command(act)
      .description(says)
      .argument('[id]', 'a queue id')
      .option('--all', 'all messages')
      .option(...CONFIG)
    if (act === 'hold') command.option('--because <words>', 'why, for those who look later')
    command.action(async (id: string | undefined, flags: QueueFlags) =>
      (await import('./queue.ts')).actOnQueue(act, id, flags, process.stdout),
    )
  }
}

function gateCommands(root: Command): void {
  const gate = root.command('gate').description('where each domain stands, and what a message would be answered')
  gate
    .command('status')
    .description('the decision for each domain, and why')
    .option('--json', 'as JSON')
    .option(...CONFIG)
    .action(async (flags: GateFlags) => (await import('./gate.ts')).gateStatus(flags, process.stdout))
  gate
    .command('explain')
    .description('the exact reply that a message would get now')
    .requiredOption('--from <address>', 'the address in the header From')
    .option('--to <address>', 'a recipient (the route depends on it)')
    .option('--client <name>', 'the client that submits (the mode may depend on it)')
    .option('--json', 'as JSON')
    .option(...CONFIG)
    .addHelpText('after', examples(['mailworthy gate explain --from erp@example.org --client erp']))
    .action(async (flags: GateFlags) => (await import('./gate.ts')).explainGate(flags, process.stdout))
}
