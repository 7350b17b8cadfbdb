import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { schemaVersion } from '../../migrations/index.ts'
import { manual } from '../../src/ctl/manual.ts'
import { pages } from '../../src/ctl/page.ts'
import { withClient } from '../../src/embedded-postgres/database.ts'
import { runNode } from '../bin/run-node.ts'
import { readProjectFile } from '../checks/source-files.ts'
import { testDatabase } from '../services/database.ts'
import { launcher, slipctl, typed } from './slipctl.ts'

test('docs/slipctl.md has what --help prints, of every command and no other', async () => {
  const page = readProjectFile('docs/slipctl.md')
  expect(page.match(/^## .*$/gm)).toEqual(pages().map((words) => `## ${words.join(' ') || 'slipctl'}`))
  const some = [[], ['status'], ['errors'], ['errors', 'retry'], ['demo']]
  for (const words of some) {
    const { code, out } = await slipctl([...words, '--help'])
    expect(code).toBe(0)
    expect(page).toContain(`\`\`\`text\n${out}\`\`\``)
  }
})

test('the help of a command names usage, summary, options, an example and its exit codes', async () => {
  const { out } = await slipctl(['pause', '-h', '--config', '/nowhere'])
  expect(out).toContain('slipctl pause <scope> [options]')
  for (const part of ['Stops work on a scope', '--for ', 'Examples:', 'Exit codes: 2 unknown scope'])
    expect(out).toContain(part)
})

test('every example of the manual is a command line that is understood', async () => {
  const { parserOf } = await import('../../src/ctl/parser.ts')
  for (const { name, examples } of manual) {
    for (const [line] of examples) {
      const words = [...line.split(/ [|>] /)[0]!.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
        (m) => m[1] ?? m[2] ?? m[3] ?? '',
      )
      const called: string[] = []
      const parser = parserOf(words, 100, async (command) => void called.push(command.name))
      await parser
        .fail((message) => {
          throw new Error(`${line}: ${message}`)
        })
        .parseAsync()
      expect(called, line).toEqual([name])
    }
  }
})

test.each([
  [['statsu'], 'there is no command statsu; did you mean status?'],
  [['errors', 'lst'], 'there is no command errors lst; did you mean list?'],
  [['--config', 'status', 'stauts'], 'there is no command stauts; did you mean status?'],
  [['errors'], 'errors is followed by list or groups or show or retry or skip or export or expire'],
  [[], 'name a command'],
  [['pause'], 'pause needs <scope>'],
  [['status', 'now'], 'status takes no argument, and not now'],
  [['errors', 'list', '--tial', '3'], 'errors list has no option --tial; did you mean --tail?'],
  [['enqueue', 'a.1', '--lane', 'fast'], '--lane is one of daily, ops, bulk, and not fast'],
  [['status', '--config'], '--config needs a value'],
  [
    ['search', 'law', '-library'],
    'search has no option -library; a word that starts with - stands inside quotes with others',
  ],
  [['status', '--config', 'a', '--config', 'b'], '--config is given twice'],
  [['watermark', 'show', '--history', '--tail', 'abc'], '--tail is a whole number above 0'],
  [['pause', 'all', '--reason', 'x'.repeat(1001)], '--reason has at most 1000 characters'],
  [['errors', 'list', '--tail', '0'], '--tail is a whole number above 0'],
  [['errors', 'list', '--code', 'ZIP_MISING'], 'there is no error code ZIP_MISING; did you mean ZIP_MISSING?'],
  [['search', 'x', '--limit', 'many'], '--limit is a whole number from 1 to 1000'],
  [['search'], 'name words to look for, or a --filter'],
  [['search', 'x', '--field', 'tittle'], '--field tittle is not a field that can be searched; did you mean title?'],
  [['search', 'x', '--field', 'tombstone'], '--field tombstone is not a field that can be searched'],
  [['search', 'x', '--filter', 'English'], '--filter is FIELD:VALUE, such as language:English, and not English'],
  [
    ['search', 'x', '--filter', 'langage:English'],
    '--filter: the values of langage are not matched as they are; did you mean language?',
  ],
  [
    ['search', 'x', '--filter', 'title:A'],
    '--filter: the values of title are not matched as they are; to look for words in it: --field',
  ],
  [['search', 'x', '--filter', 'rights:pd'], '--filter: rights is a number, and not pd'],
  [['enqueue'], 'name ids, a file of ids, - for standard input, or --all'],
  [['enqueue', 'a.1', '--all'], '--all goes without ids'],
  [['errors', 'retry'], 'say which: --id, --ids-file, --code, --group, --since, --until or --all'],
  [['errors', 'retry', '--all', '--code', 'ZIP_MISSING'], '--all goes without what selects some'],
  [['pause', 'all', '--for', 'ever'], '--for ever is not a duration such as 30m, 2h or 1d, at most 3650d'],
  [['pause', 'all', '--for', '99999999d'], '--for 99999999d is not a duration such as 30m, 2h or 1d, at most 3650d'],
  [['errors', 'show', 'x'], 'the number of an error is a whole number, as errors list prints it'],
  [['errors', 'show', '1.5'], 'the number of an error is a whole number, as errors list prints it'],
])('slipctl %j ends with 2 and says what is wrong', async (args, sentence) => {
  const { code, out, err } = await slipctl(args)
  expect({ code, out, first: err.split('\n')[0] }).toEqual({ code: 2, out: '', first: `slipctl: USAGE: ${sentence}` })
})

test('the help a wrong command line points to works as printed', async () => {
  for (const [args, heading] of [
    [['errors', 'retry', '--cod'], 'slipctl errors retry [options]'],
    [['errors', 'lst'], 'slipctl errors <command>'],
    [['nothing'], 'slipctl <command> [options]'],
  ] as const) {
    const { err } = await slipctl(args)
    const help = await typed(/^ {2}See: (.*)$/m.exec(err)?.[1] ?? '')
    expect(help).toMatchObject({ code: 0, err: '', out: expect.stringContaining(heading) })
  }
})

test('help and version load no database driver', async () => {
  const spy = `data:text/javascript,import m from 'node:module'; process.on('exit', () => console.error(Object.keys(m._cache).filter((f) => /node_modules.(pg|knex|pino|zod)\\b/.test(f)).length))`
  for (const args of [['--help'], ['version']]) {
    expect(await runNode(['--import', spy, launcher, ...args])).toMatchObject({ code: 0, err: '0\n' })
  }
  const { err } = await runNode([
    '--import',
    spy,
    launcher,
    'status',
    '--config',
    configWith('postgres://127.0.0.1:9/x'),
  ])
  expect(Number(err.trim().split('\n').at(-1)), 'the spy sees drivers').toBeGreaterThan(0)
})

test('version prints the release for people and for scripts', async () => {
  const { version } = JSON.parse(readProjectFile('package.json'))
  expect((await slipctl(['version'])).out).toBe(
    `slipctl ${version} (schema ${schemaVersion}, Node ${process.versions.node})\n`,
  )
  expect(JSON.parse((await slipctl(['version', '--json'])).out)).toMatchObject({ version, schema: schemaVersion })
  expect((await slipctl(['--version'])).out).toBe(`${version}\n`)
})

function configWith(url: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'slip-ctl-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'slip.yaml')
  writeFileSync(
    file,
    `database: { url: "${url}" }\nrepository: { root: r }\nsources: { tree: { kind: repository } }\ntargets: { main: { engine: embedded } }\n`,
  )
  return file
}

const advice = 'Check database.url, user and password, that the server runs, and what the user may do there.'

test('a database that refuses ends with 7, one sentence and the advice; with --json on standard output too', async () => {
  const config = configWith('postgres://slip:geheim@127.0.0.1:9/x')
  const { code, out, err } = await slipctl(['status', '--json', '--config', config])
  const message = 'the database at 127.0.0.1:9/x does not answer: connect ECONNREFUSED 127.0.0.1:9'
  expect(code).toBe(7)
  expect(err).toBe(`slipctl: DATABASE_UNAVAILABLE: ${message}\n  ${advice}\n`)
  expect(JSON.parse(out)).toEqual({ error: { code: 'DATABASE_UNAVAILABLE', message, place: {}, advice } })
})

test('db migrate tells a database that refuses as every command does, without a stack', async () => {
  const { code, err } = await slipctl(['db', 'migrate', '--config', configWith('postgres://127.0.0.1:9/x')])
  const message = 'the database at 127.0.0.1:9/x does not answer: connect ECONNREFUSED 127.0.0.1:9'
  expect({ code, err }).toEqual({ code: 7, err: `slipctl: DATABASE_UNAVAILABLE: ${message}\n  ${advice}\n` })
})

test('db migrate by a user who may make no tables ends with 7 and the words of the server, without a stack', async () => {
  const database = await testDatabase()
  onTestFinished(() => database.drop())
  const user = `reader_${randomUUID().slice(0, 8)}`
  await withClient(database.url, (client) => client.query(`CREATE USER ${user} PASSWORD 'r'`))
  onTestFinished(() => withClient(database.url, (client) => client.query(`DROP USER ${user}`)).then(() => undefined))
  const url = Object.assign(new URL(database.url), { username: user, password: 'r' })
  const { code, err } = await slipctl(['db', 'migrate', '--config', configWith(url.href)])
  const message = 'the database refuses to be migrated: permission denied for schema public'
  expect({ code, err }).toEqual({ code: 7, err: `slipctl: DATABASE_UNAVAILABLE: ${message}\n  ${advice}\n` })
})

test('a database that never says a word ends with 7 as well', async () => {
  const mute = createServer(() => {}).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  onTestFinished(() => void mute.close())
  const { port } = mute.address() as { port: number }
  const { code, err } = await slipctl(['status', '--config', configWith(`postgres://127.0.0.1:${port}/x`)])
  expect({ code, err }).toEqual({
    code: 7,
    err: `slipctl: DATABASE_UNAVAILABLE: the database at 127.0.0.1:${port}/x does not answer: timeout expired\n  ${advice}\n`,
  })
})

test('a configuration file that is not there ends with 2, and the command printed writes it', async () => {
  const folder = mkdtempSync(join(tmpdir(), "slip ctl's "))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const config = join(folder, 'slip.yaml')
  const { code, err } = await slipctl(['status', '--config', config])
  expect({ code, first: err.split('\n')[0] }).toEqual({
    code: 2,
    first: `slipctl: CONFIG_MISSING: there is no configuration file ${config}`,
  })
  expect(await typed(/write one with: (.*)$/m.exec(err)?.[1] ?? '')).toMatchObject({ code: 0, err: '' })
})

test('a reader that leaves ends the command quietly', async () => {
  const child = spawn(process.execPath, [launcher, 'version'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect({ code, err }).toEqual({ code: 0, err: '' })
})

test('an answer that cannot be written, as on a full disk, is one sentence and exit code 1', async () => {
  const { code, err } = await typed(`${process.execPath} ${launcher} version > /dev/full`)
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringMatching(/^slipctl: the answer cannot be written: ENOSPC.*\n$/),
  })
})
