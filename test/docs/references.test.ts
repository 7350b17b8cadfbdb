import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../checks/run-tool.ts'
import { projectFiles, readProjectFile } from '../checks/source-files.ts'
import { writtenPages } from './blocks.ts'

const pages = writtenPages()

test('every path of the project that a page names is there', () => {
  const named = pages.flatMap((page) => {
    const words = [...readProjectFile(page).matchAll(/`((?:src|test|bin|migrations|samples|docs|bench)\/[^`\s]*)`/g)]
    return words.map((match) => ({ page, path: match[1] ?? '' }))
  })
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter(({ path }) => !/NAME|NNNN/.test(path) && !existsSync(join(root, path)))).toEqual([])
})

test('every test that the invariants are shown by is there', () => {
  const section = readProjectFile('docs/state-machine.md').split('\n## Invariants\n')[1] ?? ''
  const rows = section.match(/^\| \d .*$/gm) ?? []
  const shown = rows.flatMap((row) => namedTests(row.split('|').at(-2) ?? ''))
  expect(shown.length).toBeGreaterThan(rows.length)
  const absent = shown.filter(({ file, name }) => {
    const path = `test/${file}`
    return !existsSync(join(root, path)) || !readProjectFile(path).includes(name === '' ? '' : `test('${name}'`)
  })
  expect(absent).toEqual([])
})

/** `file`: "test", "test"; … → each test with its file; a file alone has the name ''. */
function namedTests(cell: string): { file: string; name: string }[] {
  return [...cell.matchAll(/`([^`]+)`([^`]*)/g)].flatMap(([, file = '', rest = '']) => {
    const names = [...rest.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '')
    return (names.length > 0 ? names : ['']).map((name) => ({ file, name }))
  })
}

test('every npm script that a page names is in package.json', () => {
  const scripts = Object.keys(JSON.parse(readProjectFile('package.json')).scripts)
  const named = pages.flatMap((page) =>
    [...readProjectFile(page).matchAll(/\bnpm run ([a-z]+)/g)].map((match) => match[1] ?? ''),
  )
  expect(named.filter((script) => !scripts.includes(script))).toEqual([])
})

test('every table that a page names is made by a migration', () => {
  const made = projectFiles('migrations/*.ts').map(readProjectFile).join('')
  const tables = new Set([...made.matchAll(/CREATE (?:OR REPLACE VIEW|TABLE) (slip_\w+)/g)].map((match) => match[1]))
  // these two are knex's own
  for (const table of ['slip_migration', 'slip_migration_lock']) tables.add(table)
  const named = pages.flatMap((page) =>
    [...readProjectFile(page).matchAll(/\bslip_[a-z_]+\b/g)].map((match) => match[0]),
  )
  expect([...new Set(named)].filter((name) => !tables.has(name) && !name.startsWith('slip_index_'))).toEqual([])
})
