// Holds the walls of the house: which room may import which, one sentence per wall, types let pass where said.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const src = fileURLToPath(new URL('../src', import.meta.url))

interface Wall {
  /** Why the wall stands. */
  readonly because: string
  /** Rooms (folders of src) that may be imported for what they do. */
  readonly rooms: readonly string[]
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[]
  /** Packages and node modules; '*' for any node module. */
  readonly outside: readonly string[]
}

const walls: { readonly [room: string]: Wall } = {
  names: {
    because: 'names are for everyone and know nobody',
    rooms: [],
    outside: ['node:net', 'node:url', 'ipaddr.js', 'tldts'],
  },
  report: {
    because: 'the report is the only thing that checks, views, history and relay share',
    rooms: ['names'],
    outside: ['node:util'],
  },
  rules: { because: 'rules are dated data', rooms: ['names'], outside: [] },
  net: {
    because: 'net is the only place with sockets and knows no mail policy',
    rooms: ['names'],
    outside: [
      ...['node:dgram', 'node:net', 'node:tls', 'node:https', 'node:http2', 'node:dns', 'node:crypto', 'node:os'],
      'dns-packet',
    ],
  },
  protocol: {
    because: 'protocols know no check and no report',
    rooms: ['names', 'rules'],
    types: ['net'],
    outside: ['node:crypto', 'node:zlib'],
  },
  audit: { because: 'the kernel knows no protocol', rooms: ['names', 'report'], types: ['net'], outside: [] },
  facts: {
    because: 'facts observe, they do not judge',
    rooms: ['audit', 'net', 'protocol', 'names', 'rules'],
    types: ['report'],
    outside: ['mailauth/lib/dkim/verify.js', 'mailauth/lib/arc/index.js', 'node:crypto'],
  },
  checks: {
    because: 'a check asks the world nothing: it imports facts to name them, and judges values',
    rooms: ['audit', 'names', 'rules', 'facts', 'protocol'],
    types: ['report'],
    outside: [],
  },
  store: {
    because: 'the store keeps what it is given, and knows only the words for it',
    rooms: ['report'],
    types: ['relay'],
    outside: ['better-sqlite3', 'node:worker_threads', 'node:fs', 'node:path', 'node:zlib'],
  },
  schedule: {
    because: 'the scheduler is handed what audits and what keeps',
    rooms: ['report', 'store', 'names'],
    outside: ['croner'],
  },
  relay: {
    because: 'the relay reads reports, it does not make them',
    rooms: ['names', 'report', 'rules', 'net', 'protocol', 'store'],
    outside: [
      'smtp-server',
      'smtp-server/lib/smtp-connection.js',
      'smtp-server/lib/smtp-stream.js',
      'smtp-server/lib/tls-options.js',
      'nodemailer/lib/smtp-connection',
      'mailauth',
      '*',
    ],
  },
  config: {
    because: 'the configuration is made for the rooms below, and starts nothing',
    rooms: ['names', 'report', 'rules', 'net', 'protocol', 'store', 'relay'],
    outside: ['*', 'yaml', 'zod'],
  },
  lab: {
    because: 'the lab is a little internet, not a part of the product that it is tried on',
    rooms: ['names', 'net', 'protocol', 'rules'],
    outside: ['*'],
  },
}

/** These wire the rooms together, so they may import downwards, everything; nobody imports them. */
const top = ['cli', 'daemon', 'index.ts', 'catalogue.ts', 'evidence.ts', 'version.ts']

interface Import {
  readonly file: string
  readonly line: number
  readonly what: string
  readonly typeOnly: boolean
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const statement = /^(import|export)\s+(type\s+)?([^'";]*?from\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm
  return [...text.matchAll(statement)].map(match => ({
    file,
    line: text.slice(0, match.index).split('\n').length,
    what: (match[4] ?? match[5])!,
    typeOnly: match[2] !== undefined || /^\{\s*(type\s[^,]+,?\s*)+\}\s*from/.test(match[3] ?? ''),
  }))
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => join(src, name))

const roomOf = (file: string): string => relative(src, file).split('/')[0]!

function broken(one: Import): string | undefined {
  const room = roomOf(one.file)
  const place = `src/${relative(src, one.file)}:${one.line}`
  const inside = one.what.startsWith('.')
  const target = inside ? roomOf(resolve(dirname(one.file), one.what)) : one.what
  if (inside && top.includes(target) && room !== target && !top.includes(room))
    return `${place} imports ${target}: nobody does`
  const wall = walls[room]
  if (!wall || target === room) return undefined
  const allowed = inside
    ? wall.rooms.includes(target) || (one.typeOnly && (wall.types?.includes(target) ?? false))
    : wall.outside.includes(target) || (target.startsWith('node:') && wall.outside.includes('*'))
  return allowed ? undefined : `${place} imports ${one.what}, but ${wall.because}`
}

describe('the walls of the house', () => {
  it('every folder of src is a room with a wall, or stands at the top', () => {
    const rooms = [...new Set(files.map(roomOf))]
    expect(rooms.filter(room => !(room in walls) && !top.includes(room))).toEqual([])
  })

  it('no import goes through a wall', () => {
    expect(files.flatMap(importsOf).map(broken).filter(Boolean)).toEqual([])
  })

  it('would notice one that does', () => {
    const at = (file: string, what: string, typeOnly = false): string | undefined =>
      broken({ file: join(src, file), line: 1, what, typeOnly })
    expect(at('checks/x.ts', 'node:fs')).toContain('a check asks the world nothing')
    expect(at('protocol/spf/x.ts', '../../net/resolver.ts')).toContain('protocols know no check')
    expect(at('protocol/spf/x.ts', '../../net/resolver.ts', true)).toBeUndefined()
    expect(at('audit/x.ts', '../cli/main.ts')).toContain('nobody does')
  })

  it('has no drawers', () => {
    const drawers = files.filter(file =>
      /(^|\/)(utils?|helpers?|common|lib|types|misc)(\.ts|\/)/.test(relative(src, file)),
    )
    expect(drawers).toEqual([])
  })

  it('every file says in its first line what it is for', () => {
    const silent = files.filter(file => !/^(#!.*\n)?\/\/ .{20,}/.test(readFileSync(file, 'utf8')))
    expect(silent.map(file => relative(src, file))).toEqual([])
  })
})
