// Resolvers for looking at a record that is not published: what was asked before is remembered, and one name answers otherwise.
import type { Answer, RecordType, RecordTypes, Resolver } from '../../net/resolver.ts'

/** Questions with their answers; those that got none among them, which must not be waited for twice. */
export type Answered = Map<string, Promise<Answer<RecordTypes[RecordType]>>>

/** Asks every question once. */
export function remembering(resolver: Resolver, answered: Answered): Resolver {
  return {
    resolve<T extends RecordType>(name: string, type: T) {
      const key = `${name} ${type}`
      const asked = answered.get(key) ?? resolver.resolve(name, type)
      answered.set(key, asked)
      return asked as Promise<Answer<RecordTypes[T]>>
    },
  }
}

/** The world with one TXT record of its own at `owner`, in place of all that stands there. */
export function withRecord(resolver: Resolver, owner: string, text: string): Resolver {
  return {
    async resolve(name, type) {
      if (name !== owner || type !== 'TXT') return resolver.resolve(name, type)
      const told = { ttl: 0, authentic: false, authoritative: false, server: 'proposed', chain: [name] }
      const records = [[text]] as unknown as RecordTypes[typeof type][]
      return { kind: 'records', records, malformed: [], ...told }
    },
  }
}
