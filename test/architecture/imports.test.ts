import { expect, test } from 'vitest'
import { projectFiles, readProjectFile } from '../checks/source-files.ts'
import { breach, importsOf } from './import-rule.ts'

const sources = projectFiles('src/**/*.ts', 'migrations/*.ts')

test('imports go down only, and no stage imports a stage', () => {
  const breaches = sources.flatMap((file) => importsOf(file, readProjectFile(file))).map(breach)
  expect(breaches.filter((reason) => reason !== null)).toEqual([])
})

test('no file imports itself by way of others, lazily either', () => {
  const imports = new Map(
    sources.map((file) => [file, importsOf(file, readProjectFile(file)).map(({ to }) => to)] as const),
  )
  expect(sources.map((file) => circleFrom(file, imports)).filter((circle) => circle.length > 0)).toEqual([])
})

test.each([
  ['src/state/queue/claim.ts', 'src/shards/engine.ts'],
  ['src/shards/embedded/post.ts', 'src/state/connection.ts'],
  ['src/rights/stage.ts', 'src/enqueue/stage.ts'],
  ['src/daemon/loop.ts', 'src/indexer/stage.ts'],
  ['src/embedded-postgres/server.ts', 'src/state/connection.ts'],
  ['src/state/x.ts', 'test/services/database.ts'],
  ['src/sources/x.ts', 'src/embedded-postgres/server.ts'],
])('%s may not import %s', (from, to) => {
  expect(breach({ from, to })).not.toBeNull()
})

test.each([
  ['src/ctl/commands/assemble.ts', 'src/indexer/assemble/assemble.ts'],
  ['src/indexer/stage.ts', 'src/sources/source.ts'],
  ['src/shards/embedded/create.ts', 'src/embedded-postgres/server.ts'],
  ['src/config/load.ts', 'src/errors/slip-error.ts'],
])('%s may import %s', (from, to) => {
  expect(breach({ from, to })).toBeNull()
})

test('every way to write an import is seen', () => {
  const text = `import a from './a.ts'\nimport type { B } from "../b.ts"\nexport * from './c/d.ts'\nimport './e.ts'\nawait import('./f.ts')\nimport fs from 'node:fs'`
  const found = importsOf('src/x/y.ts', text).map(({ to }) => to)
  expect(found).toEqual(['src/x/a.ts', 'src/b.ts', 'src/x/c/d.ts', 'src/x/e.ts', 'src/x/f.ts'])
})

test('statements on slip_ tables stand in src/state only', () => {
  const statement = /\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+slip_\w+/i
  const files = sources.filter((file) => !/^(?:src\/state|migrations)\//.test(file))
  expect(files.filter((file) => statement.test(withoutComments(readProjectFile(file))))).toEqual([])
})

test('no folder is called after what it is not: util, lib, common or helpers', () => {
  const named = /(?:^|\/)(?:utils?|libs?|commons?|helpers?|shared|misc)\//
  expect(projectFiles('*.ts', '*.cjs').filter((file) => named.test(file))).toEqual([])
})

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')

/** The way from a file through its imports back to itself; empty when there is none. */
function circleFrom(start: string, imports: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set<string>()
  const walk = (file: string): string[] => {
    for (const next of imports.get(file) ?? []) {
      if (next === start) return [file, next]
      if (seen.has(next)) continue
      seen.add(next)
      const way = walk(next)
      if (way.length > 0) return [file, ...way]
    }
    return []
  }
  return walk(start)
}
