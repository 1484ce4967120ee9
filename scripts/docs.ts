// Writes the heads of docs/checks and the tables of docs/profiles.md from the program's own data, so that page and program cannot disagree.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { AnyCheck } from '../src/audit/check.ts'
import type { Profile } from '../src/audit/profile.ts'
import { checks } from '../src/checks/index.ts'
import { profiles } from '../src/checks/profiles.ts'
import { announcements } from '../src/rules/microsoft-365.ts'
import { providers } from '../src/rules/providers.ts'

const OPEN = '<!-- head -->'
const CLOSE = '<!-- /head -->'
const pages = new URL('../docs/checks/', import.meta.url)

/** The generated part of a check's page: what is asked, why, and every way it can end. */
export function docHead(check: AnyCheck): string {
  const rows = Object.entries(check.outcomes).map(
    ([name, { level, says, fix }]) => `| \`${name}\` | ${level} | ${cell(says)} | ${cell(fix ?? '')} |`,
  )
  return [
    OPEN,
    `# ${check.id}`,
    '',
    `**${check.title}.** ${check.why}`,
    '',
    '| outcome | level | what it says | what to do |',
    '|---|---|---|---|',
    ...rows,
    '',
    `Sources: ${check.refs.join(', ')}. Asked about: ${check.scope}.`,
    CLOSE,
  ].join('\n')
}

/** The head as it stands in a page. */
export function headOf(page: string): string {
  return page.slice(page.indexOf(OPEN), page.indexOf(CLOSE) + CLOSE.length)
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')
}

/** What stands between two marks of docs/profiles.md, by the name of the marks. */
export const profileTables: { readonly [name: string]: () => string } = {
  profiles: () => {
    const all: readonly Profile[] = Object.values(profiles)
    const rows = checks
      .filter(({ id }) => all.some(profile => profile.checks[id] !== undefined))
      .map(({ id }) => `| [${id}](checks/${id}.md) | ${all.map(profile => place(profile, id)).join(' | ')} |`)
    const head = `| check | ${all.map(({ name }) => name).join(' | ')} |`
    const titles = all.map(({ name, title }) => `- **${name}**: ${title}.`)
    return [...titles, '', head, `|---|${all.map(() => '---|').join('')}`, ...rows].join('\n')
  },
  providers: () =>
    providers
      .flatMap(({ title, url, asOf, bulkFrom, demands, unseen }) => [
        `### ${title}`,
        '',
        `From [its page](${url}) as of ${asOf}. Bulk: ${bulkFrom === null ? 'no number is published' : `from ${bulkFrom.toLocaleString('en-US')} messages a day`}.`,
        '',
        '| of | proven by | reply | what happens |',
        '|---|---|---|---|',
        ...demands.map(({ from, checks: rows, code, says }) => {
          const proof = rows.map(row => row.map(id => `\`${id}\``).join(' and ')).join(', or ')
          return `| ${from} | ${proof} | ${code ?? 'none published'} | ${cell(says)} |`
        }),
        '',
        `Not visible in an audit: ${unseen.join('; ')}.`,
        '',
      ])
      .join('\n')
      .trimEnd(),
  announcements: () =>
    [
      '| day | what | whom it concerns | page |',
      '|---|---|---|---|',
      ...announcements.map(
        ({ when, says, concerns, url }) => `| ${when} | ${cell(says)} | ${concerned[concerns]} | [post](${url}) |`,
      ),
    ].join('\n'),
}

const concerned = {
  all: 'every domain of Microsoft 365',
  'protection-mx': 'MX below mail.protection.outlook.com',
  'own-servers': 'MX at servers of one’s own',
} as const

function place({ checks: places }: Profile, id: string): string {
  const entry = places[id]
  if (entry === undefined) return ''
  return entry.required ? '**required**' : 'advice'
}

/** The page with each table made anew between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function withTables(page: string): string {
  return Object.entries(profileTables).reduce((text, [name, table]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [from, to] = [text.indexOf(open), text.indexOf(close)]
    if (from < 0 || to < from) throw new Error(`docs/profiles.md lacks ${open} or ${close}`)
    return `${text.slice(0, from + open.length)}\n${table()}\n${text.slice(to)}`
  }, page)
}

function indexPage(): string {
  const rows = checks.map(check => `| [${check.id}](${check.id}.md) | ${check.group} | ${check.title} |`)
  return ['# Checks', '', '| id | group | the good state |', '|---|---|---|', ...rows, ''].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const there = readdirSync(pages)
  for (const check of checks) {
    const url = new URL(`${check.id}.md`, pages)
    const page = there.includes(`${check.id}.md`) ? readFileSync(url, 'utf8') : `${OPEN}\n${CLOSE}\n`
    const at = page.indexOf(OPEN)
    const body = at < 0 ? `\n${page}` : page.slice(page.indexOf(CLOSE) + CLOSE.length)
    writeFileSync(url, docHead(check) + body)
  }
  writeFileSync(new URL('README.md', pages), indexPage())
  const profilesPage = new URL('../profiles.md', pages)
  writeFileSync(profilesPage, withTables(readFileSync(profilesPage, 'utf8')))
}
