// `npm run new-check ID`: writes the source, the test and the page of a new check, and its line in the list.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { checks } from '../src/checks/index.ts'
import { findingGroups, groupOf, groupRank } from '../src/report/groups.ts'

const id = process.argv[2] ?? ''
const group = groupOf(id)
const root = new URL('../', import.meta.url)
const files = { source: `src/checks/${id}.ts`, test: `test/checks/${id}.test.ts`, page: `docs/checks/${id}.md` }

if (!/^[a-z0-9]+(-[a-z0-9]+)+$/.test(id) || groupRank(group) === findingGroups.length) {
  process.stderr.write(
    `Usage: npm run new-check <group>-<noun>   (groups: ${findingGroups.map(known => known.id).join(' ')};\n` +
      'other beginnings of ids, such as mta-sts, and new groups stand in src/report/groups.ts)\n',
  )
  process.exit(2)
}
for (const file of Object.values(files)) {
  if (existsSync(new URL(file, root))) {
    process.stderr.write(`${file} is there already\n`)
    process.exit(2)
  }
}

const name = variableOf(id)

writeFileSync(
  new URL(files.source, root),
  `// TODO one sentence: which question this check answers, and for whom it matters.
import { defineCheck } from '../audit/check.ts'
import { existence } from '../facts/existence.ts'

export default defineCheck({
  id: '${id}',
  group: '${group.id}',
  scope: 'domain',
  title: 'TODO the good state, as a short statement',
  why: 'TODO why it matters to mail.',
  refs: ['RFC TODO'],
  needs: { existence },
  // Fill these first: they are the specification. Then the cases of the test, then \`evaluate\`.
  outcomes: {
    good: { level: 'pass', says: 'TODO what is well.' },
    bad: { level: 'fail', says: 'TODO what is wrong with {domain}.', fix: 'TODO what to do.' },
  },
  evaluate({ existence }, { domain }) {
    return existence.exists ? { outcome: 'good' } : { outcome: 'bad', data: { domain } }
  },
})
`,
)
writeFileSync(
  new URL(files.test, root),
  `import ${name} from '../../src/checks/${id}.ts'
import { describeCheck } from '../support/check-tester.ts'

describeCheck(${name}, {
  good: [{ zone: 'example.org A 192.0.2.1', says: 'TODO' }],
  bad: [{ zone: 'example.net A 192.0.2.1', says: 'TODO', fix: 'TODO' }],
  unknowable: [{ zone: 'example.org FAULT timeout', says: 'Could not be checked' }],
})
`,
)
writeFileSync(
  new URL(files.page, root),
  '<!-- head -->\n<!-- /head -->\n\n## What it looks at\n\n## When it is unknown\n\n## Mending it\n',
)
// After the checks of its group; the formatter puts the import where it belongs.
const before = checks.findLast(check => groupRank(groupOf(check.id)) <= groupRank(group))
const line = before === undefined ? 'export const checks = [\n' : `  ${variableOf(before.id)},\n`
const index = new URL('src/checks/index.ts', root)
const listed = readFileSync(index, 'utf8')
  .replace('\n\n/** Every check', `\nimport ${name} from './${id}.ts'\n\n/** Every check`)
  .replace(line, `${line}  ${name},\n`)
writeFileSync(index, listed)
execFileSync('biome', ['check', '--write', 'src/checks/index.ts'], { cwd: root, stdio: 'ignore' })
process.stdout.write(
  `${Object.values(files).join('\n')}\nand a line in src/checks/index.ts.\n` +
    'Next: fill the outcomes, the cases, evaluate; give it a place in src/checks/profiles.ts; npm run docs; fill the page.\n' +
    'npm run check says what is missing.\n',
)

/** The name under which the list imports a check: `dmarcRecord` for `dmarc-record`. */
function variableOf(check: string): string {
  return check.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
