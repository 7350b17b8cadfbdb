import { hash } from 'node:crypto'
import type { Settings } from '../../config/schema.ts'
import { SlipError } from '../../errors/slip-error.ts'
import type { MetsPage } from '../mets/page-list.ts'

/** What of a page file is compared with METS; `md5` compares its size too. */
export type Checksums = Settings['repository']['checksums']

interface Difference {
  readonly file: string
  readonly check: 'size' | 'md5'
  readonly stated: string | number
  readonly found: string | number
}

/**
 * Compares page files with the SIZE and the MD5 checksum that METS states for them; what it does not state is not
 * compared. They are looked at one by one, as they are read.
 */
export class PageChecks {
  readonly #pages: ReadonlyMap<string | null, MetsPage>
  readonly #checksums: Exclude<Checksums, 'off'>
  readonly #differences: Difference[] = []

  constructor(pages: readonly MetsPage[], checksums: Exclude<Checksums, 'off'>) {
    this.#pages = new Map(pages.map((page) => [page.file, page]))
    this.#checksums = checksums
  }

  /** Whether a page file is what METS states. */
  agrees(bytes: Buffer, file: string): boolean {
    const difference = this.#differenceOf(bytes, file)
    if (difference !== null) this.#differences.push(difference)
    return difference === null
  }

  /** Throws PAGE_DIFFERS with both values of the first file that differs, and how many do. */
  assert(): void {
    const [first] = this.#differences
    if (first === undefined) return
    const { file, check, stated, found } = first
    const [different, expected] = [this.#differences.length, this.#pages.size]
    const message = `${different} of ${expected} page files are not what METS states; the first is ${file}: ${check} ${found}, stated ${stated}.`
    throw new SlipError('PAGE_DIFFERS', message, { place: { page: file, check, stated, found, different, expected } })
  }

  #differenceOf(bytes: Buffer, file: string): Difference | null {
    const { size = null, md5 = null } = this.#pages.get(file) ?? {}
    if (size !== null && size !== bytes.length) return { file, check: 'size', stated: size, found: bytes.length }
    if (this.#checksums !== 'md5' || md5 === null) return null
    const found = hash('md5', bytes, 'hex')
    return found === md5.trim().toLowerCase() ? null : { file, check: 'md5', stated: md5.slice(0, 100), found }
  }
}
