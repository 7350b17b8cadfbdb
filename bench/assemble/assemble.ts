import { inflateRawSync } from 'node:zlib'
import { assemble } from '../../src/indexer/assemble/assemble.ts'
import { type Attributes, parseXml } from '../../src/indexer/mets/sax.ts'
import type { Repository } from '../../src/repository/repository.ts'
import { type BenchVolume, benchRepository, benchVolumes } from './volumes.ts'

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly against: string
  readonly againstValue: number
  readonly ratio: number
  readonly goal: string
  readonly met: boolean
}

const warmUps = 3
const rounds = 9
const goal = 2

/**
 * Assembly from files in the page cache to a finished document, against what no assembly can do without: inflating
 * the pages and a SAX pass over the METS, from memory. Rounds over all volumes alternate; medians.
 */
export async function measure(): Promise<Figure[]> {
  const repository = benchRepository()
  const volumes = await benchVolumes(repository)
  const ours: number[] = []
  const floor: number[] = []
  for (let round = -warmUps; round < rounds; round++) {
    const a = await timed(() => assembleAll(repository, volumes))
    const b = await timed(async () => floorOfAll(volumes))
    if (round < 0) continue
    ours.push(a / volumes.length)
    floor.push(b / volumes.length)
  }
  const value = median(ours)
  const againstValue = median(floor)
  const ratio = value / againstValue
  const against = 'inflate + SAX'
  return [
    {
      name: 'assembly',
      value,
      unit: 'ms per volume',
      against,
      againstValue,
      ratio,
      goal: `ratio <= ${goal}`,
      met: ratio <= goal,
    },
  ]
}

async function assembleAll(repository: Repository, volumes: readonly BenchVolume[]): Promise<void> {
  for (const { htid } of volumes) {
    const volume = await repository.open(htid)
    try {
      await assemble({ htid, attr: 1, record: catalogueRecord(), volume, provenance, text })
    } finally {
      await volume.close()
    }
  }
}

function floorOfAll(volumes: readonly BenchVolume[]): void {
  for (const { mets, pages } of volumes) {
    parseXml(mets, metsNamespace, { open: readAttributes, close: () => {} })
    for (const { packed, size } of pages) inflateRawSync(packed, { chunkSize: Math.max(size + 1, 64) })
  }
}

const metsNamespace = { 'http://www.loc.gov/METS/': 'mets' }

/** A parser that reads attributes on demand has to be asked for those of which the page list is made. */
function readAttributes(name: string, attributes: Attributes): void {
  if (name === 'mets:div' || name === 'mets:fptr' || name === 'mets:FLocat') attributes('ORDER')
}

const text = { emptyPageToken: null, dehyphenate: true }
const provenance = {
  rev: 1,
  fence: 1,
  codeVersion: 'bench',
  schemaVersion: 1,
  configDigest: 'bench',
  host: 'bench',
  assembledAt: '2025-01-01T00:00:00.000Z',
}
const marcField = '<datafield tag="650" ind1=" " ind2="0"><subfield code="a">Subject</subfield></datafield>'
const fullrecord = `<collection><record><leader/>${marcField.repeat(30)}</record></collection>`

/** A new object every time: what was parsed of a record is remembered by it. */
const catalogueRecord = () => ({ id: '000000001', title: ['A title'], author: ['An author'], fullrecord })

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
