// Writes the heads of docs/checks from the checks' own metadata, so that page and program cannot disagree.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { AnyCheck } from '../src/audit/check.ts'
import { checks } from '../src/checks/index.ts'

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
}
