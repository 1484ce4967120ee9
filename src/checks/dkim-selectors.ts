// Which other selectors does the domain have? DNS lists none, so the names that providers give to all their customers are tried.
import { defineCheck } from '../audit/check.ts'
import { dkimSelectors, type FoundSelector } from '../facts/dkim-selectors.ts'

export default defineCheck({
  id: 'dkim-selectors',
  group: 'dkim',
  scope: 'domain',
  title: 'The selectors of the domain are known',
  why: 'Only whoever signs knows the selectors in use, but keys that providers had the domain publish tell who may sign for it, and which were left behind.',
  refs: ['RFC 6376 §3.1', 'RFC 8020 §2', 'RFC 4592 §2.2.2'],
  needs: { selectors: dkimSelectors },
  outcomes: {
    found: {
      level: 'info',
      says: 'Of {tried} that providers use, the domain has {list}. There may be others that nobody can guess.{gaps}',
    },
    none: {
      level: 'info',
      says: 'Of {tried} that providers use, the domain has none. That says nothing about selectors of other names.{gaps}',
    },
    'wildcard-alone': {
      level: 'info',
      says: 'Every selector of {domain} is answered alike, by a wildcard, and none that its providers use has an answer of its own.{gaps}',
    },
    denied: {
      level: 'info',
      says: 'The domain has no DKIM selector at all: _domainkey.{domain} does not exist (NXDOMAIN), and so nothing can stand below it. A few name servers say so wrongly; name the selector to be sure (--selector).',
    },
  },
  evaluate({ selectors: { denied, wildcard, asked, found, unanswered } }, { domain }) {
    if (denied) return { outcome: 'denied', data: { domain } }
    const gaps = unanswered.length === 0 ? '' : ` Not answered: ${unanswered.join(', ')}.`
    const count = asked.length
    const tried = `${count} ${count === 1 ? 'selector' : 'selectors'}`
    const data = { domain, count, tried, gaps, selectors: found.map(({ selector }) => selector) }
    if (found.length > 0) return { outcome: 'found', data: { ...data, list: found.map(named).join(', ') } }
    return { outcome: wildcard ? 'wildcard-alone' : 'none', data }
  },
})

function named({ selector, provider }: FoundSelector): string {
  return provider === undefined ? selector : `${selector} (${provider})`
}
