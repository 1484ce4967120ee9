// What a smart host appears as decides, through the whole line: its addresses are looked up in SPF, and mail goes out or waits by that.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { mailworthy } from '../support/run-cli.ts'
import { makeServedHouse, type Served, type ServedHouse, submit } from '../support/served-relay.ts'
import { type Sink, startSink } from '../support/sink.ts'

let lab: Lab
let sink: Sink
let house: ServedHouse

beforeEach(async () => {
  lab = await startLab()
  sink = await startSink()
  house = await makeServedHouse(lab, sink.port)
})
afterEach(async () => {
  await house.remove()
  await lab.close()
})

const author = 'app@healthy.example'
const THEIRS = '198.51.100.77'

const lists =
  (address: string) =>
  (zones: string): string => {
    const edited = zones.replace('"v=spf1 mx ip4:192.0.2.25 ', `"v=spf1 mx ip4:192.0.2.25 ip4:${address} `)
    expect(edited).not.toBe(zones)
    return edited
  }

/** Behind a provider that signs itself: nothing but SPF can make this mail pass DMARC. */
function configuration(name: string, appearsAs: string): string {
  const text = house.text.replace('appearsAs: { addresses: [192.0.2.25] }', `appearsAs: ${appearsAs}`)
  expect(text).toContain(appearsAs)
  return house.write(name, text)
}

async function asked(file: string, and: (served: Served) => Promise<void>): Promise<void> {
  const served = house.start(file)
  await served.says(/ audited domain=healthy\.example /)
  await and(served)
  served.signal('SIGTERM')
  expect(await served.ended, served.output()).toEqual({ status: 0, signal: null })
}

async function gate(file: string): Promise<string> {
  const { stdout } = await mailworthy(['gate', 'status', '--json', '--config', file, '-q'])
  const domains = JSON.parse(stdout) as readonly { readonly domain: string; readonly decision: string }[]
  return domains.find(one => one.domain === 'healthy.example')!.decision
}

it('an address that SPF does not list: 451; the same address listed: 250, and it arrives', async () => {
  const file = configuration('theirs.yaml', `{ addresses: [${THEIRS}], dkim: provider }`)
  await asked(file, async () => {
    expect(await gate(file)).toBe('unsure')
    expect(await submit(house.port, author, 'ann@example.net')).toMatch(
      /^451-4\.7\.1 healthy\.example may or may not pass SPF: .* \(spf-authorization\)\n/,
    )
    expect(sink.mails).toEqual([])
  })
  await lab.serve(lists(THEIRS))
  await asked(file, async () => {
    expect(await gate(file)).toBe('open')
    expect(await submit(house.port, author, 'ann@example.net')).toMatch(/^250 2\.0\.0 Ok: queued as /)
    await expect.poll(() => sink.mails.length, { timeout: 10_000 }).toBe(1)
  })
  expect(sink.mails[0]).toMatchObject({ from: author, to: ['ann@example.net'] })
}, 60_000)

it('one of two addresses that is not listed is enough to be unsure: mail may leave by either', async () => {
  await lab.serve(lists(THEIRS))
  const file = configuration('two.yaml', `{ addresses: [${THEIRS}, 198.51.100.78], dkim: provider }`)
  await asked(file, async () => expect(await gate(file)).toBe('unsure'))
}, 60_000)

it('where our own keys are gone from DNS, SPF of the smart host tells one fault from two', async () => {
  const noKeys = (zones: string): string =>
    zones
      .split('\n')
      .filter(line => !line.includes('_domainkey.healthy.example'))
      .join('\n')
  const file = configuration('ours.yaml', `{ addresses: [${THEIRS}], dkim: ours }`)
  await lab.serve(noKeys)
  await asked(file, async () => {
    const said = await submit(house.port, author, 'ann@example.net')
    expect(said).toMatch(/^550-5\.7\.26 healthy\.example DKIM key of \S+ \S+ is missing in DNS \(dkim-key\)\n/)
    expect(said).toContain('does not let our address send (SPF) (spf-authorization)')
  })
  await lab.serve(zones => lists(THEIRS)(noKeys(zones)))
  await asked(file, async () => {
    const said = await submit(house.port, author, 'ann@example.net')
    expect(said).toMatch(/^550-5\.7\.20 healthy\.example DKIM key of \S+ \S+ is missing in DNS \(dkim-key\)\n/)
    expect(said).not.toContain('SPF')
  })
}, 60_000)
