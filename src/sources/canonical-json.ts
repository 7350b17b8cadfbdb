/** Of a name that is an index of arrays, which JSON.stringify puts before all others. */
const isIndex = (name: string): boolean => /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1

/**
 * JSON with sorted keys, for digests: in the order of JavaScript, which has array indexes first. undefined is left out.
 * `value`: what JSON.parse gives, and undefined. With a replacer JSON.stringify says the same and takes several times as long.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value))
    return value.every(isPlain) ? JSON.stringify(value) : `[${value.map(canonicalJson).join(',')}]`
  const object = value as Readonly<Record<string, unknown>>
  const names = Object.keys(object).sort(inOrder)
  const members = names.filter((name) => object[name] !== undefined)
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(object[name])}`).join(',')}}`
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null

function inOrder(a: string, b: string): number {
  const [first, second] = [isIndex(a), isIndex(b)]
  if (first && second) return Number(a) - Number(b)
  if (first !== second) return first ? -1 : 1
  return a < b ? -1 : 1
}
