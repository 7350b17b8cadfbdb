import { linkSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { asSlipError } from '../../src/errors/slip-error.ts'
import { assemble } from '../../src/indexer/assemble/assemble.ts'
import { openRepository, type RepositoryKind } from '../../src/repository/open-repository.ts'
import { pairtreeName } from '../../src/repository/pairtree-name.ts'
import { sharesOf } from '../../src/rights/record-share.ts'
import { readRecordFile } from '../../src/sources/record-files.ts'
import type { CatalogueRecord } from '../../src/sources/source.ts'
import { provenance } from '../indexer/assemble/volume.ts'
import { type End, errorEnd, secret } from './ends.ts'
import type { VolumeInput } from './kind.ts'
import { htid } from './kinds/sound.ts'
import { type LinkTarget, linkTo } from './links.ts'

/** Where the item of a case lies, by the kind of repository: its folder, its METS file and its zip below the root. */
const places: Readonly<Record<RepositoryKind, { folder: string; mets: string; zip: string }>> = {
  pairtree: { folder: pairtreeName(htid).folder, mets: 'case.mets.xml', zip: 'case.zip' },
  directory: { folder: 'mdp/case', mets: 'mets.xml', zip: 'case.zip' },
  zip: { folder: 'mdp', mets: 'case.mets.xml', zip: 'case.zip' },
}

/** Lays the item of a case in a repository of its kind; answers how many bytes of it are on disk, holes left out. */
export function layVolume(root: string, input: VolumeInput): number {
  const place = places[input.repository ?? 'pairtree']
  const path = join(root, place.folder)
  if (input.repository !== 'zip') rmSync(path, { recursive: true, force: true })
  mkdirSync(path, { recursive: true })
  const put = (name: string, content: VolumeInput['mets'] | { link: LinkTarget }) => {
    const file = join(path, name)
    if (content === null) return rmSync(file, { force: true })
    mkdirSync(dirname(file), { recursive: true })
    if (typeof content === 'function') content(file)
    else if (typeof content === 'object' && 'link' in content) linkSync(linkTo(dirname(root), content.link), file)
    else writeFileSync(file, content)
  }
  put(place.mets, input.mets)
  put(place.zip, input.zip)
  for (const [name, content] of Object.entries(input.files ?? {})) put(name, content)
  return [place.mets, place.zip, ...Object.keys(input.files ?? {})].reduce((sum, name) => {
    const stat = lstatSync(join(path, name), { throwIfNoEntry: false })
    return sum + (stat === undefined ? 0 : Math.min(stat.size, stat.blocks * 512))
  }, 0)
}

/** What rights, record, METS and pages of the item make: as slip-rights and slip-index do. */
export async function runVolume(root: string, input: VolumeInput): Promise<End> {
  try {
    const record = await recordOf(input)
    if (record === null) return { end: 'some bad' }
    sharesOf(record)
    const volume = await openRepository({ kind: input.repository ?? 'pairtree', root }).open(htid)
    try {
      const text = { emptyPageToken: null, dehyphenate: true }
      const { json, counts } = await assemble({ htid, attr: 1, record, volume, provenance, text })
      return { end: 'document', ...violationOf(input, json, counts) }
    } finally {
      await volume.close()
    }
  } catch (thrown) {
    return errorEnd(asSlipError(thrown))
  }
}

/** Null when the reader of records does not take it. */
async function recordOf({ record = { id: '1' } }: VolumeInput): Promise<CatalogueRecord | null> {
  if (typeof record !== 'string') return record
  writeFileSync('record.json', `${record}\n`)
  for await (const event of readRecordFile(resolve('record.json'))) if (event.kind === 'record') return event.record
  return null
}

/** Nothing is in the document that is not of the item, and nothing of it is lacking. */
function violationOf({ text }: VolumeInput, json: Buffer, counts: { expected: number; read: number }) {
  if (json.includes(secret)) return { violation: 'the document holds what is not of the item' }
  if (text === undefined) return {}
  const { ocr } = JSON.parse(`${json}}`)
  return ocr === text || counts.read < counts.expected
    ? {}
    : { violation: `the text is ${JSON.stringify(ocr.slice(0, 200))}` }
}
