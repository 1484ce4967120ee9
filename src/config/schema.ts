// The shape of mailworthy.yaml: every key with its type, what it means, and its default. What keys mean together, the builders say.
import { z } from 'zod'
import { DURATION, SIZE } from './quantity.ts'

const name = z.string().min(1).max(64).describe('What it is called in logs, in `gate explain` and in other settings.')

const duration = z
  .string()
  .regex(DURATION, { error: 'is no duration: write a number with its unit, such as 90s, 15m, 72h or 2d' })

const size = z
  .union([
    z.string().regex(SIZE, { error: 'is no size: write a number with its unit, such as 512KB or 36MB' }),
    z.int(),
  ])
  .meta({ description: 'Octets, or a number with KB, MB or GB (powers of two).' })

const reference = z.string().regex(/^(file|env):./, {
  error: 'must be a reference, file:PATH or env:NAME: secrets and keys do not stand in this file',
})

const gateMode = z.enum(['reject', 'hold', 'observe'])

const egress = z.strictObject({
  name,
  seenAs: z
    .array(z.string())
    .min(1)
    .describe('The addresses that the world sees connections from. PTR, SPF and blocklists are judged by these.'),
  source: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe('Local addresses to connect from, where NAT makes them differ from seenAs.'),
  helo: z.string().optional().describe('The name given in EHLO. Default: hostname.'),
})

const dkimKey = z.strictObject({
  selector: z
    .string()
    .min(1)
    .describe('The selector that the key record is published under: SELECTOR._domainkey.DOMAIN.'),
  key: reference.describe(
    'The private key, PEM: RSA of 1024 bits or more, or Ed25519. `mailworthy keys create` makes one.',
  ),
})

const domain = z.strictObject({
  name: z.string().describe('A domain that mail may be sent from: the domain of the header From.'),
  dkim: z.array(dkimKey).min(1).describe('The keys that sign for it; each adds a signature. Nothing leaves unsigned.'),
})

const listener = z.strictObject({
  name,
  bind: z.array(z.string()).min(1).describe('Local addresses and ports: "0.0.0.0:587", "[::]:587".'),
  tls: z
    .enum(['none', 'optional', 'required', 'implicit'])
    .optional()
    .describe('optional and required: by STARTTLS. implicit: from the first octet (port 465).')
    .meta({ default: 'required' }),
  certificate: reference
    .optional()
    .describe('The certificate and those above it, PEM, its own first. Needed unless tls is none.'),
  key: reference.optional().describe('The private key of the certificate, PEM, without passphrase.'),
  auth: z
    .array(z.enum(['plain', 'login']))
    .optional()
    .describe('Mechanisms of AUTH, offered over TLS only.')
    .meta({ default: [] }),
  maxMessageSize: size.optional().describe('Largest message, as sent. Announced as SIZE.').meta({ default: '36MB' }),
  maxRecipients: z.int().min(1).max(50_000).optional().describe('Recipients of one message.').meta({ default: 200 }),
  maxConnections: z.int().min(1).max(100_000).optional().describe('Connections at one time.').meta({ default: 1000 }),
})

const client = z.strictObject({
  name,
  match: z
    .strictObject({
      user: z.string().min(1).max(255).optional().describe('The user name of AUTH.'),
      ips: z
        .array(z.string())
        .min(1)
        .optional()
        .describe('Addresses, networks (10.0.0.0/24) and ranges (10.0.0.5-10.0.0.9). The most specific wins.'),
    })
    .describe(
      'Who this is: a user, or addresses, or a user at these addresses only. A user wins over an address, a longer prefix over a shorter one.',
    ),
  password: z
    .string()
    .optional()
    .describe('For a user: the scrypt:… text that `mailworthy clients password` makes, or a reference to it.'),
  senders: z
    .array(z.string())
    .min(1)
    .describe(
      'Who it may send as: a@example.org, *@example.org, *@*.example.org, * (any configured domain), <> (the null sender, of bounces; * has it too).',
    ),
  rate: z
    .strictObject({
      messages: z.int().min(1).describe('So many messages …'),
      per: duration.describe('… in so much time.'),
    })
    .optional()
    .describe('More than this is answered 451 4.7.28.'),
  gate: gateMode.optional().describe('How the gate answers this client. Wins over the domain and the default.'),
  lineEndings: z
    .enum(['strict', 'normalize'])
    .optional()
    .describe('Bare CR and LF: refused, or made CRLF before signing (for old devices).')
    .meta({ default: 'strict' }),
})

const appearsAs = z.strictObject({
  addresses: z.array(z.string()).min(1).optional().describe('The addresses that receivers see.'),
  spf: z
    .string()
    .optional()
    .describe('The mechanism that must stand in the SPF record of the sender: include:spf.example.net.'),
  dkim: z
    .enum(['ours', 'provider', 'both'])
    .optional()
    .describe('Whose DKIM signatures arrive.')
    .meta({ default: 'ours' }),
})

const route = z.strictObject({
  name,
  match: z
    .array(z.string())
    .min(1)
    .describe('Domains of recipients: example.org, *.example.org, *. The most specific wins, then the lowest cost.'),
  cost: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Among routes that match alike, the lowest is taken.')
    .meta({ default: 1 }),
  via: z
    .union([z.literal('mx'), z.array(z.string()).min(1)])
    .describe('mx, or smart hosts as host:port, tried in order. The port is 25 when none is given.'),
  tls: z
    .enum(['auto', 'opportunistic', 'required', 'verify', 'none'])
    .optional()
    .describe(
      'auto: TLS where the next hop offers it; with auth, verify. required: TLS, with any certificate. verify: with a trusted certificate for its name.',
    )
    .meta({ default: 'auto' }),
  auth: z
    .strictObject({
      user: z.string().min(1).describe('The user name, or a reference to it.'),
      password: reference.describe('The password.'),
    })
    .optional()
    .describe('AUTH at the smart hosts, over TLS only: verify, or required when you say so.'),
  appearsAs: appearsAs
    .optional()
    .describe('What receivers see behind smart hosts. Without it, only our DKIM and DMARC are judged.'),
})

const retrySteps = z.array(duration).min(1)

const retry = z.union([
  z.enum(['exchange', 'postfix']),
  retrySteps,
  z.strictObject({
    steps: retrySteps.describe('How long to wait before each attempt; the last one is repeated.'),
    expiresAfter: duration.optional().describe('The message is returned after this time.').meta({ default: '2d' }),
    warnAfter: z
      .union([duration, z.literal('never')])
      .optional()
      .describe('The sender is told that it takes long.')
      .meta({ default: '4h' }),
  }),
])

/** The whole file. Input and output have the same shape: defaults and references are the builders' work. */
export const configurationSchema = z
  .strictObject({
    hostname: z
      .string()
      .describe(
        'The name of this host, as it greets and as it stands in Received. Its certificate and PTR should say the same.',
      ),
    resolver: z
      .union([z.string(), z.array(z.string()).min(1)])
      .optional()
      .describe(
        'Name servers: address, address:port, tcp://, tls:// or https://…/dns-query. Default: those of the system.',
      ),
    reflector: z
      .string()
      .optional()
      .describe(
        'A page (https) that answers with the address of whoever asks: where the world sees this machine. Default: none is asked.',
      ),
    store: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe('Where messages are kept: sqlite:PATH.')
      .meta({ default: 'sqlite:var/mailworthy.db' }),
    control: z
      .string()
      .optional()
      .describe('The socket that commands reach a running relay by: unix:PATH.')
      .meta({ default: 'unix:var/mailworthy.sock' }),
    trust: z
      .array(z.string().regex(/^(file|env):./, { error: 'must be a reference, file:PATH or env:NAME' }))
      .optional()
      .describe('Certificates (PEM) to trust besides the usual roots, when next hops are verified.'),
    egress: z.array(egress).min(1).describe('What the world sees. Connections leave only from here.'),
    domains: z.array(domain).min(1).describe('The domains that mail may be sent from.'),
    listeners: z.array(listener).min(1).describe('Where mail is taken.'),
    clients: z.array(client).min(1).describe('Who may submit. What matches no client may relay nothing.'),
    routes: z
      .array(route)
      .min(1)
      .optional()
      .describe('Where mail goes. Default: one route, to the MX hosts of every domain.')
      .meta({ default: [{ name: 'internet', match: ['*'], via: 'mx' }] }),
    gate: z
      .strictObject({
        mode: gateMode
          .optional()
          .describe('reject: 550. hold: 250, and kept until the fault is mended. observe: let through and noted.')
          .meta({ default: 'reject' }),
        stale: duration
          .optional()
          .describe('A report older than this opens the gate no more.')
          .meta({ default: '72h' }),
        domains: z.record(z.string(), gateMode).optional().describe('Modes of single domains.').meta({ default: {} }),
      })
      .optional()
      .describe('What happens to mail that would fail at its receivers.'),
    retry: retry
      .optional()
      .describe('When a deferred message is tried again: exchange, postfix, a list of steps, or steps with expiry.')
      .meta({ default: 'exchange' }),
    log: z
      .strictObject({
        level: z
          .enum(['error', 'warn', 'info', 'debug'])
          .optional()
          .meta({ default: 'info', description: 'The least that is logged.' }),
        format: z
          .enum(['text', 'json'])
          .optional()
          .meta({ default: 'text', description: 'Lines for people or for programs.' }),
      })
      .optional()
      .describe('One line per outcome: queue id, client, from, to, relay, delay, dsn, status.'),
  })
  .meta({
    title: 'mailworthy.yaml',
    description: 'The configuration of the mailworthy relay. Paths are relative to the file.',
  })

/** What the file may hold, before defaults and references. */
export type RawConfiguration = z.infer<typeof configurationSchema>
export type RawEgress = z.infer<typeof egress>
export type RawDomain = z.infer<typeof domain>
export type RawListener = z.infer<typeof listener>
export type RawClient = z.infer<typeof client>
export type RawRoute = z.infer<typeof route>

/** The same as JSON Schema (draft 2020-12), for editors. */
export function configurationJsonSchema(): object {
  return z.toJSONSchema(configurationSchema, { io: 'input' })
}
