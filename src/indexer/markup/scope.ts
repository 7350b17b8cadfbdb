import { assertName, localName, Names, type Telling } from './names.ts'

/** URI → the prefix that handlers see. */
export type Namespaces = Readonly<Record<string, string>>

const mostKept = 100

/** Before a name of a namespace that nobody asks for: no name begins so. */
export const foreign = '?'

/** An attribute that declares a namespace. */
export interface Declaration {
  /** '' for that of elements without a prefix. */
  readonly prefix: string
  /** '' takes back that of elements without a prefix. */
  readonly uri: string
}

/**
 * The namespaces that hold within an element, and the names of the elements that are in it. Names are told as
 * `prefix:local`, with the prefix of `Namespaces` and whatever prefix the file uses; without a namespace, as written; of a
 * namespace that is not one of those, as written behind a `?`.
 */
export class Scope {
  readonly names: Names
  readonly #namespaces: Namespaces
  /** Prefix of the file → prefix told. */
  readonly #prefixes: ReadonlyMap<string, string>
  readonly #refuse: (reason: string) => never
  /** Of elements in this one, by what they declare: many declare the same. */
  readonly #inner = new Map<string, Scope>()
  readonly #written = new Map<string, readonly string[]>()

  constructor(
    namespaces: Namespaces,
    refuse: (reason: string) => never,
    prefixes: ReadonlyMap<string, string> = new Map([['xml', 'xml']]),
  ) {
    this.#namespaces = namespaces
    this.#refuse = refuse
    this.#prefixes = prefixes
    this.names = new Names(this.#tell)
  }

  /** The scope of an element in this one. */
  with(declarations: readonly Declaration[]): Scope {
    const key = JSON.stringify(declarations.map(({ prefix, uri }) => [prefix, uri]))
    const known = this.#inner.get(key)
    if (known !== undefined) return known
    const prefixes = new Map(this.#prefixes)
    for (const { prefix, uri } of declarations) {
      if (uri !== '') prefixes.set(prefix, Object.hasOwn(this.#namespaces, uri) ? this.#namespaces[uri]! : foreign)
      else if (prefix === '') prefixes.delete('')
      else this.#refuse(`prefix ${prefix} is bound to no namespace`)
    }
    const scope = new Scope(this.#namespaces, this.#refuse, prefixes)
    if (this.#inner.size < mostKept) this.#inner.set(key, scope)
    return scope
  }

  /** How an attribute that is told as `prefix:local` may be written. */
  written(told: string): readonly string[] {
    const known = this.#written.get(told)
    if (known !== undefined) return known
    const colon = told.indexOf(':')
    const prefixes = [...this.#prefixes].filter(([own, prefix]) => own !== '' && prefix === told.slice(0, colon))
    const names = prefixes.map(([own]) => `${own}${told.slice(colon)}`)
    this.#written.set(told, names)
    return names
  }

  readonly #tell: Telling = (raw) => {
    assertName(raw, this.#refuse)
    const colon = raw.indexOf(':')
    const own = colon < 0 ? '' : raw.slice(0, colon)
    const prefix = this.#prefixes.get(own)
    if (prefix === foreign) return `${foreign}${raw}`
    if (prefix !== undefined) return `${prefix}:${localName(raw)}`
    return colon < 0 ? raw : this.#refuse(`prefix ${own.slice(0, 40)} has no namespace`)
  }
}
