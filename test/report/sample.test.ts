// Holds the sample in reports/sample to what the product makes today (npm run golden makes it anew).
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { makeSamples, steady } from '../../scripts/golden.ts'

it('the sample report is what the lab gives today', async () => {
  const samples = await makeSamples()
  expect([...samples.keys()]).toEqual(['report.txt', 'report.json', 'report.html'])
  for (const [file, sample] of samples) {
    const kept = readFileSync(new URL(`../../reports/sample/${file}`, import.meta.url), 'utf8')
    expect(steady(sample), `${file}: npm run golden`).toBe(steady(kept))
  }
})

it('the README shows lines of the sample', () => {
  const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
  const sample = read('reports/sample/report.txt')
  const excerpt = /```\n(✗[^`]*)```/.exec(read('README.md'))![1]!
  // An ellipsis leaves the rest of a line away.
  const strangers = excerpt.split('\n').filter(line => !sample.includes(line.replace(/ …$/, '')))
  expect(strangers).toEqual([])
})
