/** The name of an element, once for all elements that have it. */
export interface Name {
  /** As written, with its prefix. */
  readonly raw: string
  /** As handlers are told it. */
  readonly told: string
  /** Another with the same hash. */
  readonly next: Name | null
}

/** What is told of a name as written. Throws where that is not to be told. */
export type Telling = (raw: string) => string

/** Throws what `refuse` does of a name that is none in XML, such as one in which a quote stands. */
export function assertName(raw: string, refuse: (reason: string) => never): void {
  if (!/^[\w.:\u0080-\uffff-]+$/.test(raw)) refuse(`<${raw.slice(0, 40)}> is no name of an element`)
}

/** The local name: prefixes and namespaces differ from maker to maker, and so do their versions. */
export const localName: Telling = (raw) => raw.slice(raw.lastIndexOf(':') + 1)

// A file that has more is not one of ours, and is not to fill the memory.
const mostKept = 1_000

/**
 * The names of a file's elements. It has tens of thousands of elements and a few dozen names: each is cut out of the file and
 * told once, and found again by its hash.
 */
export class Names {
  readonly #names = new Map<number, Name>()
  readonly #tell: Telling
  #kept = 0

  constructor(tell: Telling) {
    this.#tell = tell
  }

  /** The name from `at` to `end` of the markup, of which `hash` is a number that depends on nothing else. */
  of(markup: string, at: number, end: number, hash: number): Name {
    const first = this.#names.get(hash) ?? null
    for (let name = first; name !== null; name = name.next) {
      if (name.raw.length === end - at && markup.startsWith(name.raw, at)) return name
    }
    const raw = markup.slice(at, end)
    const name = { raw, told: this.#tell(raw), next: first }
    if (this.#kept++ < mostKept) this.#names.set(hash, name)
    return name
  }
}
