import type { MetsFile } from './mets-file.ts'
import type { Attributes, XmlHandlers } from './parse-xml.ts'

const namespaces = { 'http://www.loc.gov/METS/': 'mets', 'http://www.loc.gov/mods/v3': 'mods' }

/**
 * Printed page numbers that stand in MODS: of each of the divs of a TYPE, in the order of the file, the `number` of the
 * `detail` of type `page number` in the first dmdSec that it names and that has one; null = none.
 */
export function modsPageNumbers(mets: MetsFile, isPage: (type: string | null) => boolean): (string | null)[] {
  const reader = new PageNumberReader(isPage)
  mets.readAgain(namespaces, reader)
  return reader.numbers
}

class PageNumberReader implements XmlHandlers {
  readonly numbers: (string | null)[] = []
  readonly #isPage: (type: string | null) => boolean
  /** Of each dmdSec that has one. */
  readonly #known = new Map<string, string>()
  #section: string | null = null
  #isPageNumber = false
  #number: string | null = null

  constructor(isPage: (type: string | null) => boolean) {
    this.#isPage = isPage
  }

  open(name: string, attributes: Attributes): void {
    if (name === 'mets:dmdSec') this.#section = attributes('ID')
    else if (name === 'mods:detail') this.#isPageNumber = attributes('type') === 'page number'
    else if (name === 'mods:number') this.#number = this.#isPageNumber ? '' : null
    else if (name === 'mets:div' && this.#isPage(attributes('TYPE'))) this.#add(attributes('DMDID') ?? '')
  }

  close(name: string): void {
    if (name === 'mods:detail') this.#isPageNumber = false
    if (name !== 'mods:number' || this.#number === null) return
    const number = this.#number.trim()
    if (this.#section !== null && number !== '' && !this.#known.has(this.#section))
      this.#known.set(this.#section, number)
    this.#number = null
  }

  text(decoded: () => string): void {
    if (this.#number !== null) this.#number += decoded()
  }

  #add(sections: string): void {
    const named = sections.split(/\s+/).find((section) => this.#known.has(section))
    this.numbers.push(named === undefined ? null : (this.#known.get(named) as string))
  }
}
