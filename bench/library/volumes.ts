import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../src/config/package-root.ts'
import { SlipError } from '../../src/errors/slip-error.ts'
import { type AssembledDocument, assemble } from '../../src/indexer/assemble/assemble.ts'
import { openRepository, type RepositoryKind } from '../../src/repository/open-repository.ts'
import type { Repository, VolumeSource } from '../../src/repository/repository.ts'
import type { CatalogueRecord } from '../../src/sources/source.ts'

/** Where and how volumes are stored. */
export interface Stored {
  readonly kind: RepositoryKind
  readonly root: string
}

/** Volumes a benchmark reads. */
export interface Volumes extends Stored {
  /** How a figure calls them. */
  readonly name: string
}

export const sampleLibrary = join(packageRoot, 'samples/library')

/** Of the sample library. */
export const firstDay: Stored = { kind: 'pairtree', root: join(sampleLibrary, 'day-1/pairtree') }

const sampleVolumes: Volumes = { name: 'sample volumes', ...firstDay }
const realVolumes: Volumes = {
  name: 'real volumes',
  kind: 'pairtree',
  root: join(packageRoot, '../shared/data/volumes/sdr1/obj'),
}

/** The real volumes where they lie beside the checkout, else those of the sample library. */
export const volumesAtHand = (): Volumes => (existsSync(realVolumes.root) ? realVolumes : sampleVolumes)

/** Ids of all volumes of which a document can be made: the sample has some with a planted trouble. */
export async function soundVolumes(repository: Repository): Promise<string[]> {
  const ids: string[] = []
  for await (const htid of repository.walk()) {
    const made = await documentOf(repository, htid).catch((error: unknown) => {
      if (error instanceof SlipError && error.class === 'item') return null
      throw error
    })
    if (made !== null) ids.push(htid)
  }
  return ids.sort()
}

/** The documents of such volumes, ready to post. */
export async function readyMade(stored: Stored): Promise<AssembledDocument[]> {
  const repository = openRepository(stored)
  const documents: AssembledDocument[] = []
  for (const htid of await soundVolumes(repository)) documents.push(await documentOf(repository, htid))
  return documents
}

/** Opens, reads and assembles one volume, as slip-index does. */
export async function documentOf(repository: Repository, htid: string): Promise<AssembledDocument> {
  return documentOfVolume(await repository.open(htid), htid)
}

/** The document of an opened volume, which is closed. */
export async function documentOfVolume(volume: VolumeSource, htid = 'bench.1'): Promise<AssembledDocument> {
  try {
    const text = { emptyPageToken: null, dehyphenate: true }
    return await assemble({ htid, attr: 1, record: catalogueRecord(htid), volume, provenance, text })
  } finally {
    await volume.close()
  }
}

const provenance = {
  rev: 1,
  fence: 1,
  codeVersion: 'bench',
  schemaVersion: 1,
  configDigest: 'bench',
  host: 'bench',
  assembledAt: '2025-01-01T00:00:00.000Z',
  inputs: '',
}
const marcField = '<datafield tag="650" ind1=" " ind2="0"><subfield code="a">Subject</subfield></datafield>'
const fullrecord = `<collection><record><leader/>${marcField.repeat(30)}</record></collection>`

/** A catalogue record of ordinary size; a new object every time, for what was parsed of a record is remembered by it. */
export const catalogueRecord = (htid: string, id = '000000001'): CatalogueRecord => ({
  id,
  title: ['A title'],
  author: ['An author'],
  ht_id: [htid],
  fullrecord,
})
