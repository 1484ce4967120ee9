// The only list of checks. A new check is one source, one test, one page, and one line here.
import type { AnyCheck } from '../audit/check.ts'
import dnsExistence from './dns-existence.ts'

/** Every check, by group and in the order in which a person reads them. */
export const checks = [dnsExistence] as unknown as readonly AnyCheck[]
