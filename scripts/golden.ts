// `npm run golden`: makes reports/sample from the lab, so that anyone sees what comes out before running anything.
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { auditLab } from '../src/cli/tour.ts'
import { formats } from '../src/report/formats.ts'

const samples = ['text', 'json', 'html'] as const

/** The sample in each format, by its file name in reports/sample. */
export async function makeSamples(): Promise<ReadonlyMap<string, string>> {
  const reports = await auditLab()
  return new Map(
    samples.map(name => [
      `report.${formats[name].extension}`,
      formats[name].render(reports, { color: false, domains: 1 }),
    ]),
  )
}

/** A sample without what differs from run to run: times, keys, certificates, ports. */
export function steady(sample: string): string {
  return (
    sample
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replace(/\d{4}-\d\d-\d\d/g, 'DATE')
      .replace(/\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d/g, 'TIME')
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
      // Each lab has an authority of its own.
      .replace(/mailworthy lab root [0-9a-f]{8}/g, 'mailworthy lab root ID')
      .replace(/sha256:[0-9a-f]{8,}/g, 'sha256:HASH')
      .replace(/[A-Za-z0-9+/]{40,}={0,2}/g, 'KEY')
      .replace(/"(ms|durationMs)": \d+/g, '"$1": 0')
      .replace(/\d+(\.\d+)? (ms|s)\b/g, 'TIME')
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [file, sample] of await makeSamples()) {
    writeFileSync(new URL(`../reports/sample/${file}`, import.meta.url), sample)
  }
}
