import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { allKeys } from '../../src/config/keys.ts'
import { parseConfig } from '../../src/config/load.ts'
import { configTemplate } from '../../src/ctl/config-template.ts'
import { shownSettings } from '../../src/ctl/shown-settings.ts'
import { slipctl, typed } from './slipctl.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'slip-ctl-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

function fileWith(text: string): string {
  const file = join(folder(), 'slip.yaml')
  writeFileSync(file, text)
  return file
}

const least = `
repository: { root: r }
sources: { tree: { kind: repository } }
targets: { main: { engine: embedded } }
`

test('init writes a file that passes config check by the command it prints, readable by its owner only', async () => {
  const file = join(folder(), 'new/slip.yaml')
  const { code, out } = await slipctl(['init', file])
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`wrote ${file}; edit it, then:\n`) })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await typed(/^ {2}(.* config check)$/m.exec(out)?.[1] ?? '')).toEqual({
    code: 0,
    err: '',
    out: `${file}: correct\n`,
  })
})

test('init overwrites nothing', async () => {
  const file = fileWith('mine')
  expect(await slipctl(['init', file])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining(`${file} exists; it is not overwritten`),
  })
  expect(readFileSync(file, 'utf8')).toBe('mine')
})

test('init below something that is no folder says so in one sentence', async () => {
  const file = fileWith('no folder')
  const { code, err } = await slipctl(['init', join(file, 'slip.yaml')])
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^slipctl: FOLDER_UNUSABLE: .*\n( {2}.*\n)+$/) })
})

test('the file init writes has every key of the schema, and is as correct with every # taken away', () => {
  const template = configTemplate()
  for (const { path } of allKeys()) expect(template).toMatch(new RegExp(`^(# )? *${path.split('.').at(-1)}: `, 'm'))
  const whole = template.replace(/^# (?=[a-z]+:$| +[a-zA-Z]+:( |$))/gm, '').replace(/^.*\{ file: .*$/gm, '')
  const { sources, targets } = parseConfig(whole, '/x/slip.yaml')
  expect([sources.catalogue?.kind, targets.main?.lease]).toEqual(['records', 300_000])
  expect(targets.large).toMatchObject({ engine: 'solr', user: 'slip', timeout: 120_000 })
  expect(Object.keys(parse(whole).indexer)).toEqual(Object.keys(parseConfig(whole, '/x/slip.yaml').indexer))
  expect(parse(whole).indexer.shares).toEqual({ daily: 5, ops: 2, bulk: 1 })
})

test('config check prints every finding with its line, and ends with 2', async () => {
  const file = fileWith(`database: { ulr: x }\n${least}log: { level: loud }\n`)
  const { code, out, err } = await slipctl(['config', 'check', '--config', file])
  expect({ code, err }).toEqual({ code: 2, err: '' })
  expect(out).toContain(`${file}:1: database.ulr: unknown key; did you mean url?`)
  expect(out).toContain(`${file}:6: log.level: `)
  const checked = JSON.parse((await slipctl(['config', 'check', '--json', '--config', file])).out)
  expect(checked).toMatchObject({ file, correct: false })
  expect(checked.findings).toHaveLength(out.trim().split('\n').length)
})

test.each([
  ['url: sqlite:foo', 'database.url: postgres:// or mysql:// HOST[:PORT]/NAME, or embedded:DIR'],
  ['url: postgres://10.0.0.1/slip, tls: {}', 'database.url: with tls a server is named as its certificate names it'],
  ['url: "mysql://[fe80::1]/slip", tls: {}', 'database.url: with tls a server is named as its certificate names it'],
  ['url: "postgres://slip:50%off@h/slip"', 'database.url: a % that is no escape'],
  ['url: postgres://h/slip?sslmode=require', 'database.url: options after ? are not read'],
  ['url: mysql://h/slip?ssl-mode=REQUIRED', 'database.url: options after ? are not read'],
])('config check refuses the database %s', async (line, words) => {
  const file = fileWith(`database: { ${line} }\n${least}`)
  expect((await slipctl(['config', 'check', '--config', file])).out).toContain(`${file}:1: ${words}`)
})

test('config check refuses an index that is no URL, a lease of more than 24 days, an alias without its anchor', async () => {
  const target = (keys: string) =>
    `database: { url: embedded:db }\n${least.replace('{ engine: embedded }', `{ engine: embedded, ${keys} }`)}`
  for (const [text, words] of [
    [target('urls: [nonsense]'), 'targets.main.urls.0: postgres://HOST[:PORT]/NAME or embedded:DIR'],
    [
      `database: { url: embedded:db }\n${least.replace('engine: embedded', "engine: solr, urls: ['http://slip:50%@h/solr']")}`,
      'targets.main.urls.0: a % that is no escape',
    ],
    [target('lease: 30d'), 'targets.main.lease: a duration of at most 24d'],
    [`database: *x\n${least}`, 'Unresolved alias'],
  ] as const) {
    const { code, out, err } = await slipctl(['config', 'check', '--config', fileWith(text)])
    expect([code, `${out}${err}`]).toEqual([2, expect.stringContaining(words)])
  }
})

test('a configuration that cannot be read is not called missing', async () => {
  const { code, err } = await slipctl(['status', '--config', folder()])
  expect([code, err]).toEqual([2, expect.stringMatching(/^slipctl: CONFIG_UNREADABLE: EISDIR/)])
})

test('config show fills in defaults, writes durations as the file does, and passes config check again', async () => {
  const file = fileWith(`database: { url: "embedded:state" }\n${least}indexer: { backoff: 90s }\n`)
  const { code, out } = await slipctl(['config', 'show', '--config', file])
  expect(code).toBe(0)
  expect(parse(out)).toMatchObject({
    repository: { kind: 'pairtree', scope: 'catalogue' },
    targets: { main: { shards: 1, lease: '5m', overlap: '5m' } },
    indexer: { backoff: '90s', environmentBackoff: '30s', batchBytes: 4 << 20 },
  })
  expect(await slipctl(['config', 'check', '--config', fileWith(out)])).toMatchObject({ code: 0 })
  expect(JSON.parse((await slipctl(['config', 'show', '--json', '--config', file])).out)).toEqual(parse(out))
})

test('config show hides passwords: the key, and inside every URL', async () => {
  const file = fileWith(`database: { url: "postgres://slip:geh@im/x@db.example/slip", password: "\${SLIP_TEST_SECRET}" }
repository: { root: r }
sources: { tree: { kind: repository } }
targets: { main: { engine: embedded, urls: ["postgres://slip:geheim@index.example/x?password=geheim&b=1"] } }
`)
  const { out } = await slipctl(['config', 'show', '--config', file], { SLIP_TEST_SECRET: 'geheimnis' })
  expect(out).not.toMatch(/geh|im\/x/)
  expect(parse(out)).toMatchObject({
    database: { url: 'postgres://slip:********@db.example/slip', password: '********' },
    targets: { main: { urls: ['postgres://slip:********@index.example/x?password=********&b=1'] } },
  })
})

test('every key the schema marks secret is hidden wherever it stands', () => {
  for (const { path, secret } of allKeys()) {
    const steps = path.replace('NAME', 'x').split('.')
    const shown = JSON.stringify(
      shownSettings(steps.reduceRight<unknown>((inner, step) => ({ [step]: inner }), 'geheim') as object),
    )
    expect([path, shown.includes('geheim')]).toEqual([path, !secret])
  }
})
