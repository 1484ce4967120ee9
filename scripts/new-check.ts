// `npm run new-check ID`: writes the source, the test and the page of a new check, and its line in the list.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { groups } from '../src/audit/check.ts'

const id = process.argv[2] ?? ''
const group = groups.find(g => g === process.argv[3]) ?? groups.find(g => id.startsWith(`${g}-`))
const root = new URL('../', import.meta.url)
const files = { source: `src/checks/${id}.ts`, test: `test/checks/${id}.test.ts`, page: `docs/checks/${id}.md` }

if (!/^[a-z0-9]+(-[a-z0-9]+)+$/.test(id) || !group) {
  process.stderr.write(`Usage: npm run new-check <group>-<noun> [group]   (groups: ${groups.join(' ')})\n`)
  process.exit(2)
}
for (const file of Object.values(files)) {
  if (existsSync(new URL(file, root))) {
    process.stderr.write(`${file} is there already\n`)
    process.exit(2)
  }
}

const name = id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

writeFileSync(
  new URL(files.source, root),
  `// TODO one sentence: which question this check answers, and for whom it matters.
import { defineCheck } from '../audit/check.ts'
import { existence } from '../facts/existence.ts'

export default defineCheck({
  id: '${id}',
  group: '${group}',
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
const index = new URL('src/checks/index.ts', root)
const listed = readFileSync(index, 'utf8')
  .replace(/\n\n\/\*\* Every check/, `\nimport ${name} from './${id}.ts'\n\n/** Every check`)
  .replace(/,?\s*\] as unknown/, `, ${name}] as unknown`)
writeFileSync(index, listed)
process.stdout.write(
  `${Object.values(files).join('\n')}\nand a line in src/checks/index.ts.\n` +
    'Next: fill the outcomes, the cases, evaluate; give it a place in src/checks/profiles.ts; npm run docs; npm run check says what is missing.\n',
)
