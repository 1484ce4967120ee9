// How does the domain stand with those who validate: the records that mail leans on, the keys of its zone, and its MX hosts?
import { defineFact, Unknowable } from '../audit/fact.ts'
import type { RecordTypes, Signature } from '../net/resolver.ts'
import { type ChainOfTrust, chainOfTrust, known, ROOT, type Validation, validation } from './chain-of-trust.ts'
import { mailHosts, mx } from './mx.ts'

export type BrokenChain = Extract<ChainOfTrust, { state: 'broken' }>

export interface Dnssec {
  readonly validates: Validation['state']
  /** The zone that its signatures name; the domain itself when none came. */
  readonly zone: string
  /** Of the domain's own records; undefined where these are broken. */
  readonly own:
    | { readonly exists: boolean; readonly authentic: boolean; readonly signatures: readonly Signature[] }
    | undefined
  /** Undefined when they could not be learned, or nothing is signed. */
  readonly keys: readonly RecordTypes['DNSKEY'][] | undefined
  readonly signers: readonly RecordTypes['DS'][] | undefined
  /** `name TYPE` of the domain's records that nobody who validates can learn. */
  readonly broken: readonly { readonly records: string; readonly chain: BrokenChain }[]
  readonly brokenHosts: readonly { readonly host: string; readonly chain: BrokenChain }[]
  /** MX hosts whose addresses are not validated. */
  readonly unsignedHosts: readonly string[]
}

/** MX hosts that are looked at: more than any sender tries. */
const MOST_HOSTS = 10

export const dnssec = defineFact({
  name: 'dnssec',
  scope: 'domain',
  async gather({ domain }, { resolver, know, foresee }): Promise<Dnssec> {
    foresee(validation, ROOT)
    const chainAt = (name: string, type: string) => know(chainOfTrust, { name, type })
    // What an audit asks in any case, so that it costs nothing: any of these may be broken alone.
    const asked = [
      [domain, 'SOA'],
      [domain, 'MX'],
      [domain, 'TXT'],
      [`_dmarc.${domain}`, 'TXT'],
    ] as const
    const [[soa, ...others], hosts] = await Promise.all([
      Promise.all(asked.map(([name, type]) => chainAt(name, type))),
      know(mx, { domain }).then(
        found =>
          Promise.all(
            mailHosts(found)
              .slice(0, MOST_HOSTS)
              .map(async host => ({ host, chain: await chainAt(host, 'A') })),
          ),
        unlearned,
      ),
    ])
    const broken = [soa!, ...others].flatMap((chain, index) =>
      chain.state === 'broken' ? [{ records: asked[index]!.join(' '), chain }] : [],
    )
    if (soa?.state === 'unanswered' && broken.length === 0) throw new Unknowable(soa.reason)
    const own = soa!.state === 'answered' ? soa : undefined
    const zone = own?.signatures[0]?.signer ?? domain
    const isSigned = own !== undefined && (own.authentic || own.signatures.length > 0)
    const [keys, signers] = isSigned
      ? await Promise.all([resolver.resolve(zone, 'DNSKEY'), resolver.resolve(zone, 'DS')])
      : []
    return {
      validates: own?.authentic ? 'yes' : (await know(validation, ROOT)).state,
      zone,
      own,
      keys: keys && known(keys),
      signers: signers && known(signers),
      broken,
      brokenHosts: hosts.flatMap(({ host, chain }) => (chain.state === 'broken' ? [{ host, chain }] : [])),
      unsignedHosts: hosts.flatMap(({ host, chain }) =>
        chain.state === 'answered' && chain.exists && !chain.authentic ? [host] : [],
      ),
    }
  },
})

// What of MX is not known is told by the checks of MX.
function unlearned(failure: unknown): readonly { readonly host: string; readonly chain: ChainOfTrust }[] {
  if (failure instanceof Unknowable) return []
  throw failure
}
