import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Parser } from 'saxen'
import { openFolder } from '../../src/repository/directory-volume.ts'
import { altoPagesAtHand, writeAltoVolume } from '../library/alto-volume.ts'
import { documentOfVolume } from '../library/volumes.ts'
import { type Measurement, ratioAtMost } from '../runner/bench.ts'
import { inTurns, timed } from '../runner/runs.ts'

/**
 * Milliseconds a page from a folder in the page cache to a finished document: METS, ALTO, cleaning, catalogue record,
 * digest. Against a SAX pass over the ALTO alone that looks at the words, and one that looks at nothing.
 */
export async function measureAlto(): Promise<Measurement[]> {
  const { name: pagesName, pages } = altoPagesAtHand()
  const folder = mkdtempSync(join(tmpdir(), 'slip-bench-alto-'))
  try {
    writeAltoVolume(folder, pages)
    const perPage = async (work: () => Promise<void>) => (await timed(work)) / pages.length
    const ours = () =>
      perPage(async () => {
        await documentOfVolume(await openFolder(folder, folder, 'mets.xml'))
      })
    const against = (attributes: boolean) => () =>
      perPage(async () => {
        for (const page of pages) passOver(page, attributes)
      })
    const rounds = { warmUps: 10, runs: 31 }
    const figure = { name: `assembly, METS and ${pagesName}`, unit: 'ms per page' }
    return [
      {
        ...figure,
        against: 'SAX over the ALTO, attributes of words',
        runs: await inTurns({ ours, against: against(true) }, rounds),
        goal: ratioAtMost(1.5),
      },
      {
        ...figure,
        against: 'SAX over the ALTO, no attributes',
        runs: await inTurns({ ours, against: against(false) }, rounds),
        goal: ratioAtMost(2),
      },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function passOver(alto: Buffer, attributes: boolean): void {
  const parser = new Parser()
  parser.on('openTag', (name, attributesOf) => {
    if (attributes && name === 'String') attributesOf()
  })
  parser.on('closeTag', () => {})
  parser.parse(alto.toString(attributes ? 'utf8' : 'latin1'))
}
