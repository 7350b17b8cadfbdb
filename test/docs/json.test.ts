import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { manual } from '../../src/ctl/manual.ts'
import { document } from '../conformance/engine/documents.ts'
import { slipctl } from '../ctl/slipctl.ts'
import { openFirstDay } from '../daemon/first-day.ts'
import type { Library } from '../daemon/library.ts'
import { answerShapes, errorShape, misfits, type Shape } from './shape.ts'

// docs/json.md against what the commands print, on the first day of the sample library.

let library: Library
beforeAll(async () => {
  library = await openFirstDay()
  const file = (name: string) => join(library.folder, name)
  const settings = parse(readFileSync(library.configFile, 'utf8'))
  writeFileSync(
    file('both.yaml'),
    stringify({ ...settings, targets: { ...settings.targets, second: settings.targets.main } }),
  )
  writeFileSync(file('bad.yaml'), 'database: {}\n')
  writeFileSync(file('none.txt'), '')
  await library.engine.post(1, [document({ id: 'demo1.without_rights', fence: 1 })])
})
afterAll(() => library.close())

const met = new Set<Shape>()

/** Compared by test/conformance/snapshots and test/ctl/demo: they need another engine, or minutes. */
const elsewhere = new Set(['index snapshot', 'index restore', 'demo'])

test('the page has every command of the manual, in its order', () => {
  expect([...answerShapes.keys()]).toEqual(manual.map(({ name }) => name))
})

/** In the order in which they can be called, with the exit code where it is not 0; `DIR` is the folder of the library. */
const calls: readonly (readonly [line: string, exit?: number])[] = [
  ['status'],
  ['item demo1.30000000000011'],
  ['item demo1.trouble_no_mets'],
  ['item no.such', 4],
  ['search heliotrope'],
  ['search --filter language:English'],
  ['search heliotrope --field ocr'],
  ['assemble demo1.30000000000011'],
  ['verify'],
  ['verify --doubled'],
  ['verify --inputs --all'],
  ['version'],
  ['pause lane:bulk --for 1h'],
  ['pause lane:alone --drain'],
  ['status'],
  ['resume lane:bulk'],
  ['resume lane:alone'],
  ['workers --all'],
  ['sources list'],
  ['sources report'],
  ['sources report --group-by code'],
  ['sources load rights DIR/none.txt'],
  ['sources run catalogue --new'],
  ['sources run catalogue --all --withdraw-missing --dry-run'],
  ['enqueue demo1.30000000000011 nonsense demo1.unknown', 4],
  ['enqueue --all'],
  ['status'],
  ['item demo1.30000000000011'],
  ['queue list --tail 3'],
  ['queue export --lane ops'],
  ['queue hold demo1.30000000000011 nonsense', 4],
  ['queue release demo1.30000000000011'],
  ['queue purge demo1.30000000000011 --reason r', 2],
  ['queue purge demo1.30000000000011 --reason r --yes'],
  ['errors list'],
  ['errors groups'],
  ['errors show 1'],
  ['errors export --all'],
  ['errors skip --id demo1.trouble_zip_not_zip --reason r'],
  ['errors retry --code PAGE_MISSING --from rights'],
  ['errors expire --older-than 0s', 2],
  ['errors expire --older-than 0s --yes'],
  ['targets list'],
  ['targets apply --config DIR/both.yaml'],
  ['targets list'],
  ['targets lag'],
  ['targets retire second', 2],
  ['targets retire second --yes'],
  ['shards list'],
  ['shards weigh main/1 2'],
  ['shards close main/1 --reason r'],
  ['shards open main/1'],
  ['index adopt main --dry-run', 4],
  ['index repair main --dry-run'],
  ['index create --target main'],
  ['index create --target main --kind solr --print'],
  ['index create --target main --kind opensearch --shards 2 --print'],
  ['index create --target main --kind solr --into DIR/configsets'],
  ['index schema-check'],
  ['watermark show'],
  ['watermark show --history'],
  ['watermark set enqueue main 2026-03-01 --reason r'],
  ['watermark backup DIR/marks.json'],
  ['watermark restore DIR/marks.json'],
  ['init DIR/new.yaml'],
  ['config check'],
  ['config check --config DIR/bad.yaml', 2],
  ['config show'],
  ['db migrate'],
  ['db status'],
  ['db unlock'],
  ['demo --stop --data DIR/demos'],
]

test.each(calls.map(([line, exit = 0]) => ({ line, exit })))(
  'slipctl $line prints what the page says',
  async ({ line, exit }) => {
    const words = line.replaceAll('DIR', library.folder).split(' ')
    const config = words.includes('--config') ? [] : ['--config', library.configFile]
    const { code, out, err } = await slipctl([...words, ...config, '--json'])
    expect({ code, err: code === exit ? '' : err }).toEqual({ code: exit, err: '' })
    const name = manual.map((command) => command.name).findLast((each) => `${line} `.startsWith(`${each} `)) ?? ''
    for (const text of out.trimEnd().split('\n')) {
      const answer = JSON.parse(text)
      const known = 'error' in answer && name !== 'errors show' ? [errorShape] : (answerShapes.get(name) ?? [])
      const tried = known.map((shape) => ({ shape, wrong: misfits(shape, answer) }))
      expect(tried.map(({ wrong }) => wrong).toSorted((a, b) => a.length - b.length)[0]).toEqual([])
      for (const { shape, wrong } of tried) if (wrong.length === 0) met.add(shape)
    }
  },
)

test('every shape of the page was met', () => {
  const known = [...answerShapes].filter(([name]) => !elsewhere.has(name)).flatMap(([, own]) => own)
  expect(known.filter((shape) => !met.has(shape))).toEqual([])
})
