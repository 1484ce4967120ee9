// What could be learned, else nothing: for whoever tells of many things, and of each that it is not known.
import { Unknowable } from '../audit/fact.ts'

/** @returns undefined when it could not be learned */
export async function orUnknown<V>(fact: Promise<V>): Promise<V | undefined> {
  try {
    return await fact
  } catch (failure) {
    if (failure instanceof Unknowable) return undefined
    throw failure
  }
}
