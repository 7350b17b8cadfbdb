import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parserOf } from '../../src/ctl/parser.ts'
import { root } from '../checks/run-tool.ts'
import { readProjectFile } from '../checks/source-files.ts'
import { blocksOf, writtenPages } from './blocks.ts'

const pages = writtenPages()
const lines = blocksOf('sh', pages).flatMap(({ text }) => text.trim().replaceAll('runuser -u slip -- ', '').split('\n'))
/** What stands in a sentence as a command. */
const inline = pages.flatMap((page) =>
  [...readProjectFile(page).matchAll(/`((?:slipctl (?=[a-z])|npm run demo -- )[^`]*)`/g)].map(
    (match) => match[1] ?? '',
  ),
)

/** What slipctl is given; the demo of npm is one of its commands. */
const afterSlipctl = (line: string) => /^(?:slipctl|node bin\/slipctl\.cjs|npm run (?=demo))\s*(.*)$/.exec(line)?.[1]
const commands = new Set([...lines, ...inline].map(afterSlipctl).filter((rest) => rest !== undefined))

test.each([...commands])('slipctl %s is a command line that slipctl takes', async (line) => {
  const words =
    line
      .replace('demo -- ', 'demo ')
      .replaceAll('…', '')
      .match(/'[^']*'|\S+/g) ?? []
  const argv = words.map((word) => word.replace(/^'|'$/g, ''))
  const wrong: unknown[] = []
  const chosen: string[] = []
  const parser = parserOf(argv, 100, async (command) => {
    chosen.push(command.name)
  })
  parser.fail((message, error) => wrong.push(message ?? error))
  await parser.parseAsync()
  expect({ wrong, chosen }).toEqual({ wrong: [], chosen: [expect.any(String)] })
})

test('every launcher that a page calls is there', () => {
  const called = lines.flatMap((line) => /^(?:node bin\/)?(slip-[a-z]+|slipctl)\b/.exec(line)?.[1] ?? [])
  expect(called.length).toBeGreaterThan(0)
  expect(called.filter((name) => !existsSync(join(root, 'bin', `${name}.cjs`)))).toEqual([])
})

test('the front page shows the counts that the sample library has', () => {
  const expected = JSON.parse(readFileSync(join(root, 'samples/library/expected.json'), 'utf8'))
  const { items, indexed, pages, deleted, errors, search } = expected
  const front = readProjectFile('README.md')
  const end = `${items} items, ${indexed} indexed (${pages} pages), ${deleted} absent, ${Object.keys(errors).length} errors`
  expect(front).toContain(end)
  expect(front).toContain(`${search.hits} volumes have "${search.query}"`)
  for (const [code, htid] of Object.entries(errors)) expect(front).toContain(`→ htid ${htid}, code ${code},`)
})
