// Holds data against the schema, and says what does not fit in the words of somebody who edits the file.
import { z } from 'zod'
import { nearest } from './nearest.ts'
import { laterKey, laterValue } from './not-yet.ts'
import { choices, type Path, quoted } from './problem.ts'

/** What does not fit, and where. `atKey`: the key is to blame, not its value. */
export interface Misfit {
  readonly path: Path
  readonly says: string
  readonly atKey: boolean
}

type Issue = z.core.$ZodIssue

/** Everything in `data` that the schema does not take; empty when it fits. */
export function misfits(schema: z.ZodType, data: unknown): readonly Misfit[] {
  const result = schema.safeParse(data)
  if (result.success) return []
  const all = result.error.issues.flatMap(issue => misfitsOf(issue, [], schema, data))
  // What a later version will know is told once, and not that its neighbors are missing.
  const later = new Set(all.filter(isLater).map(({ path }) => JSON.stringify(path.slice(0, -1))))
  const told = new Set<string>()
  return all.filter(misfit => {
    const parent = JSON.stringify(misfit.path.slice(0, -1))
    if (!later.has(parent)) return true
    const key = `${parent} ${misfit.says}`
    if (told.has(key) || (misfit.atKey && !isLater(misfit) && misfit.says.startsWith('is missing'))) return false
    told.add(key)
    return true
  })
}

const isLater = ({ path, atKey }: Misfit): boolean => atKey && laterKey(placeText(path)) !== undefined

function misfitsOf(issue: Issue, above: Path, schema: z.ZodType, data: unknown): readonly Misfit[] {
  const path: Path = [...above, ...(issue.path as Path)]
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path)
    return issue.keys.map(key => ({ path: [...path, key], says: strangeKey([...path, key], known), atKey: true }))
  }
  const value = valueAt(data, path)
  if (issue.code === 'invalid_union') {
    // Of the shapes that are possible, the one that was meant complains of something inside it.
    const meant = issue.errors.find(inner => inner.every(one => one.path.length > 0 || !isWrongType(one)))
    if (meant !== undefined && meant.length > 0) {
      return meant.flatMap(inner => misfitsOf(inner, path, schema, data))
    }
    return [{ path, says: laterOr(path, value, oneOfShapes(issue.errors, value)), atKey: false }]
  }
  const says = sentence(issue, value)
  return [{ path, says: laterOr(path, value, says), atKey: value === undefined }]
}

function isWrongType(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value'
}

function laterOr(path: Path, value: unknown, says: string): string {
  return (typeof value === 'string' ? laterValue(placeText(path), value) : undefined) ?? says
}

function strangeKey(path: Path, known: readonly string[]): string {
  const later = laterKey(placeText(path))
  if (later !== undefined) return later
  const near = nearest(String(path.at(-1)), known)
  return `there is no such setting; ${near === undefined ? `here may stand ${choices(known)}` : `did you mean ${near}?`}`
}

function sentence(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType([issue.expected], value)
    case 'invalid_value':
      return notAmong(issue.values.map(String), value)
    case 'too_small':
      if (issue.origin === 'array') return 'the list is empty: at least one must stand in it'
      if (issue.origin === 'string') return 'is empty'
      return `${shown(value)} is too small: at least ${issue.minimum}`
    case 'too_big':
      if (issue.origin === 'string') return `is too long: at most ${issue.maximum} characters`
      return `${shown(value)} is too large: at most ${issue.maximum}`
    case 'invalid_format':
      // A text that should have been a reference may be the secret itself.
      return issue.message.startsWith('must be a reference') ? issue.message : `${shown(value)} ${issue.message}`
    case 'invalid_key':
    case 'invalid_element':
      return 'is not understood'
    default:
      return issue.message
  }
}

function oneOfShapes(branches: readonly (readonly Issue[])[], value: unknown): string {
  const roots = branches.flat().filter(issue => issue.path.length === 0)
  const words = roots.flatMap(issue => (issue.code === 'invalid_value' ? issue.values.map(String) : []))
  if (typeof value === 'string' && words.length > 0) {
    const types = roots.flatMap(issue => (issue.code === 'invalid_type' ? [typeName(issue.expected)] : []))
    const near = nearest(value, words)
    return `${shown(value)} is none of ${choices([...words, ...types])}${near === undefined ? '' : `; did you mean ${near}?`}`
  }
  const formats = roots.find(issue => issue.code === 'invalid_format')
  if (typeof value === 'string' && formats !== undefined) return `${shown(value)} ${formats.message}`
  const types = roots.flatMap(issue => (issue.code === 'invalid_type' ? [issue.expected] : []))
  return wrongType([...words, ...types], value)
}

function notAmong(words: readonly string[], value: unknown): string {
  if (value === undefined || value === null || typeof value === 'object') return wrongType(words, value)
  const near = nearest(String(value), words)
  return `${shown(value)} is none of ${choices(words)}${near === undefined ? '' : `; did you mean ${near}?`}`
}

function wrongType(expected: readonly string[], value: unknown): string {
  const wanted = choices([...new Set(expected.map(typeName))])
  if (value === undefined) return `is missing: ${wanted} must stand here`
  if (value === null) return `is empty: ${wanted} must stand here`
  const quotes = expected.includes('string') && (typeof value === 'number' || typeof value === 'boolean')
  return `must be ${wanted}, not ${shown(value)}${quotes ? ': put it into quotes' : ''}`
}

function typeName(expected: string): string {
  const names: { readonly [type: string]: string } = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    array: 'a list',
    object: 'a group of settings',
    record: 'a group of settings',
  }
  return names[expected] ?? expected
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a group of settings'
  if (typeof value === 'string') return quoted(value)
  return typeof value === 'number' ? `the number ${value}` : String(value)
}

/** `routes[].auth.type`: a path without its positions. */
function placeText(path: Path): string {
  return path
    .map(step => (typeof step === 'number' ? '[]' : `.${step}`))
    .join('')
    .replace(/^\./, '')
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as { readonly [key: string | number]: unknown })[step]
        : undefined,
    data,
  )
}

/** The keys that the schema knows at a place. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let at: readonly z.ZodType[] = alternatives(schema)
  for (const step of path) at = at.flatMap(one => inside(one, step)).flatMap(alternatives)
  return at.flatMap(one => (one instanceof z.ZodObject ? Object.keys(one.shape) : []))
}

function inside(schema: z.ZodType, step: string | number): readonly z.ZodType[] {
  if (schema instanceof z.ZodArray) return [schema.element as z.ZodType]
  if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType]
  const shape = schema instanceof z.ZodObject ? (schema.shape as { readonly [key: string]: z.ZodType }) : {}
  return Object.hasOwn(shape, step) ? [shape[step]!] : []
}

function alternatives(schema: z.ZodType): readonly z.ZodType[] {
  if (schema instanceof z.ZodOptional) return alternatives(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodUnion) return (schema.options as readonly z.ZodType[]).flatMap(alternatives)
  return [schema]
}
