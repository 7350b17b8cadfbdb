/** What makes a live index what the schema says: filled anew; told to its server, which loads it again; or none of it. */
export type Needs = 'rebuild' | 'reload' | 'nothing'

/** Where a live index is not what the schema says. */
export interface SchemaDifference {
  /** What differs, such as `field title, stored`. */
  readonly what: string
  /** null = the index does not have it. */
  readonly is: string | null
  /** null = the schema does not have it. */
  readonly shouldBe: string | null
  readonly needs: Needs
}

/** The index of a shard, compared with the schema of this release. */
export interface LiveSchema {
  /** What was compared, and where it is. */
  readonly place: string
  /** Empty = it is what the schema says. */
  readonly differences: readonly SchemaDifference[]
}

/** A difference as a clause for people. */
export const differenceText = ({ what, is, shouldBe }: SchemaDifference): string =>
  `${what}: ${is === null ? 'missing' : is || 'nothing'}; should be: ${shouldBe === null ? 'absent' : shouldBe || 'nothing'}`

/** Values by name, as text. */
export type Values = Readonly<Record<string, string>>

/** The values in which `is` and `shouldBe` differ, each as a difference of `subject`. */
export function compareValues(
  subject: string,
  is: Values,
  shouldBe: Values,
  needs: (name: string) => Needs,
): SchemaDifference[] {
  return [...new Set([...Object.keys(shouldBe), ...Object.keys(is)])].flatMap((name) => {
    const both = { is: is[name] ?? null, shouldBe: shouldBe[name] ?? null }
    return both.is === both.shouldBe ? [] : { what: `${subject}, ${name}`, ...both, needs: needs(name) }
  })
}

/** What it takes where the index lacks a thing, has one more, or has another value of one. */
export interface Consequences {
  readonly missing: Needs
  readonly more: (name: string) => Needs
  readonly value: (name: string) => Needs
}

/** Things with values, by name: those that only one side has are a difference each, of the others the values are. */
export function compareThings(
  kind: string,
  is: ReadonlyMap<string, Values>,
  shouldBe: ReadonlyMap<string, Values>,
  needs: Consequences,
): SchemaDifference[] {
  return [...new Set([...shouldBe.keys(), ...is.keys()])].flatMap((name) => {
    const [found, wanted] = [is.get(name), shouldBe.get(name)]
    const what = `${kind} ${name}`
    if (found === undefined) return { what, is: null, shouldBe: textOf(wanted), needs: needs.missing }
    if (wanted === undefined) return { what, is: textOf(found), shouldBe: null, needs: needs.more(name) }
    return compareValues(what, found, wanted, needs.value)
  })
}

const textOf = (values: Values = {}): string => {
  const parts = Object.entries(values).map(([name, value]) => `${name}=${value}`)
  return parts.length === 0 ? 'there' : parts.join(' ')
}

/** Lists of words, of which those are told that only one side has. */
export function compareWords(
  what: string,
  is: readonly string[],
  shouldBe: readonly string[],
  needs: Needs,
): SchemaDifference[] {
  const [found, wanted] = [new Set(is), new Set(shouldBe)]
  const [more, less] = [is.filter((word) => !wanted.has(word)), shouldBe.filter((word) => !found.has(word))]
  if (more.length + less.length === 0) return []
  const parts = [`${found.size} words`, ...some('without', less), ...some('with', more)]
  return [{ what, is: parts.join('; '), shouldBe: `${wanted.size} words`, needs }]
}

const mostShown = 10
function some(how: string, words: readonly string[]): string[] {
  const shown = [...words.slice(0, mostShown), ...(words.length > mostShown ? ['…'] : [])]
  return words.length === 0 ? [] : [`${how} ${shown.join(', ')}`]
}
