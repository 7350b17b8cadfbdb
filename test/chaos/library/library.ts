import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assemble } from '../../../src/indexer/assemble/assemble.ts'
import { openPairtree } from '../../../src/repository/pairtree.ts'
import { attributeOf } from '../../../src/sources/rights-codes.ts'
import type { CatalogueRecord } from '../../../src/sources/source.ts'
import { putVolume } from './volume.ts'

export interface Item {
  readonly htid: string
  readonly record: string
  /** As hathifiles write it; `nobody` = absent from the index. */
  rights: string
  version: number
  broken: boolean
}

export interface CatalogueEntry {
  readonly id: string
  readonly items: string[]
  edition: number
  deleted: boolean
}

/**
 * The library as it is on disk, which is the truth that the index must end with: catalogue files and hathifiles, one
 * more of them with each change, and a pairtree.
 */
export class Library {
  readonly items = new Map<string, Item>()
  readonly records = new Map<string, CatalogueEntry>()
  readonly pairtree: string
  /** Whether the pairtree is where it belongs. */
  mounted = true
  readonly folder: string
  #files = 0
  readonly #unwritten = { volumes: new Set<Item>(), records: new Set<CatalogueEntry>(), rights: new Set<Item>() }

  constructor(folder: string) {
    this.folder = folder
    this.pairtree = join(folder, 'pairtree')
    for (const name of ['pairtree', 'catalogue', 'rights']) mkdirSync(join(folder, name), { recursive: true })
  }

  /** Adds a record with some items; nothing is written yet. */
  add(items: number): CatalogueEntry {
    const id = String(900_000_001 + this.records.size)
    const record: CatalogueEntry = { id, items: [], edition: 1, deleted: false }
    this.records.set(id, record)
    for (let count = 0; count < items; count++) {
      const number = String(this.items.size).padStart(5, '0')
      const htid = this.items.size % 4 === 0 ? `chaos2.ark:/99999/c${number}` : `chaos1.${number}`
      record.items.push(htid)
      this.items.set(htid, { htid, record: id, rights: 'pd', version: 1, broken: false })
    }
    return record
  }

  /** Says that these changed; `flush` writes them. */
  changed(what: { volumes?: readonly Item[]; records?: readonly CatalogueEntry[]; rights?: readonly Item[] }): void {
    for (const item of what.volumes ?? []) this.#unwritten.volumes.add(item)
    for (const record of what.records ?? []) this.#unwritten.records.add(record)
    for (const item of what.rights ?? []) this.#unwritten.rights.add(item)
  }

  /**
   * Writes what changed, volumes before what makes them wanted. Returns the ids whose volumes were replaced: nobody but
   * the depositor knows of that, so they are to be requested. On a full disk the rest is kept for the next call.
   */
  flush(): { readonly requests: readonly string[]; readonly full: boolean } {
    const { volumes, records, rights } = this.#unwritten
    const requests: string[] = []
    try {
      for (const item of this.mounted ? [...volumes] : []) {
        // before it is tried: a replacement that stopped half way has to be read again too
        requests.push(item.htid)
        putVolume(this.pairtree, item)
        volumes.delete(item)
      }
      const [gone, there] = [[...records].filter(isDeleted), [...records].filter((record) => !isDeleted(record))]
      this.#write(
        'catalogue',
        '.ndjson',
        there.map((record) => JSON.stringify(this.#recordOf(record))),
      )
      this.#write(
        'catalogue',
        '_delete.txt',
        gone.map(({ id }) => id),
      )
      records.clear()
      this.#write('rights', '.txt', [...rights].map(hathifileLine))
      rights.clear()
      return { requests, full: false }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      return { requests, full: true }
    }
  }

  /** True when all that changed is on disk. */
  get isWritten(): boolean {
    const { volumes, records, rights } = this.#unwritten
    return volumes.size + records.size + rights.size === 0
  }

  /** Whether the index must hold the item. */
  isWanted({ record, rights }: Item): boolean {
    return rights !== 'nobody' && !this.records.get(record)!.deleted
  }

  /** Digest of the document that the index must hold, made from the files alone. */
  async digestOf(item: Item): Promise<string> {
    const volume = await openPairtree({ root: this.pairtree }).open(item.htid)
    try {
      const { digest } = await assemble({
        htid: item.htid,
        attr: attributeOf(item.rights)!,
        record: this.#recordOf(this.records.get(item.record)!),
        volume,
        text: { emptyPageToken: null, dehyphenate: true },
        provenance,
      })
      return digest
    } finally {
      await volume.close()
    }
  }

  #recordOf({ id, items, edition }: CatalogueEntry): CatalogueRecord {
    return { id, title: [`Record ${id}, edition ${edition}`], author: ['Chaos, An author of'], ht_id: items }
  }

  /** A later file overrules an earlier one. It is there whole or not at all: a full disk leaves nothing of it. */
  #write(kind: string, suffix: string, lines: readonly string[]): void {
    if (lines.length === 0) return
    const path = join(this.folder, kind, `${String(++this.#files).padStart(6, '0')}${suffix}`)
    try {
      writeFileSync(`${path}.part`, `${lines.join('\n')}\n`)
      renameSync(`${path}.part`, path)
    } catch (error) {
      rmSync(`${path}.part`, { force: true })
      throw error
    }
  }
}

const isDeleted = ({ deleted }: CatalogueEntry) => deleted

/** No part of the digest. */
const provenance = {
  rev: 1,
  fence: 1,
  codeVersion: '',
  schemaVersion: 1,
  configDigest: '',
  host: '',
  assembledAt: '',
  inputs: '',
}

function hathifileLine({ htid, rights, record }: Item): string {
  const cells = new Array<string>(26).fill('')
  cells[0] = htid
  cells[1] = 'allow'
  cells[2] = rights
  cells[3] = record
  cells[13] = 'bib'
  cells[14] = '2025-12-20 04:00:00'
  cells[23] = 'demo'
  cells[24] = 'open'
  return cells.join('\t')
}
