// How the TXT records at a selector have to be changed so that one usable key stands there.
import { editTagList, tagValue } from '../tag-list.ts'
import { publishTxt, removeTxt, type TxtChange } from '../txt-change.ts'
import type { DkimKeyRecord } from './key-record.ts'

/** The same record without `t=y`; its other flags stay. */
export function withoutTesting(text: string): string {
  const flags = (tagValue(text, 't') ?? '').split(':').map(flag => flag.trim())
  const kept = flags.filter(flag => flag !== 'y' && flag !== '')
  return editTagList(text, { t: kept.length === 0 ? undefined : kept.join(':') })
}

/**
 * What to do about several records at one name. Which to keep is known when one of them is our key, or, where nobody knows of a
 * key of ours, when just one is a key at all; a key of ours that is not among them takes the place of all.
 * @returns nothing when that cannot be known
 */
export function keepOne(
  owner: string,
  records: readonly DkimKeyRecord[],
  ours: { readonly key: string | undefined; readonly record: string | undefined },
): readonly TxtChange[] {
  const keys = records.filter(record => record.state === 'valid')
  const own = keys.filter(record => record.key.keyHash === ours.key)
  const kept = own.length > 0 ? own[0] : ours.key === undefined && keys.length === 1 ? keys[0] : undefined
  if (kept !== undefined) return records.filter(record => record !== kept).map(({ text }) => removeTxt(owner, text))
  if (ours.record === undefined || own.length > 0) return []
  return [...records.map(({ text }) => removeTxt(owner, text)), publishTxt(owner, ours.record)]
}
