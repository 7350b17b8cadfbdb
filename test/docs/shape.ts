import { readProjectFile } from '../checks/source-files.ts'

/**
 * What docs/json.md says of an answer: JSON in which the name of a type stands for a value, alternatives between `|`. A key with a ?
 * may be missing, the key * stands for any number of keys, and a list tells what each of its entries is.
 */
export type Shape = string | readonly [Shape] | { readonly [key: string]: Shape }

const [introduction = '', ...sections] = readProjectFile('docs/json.md').split(/^## /m)

const shapesIn = (text: string) =>
  [...text.matchAll(/^```json\n(.*?)^```$/gms)].map(([, shape]) => JSON.parse(shape ?? '') as Shape)

/** The shapes of the answers of each command, in the order of the page. */
export const answerShapes: ReadonlyMap<string, readonly Shape[]> = new Map(
  sections.map((text) => [text.slice(0, text.indexOf('\n')), shapesIn(text)]),
)

/** Of an error, whatever the command. */
export const errorShape = shapesIn(introduction)[0] as Shape

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  time: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value),
  null: (value) => value === null,
  object: (value) => typeof value === 'object' && value !== null,
}

/** Where a value is not what the shape says, each as the path to it and what is wrong; empty = it is. */
export function misfits(shape: Shape, value: unknown, path = '$'): string[] {
  if (typeof shape === 'string') {
    const names = shape.split(' | ')
    const unknown = names.filter((name) => types[name] === undefined)
    if (unknown.length > 0) return [`${path}: no type is called ${unknown.join(', ')}`]
    return names.some((name) => types[name]?.(value)) ? [] : [`${path}: ${JSON.stringify(value)} is no ${shape}`]
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${path}: no list`]
    return value.flatMap((entry, at) => misfits(shape[0], entry, `${path}[${at}]`))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: no object`]
  return misfitKeys(shape as Readonly<Record<string, Shape>>, value as Record<string, unknown>, path)
}

function misfitKeys(shape: Readonly<Record<string, Shape>>, value: Record<string, unknown>, path: string): string[] {
  const { '*': any, ...named } = shape
  const known = new Map(Object.entries(named).map(([key, inner]) => [key.replace('?', ''), inner]))
  const missing = Object.keys(named).filter((key) => !key.endsWith('?') && !(key in value))
  return [
    ...missing.map((key) => `${path}.${key}: missing`),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const own = known.get(key) ?? any
      return own === undefined ? [`${path}.${key}: not told`] : misfits(own, inner, `${path}.${key}`)
    }),
  ]
}

/** The same for an answer of a command, by the shape of the page that fits it best. */
export const misfitsOf = (command: string, answer: unknown): string[] =>
  (answerShapes.get(command) ?? [])
    .map((shape) => misfits(shape, answer))
    .toSorted((a, b) => a.length - b.length)[0] ?? [`${command}: not on the page`]
