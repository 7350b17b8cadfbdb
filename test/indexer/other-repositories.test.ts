import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { slipctl } from '../ctl/slipctl.ts'
import { openLibrary } from '../daemon/library.ts'
import { endAll, runOnce } from '../daemon/processes.ts'
import { otherMets } from './mets/dialects/mets-of.ts'

const issue = join(import.meta.dirname, 'mets/dialects/docworks/issue')
const away = otherMets([{ files: { FULLTEXT: 'http://example.org/1.xml' } }])

afterEach(endAll)

test('a library of METS and ALTO in folders is found, indexed and searched page by page; a URL is an error with its code', async () => {
  const library = await openLibrary({
    config: {
      repository: { kind: 'directory', root: 'items', scope: 'present' },
      sources: { catalogue: { kind: 'records', files: ['records.ndjson'] }, items: { kind: 'repository' } },
      rights: { default: 1 },
    },
  })
  onTestFinished(library.close)
  cpSync(issue, join(library.folder, 'items/bl/1824'), { recursive: true })
  mkdirSync(join(library.folder, 'items/bl/away'))
  writeFileSync(join(library.folder, 'items/bl/away/mets.xml'), away)
  const record = { id: '900000001', title: ['The Gazette'], ht_id: ['bl.1824', 'bl.away', 'bl.gone'] }
  writeFileSync(join(library.folder, 'records.ndjson'), `${JSON.stringify(record)}\n`)

  for (const stage of ['rights', 'enqueue', 'index'] as const) {
    expect([stage, (await runOnce(stage, library.configFile)).code]).toEqual([stage, 0])
  }
  expect(await library.violations()).toEqual([])
  const ask = async (...args: string[]) =>
    JSON.parse((await slipctl([...args, '--json', '--config', library.configFile])).out)
  const { hits } = await ask('search', 'tranquil', '--pages', '5')
  expect(hits).toMatchObject([{ id: 'bl.1824', pages: [{ order: 1, label: '1' }] }])
  expect(hits).toHaveLength(1)
  expect(await ask('assemble', 'bl.1824')).toMatchObject({
    ocr: 'THE GAZETTE A tranquil day; nothing more. End of the second page.',
  })
  const errors = await library.state.db.query('SELECT htid, code FROM slip_errors ORDER BY htid')
  expect(errors).toMatchObject([{ htid: 'bl.away', code: 'METS_BAD_REFERENCE' }])
})
