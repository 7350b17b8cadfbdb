import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import type { SlipError } from '../../src/errors/slip-error.ts'

const correct = `
database: { url: postgres://db.example/slip }
repository: { root: obj }
sources: { catalogue: { kind: records, files: [records/*.ndjson] } }
targets: { main: { engine: embedded } }
`
const parse = (text: string) => parseConfig(text, '/etc/slip/slip.yaml')

function findingsOf(text: string): string[] {
  try {
    parse(text)
  } catch (error) {
    expect((error as SlipError).code).toBe('CONFIG_INVALID')
    return (error as Error).message.split('\n')
  }
  throw new Error('the configuration passed')
}

describe('a configuration', () => {
  test('needs four sections and has a default for the rest, durations in milliseconds', () => {
    expect(parse(correct)).toMatchObject({
      baseDir: '/etc/slip',
      repository: { kind: 'pairtree', scope: 'catalogue', checksums: 'off' },
      rights: {},
      targets: { main: { shards: 1, lease: 300_000, overlap: 300_000, sweep: { period: 600_000, rate: 1_000 } } },
      indexer: { batch: 20, attempts: 3, backoff: 60_000, dehyphenate: true },
      log: { level: 'info' },
    })
  })

  test('leaves no lane without turns, and takes a storm for a part of the outcomes', () => {
    expect(parse(correct)).toMatchObject({
      indexer: { shares: { daily: 5, ops: 2, bulk: 1 } },
      breaker: { failures: 3, probe: 30_000, storm: 0.2 },
    })
    const wrong = `${correct}indexer: { shares: { bulk: 0 } }\nbreaker: { failures: 0, probe: 0s, storm: 20 }\n`
    const keys = findingsOf(wrong).map((finding) => /: (\S+):/.exec(finding)?.[1])
    expect(keys.toSorted()).toEqual(['breaker.failures', 'breaker.probe', 'breaker.storm', 'indexer.shares.bulk'])
  })

  test('is checked whole: every finding has file, line and key', () => {
    const findings = findingsOf(`
database: {}
repository:
  root: obj
  scop: present
  kind: tree
sources:
  catalogue:
    kind: record
    files: []
targets:
  Main!: { engine: embedded }
  main: { engine: lucene }
  other: { engine: embedded, shards: 0 }
  cloud: { engine: solr, index: "a/b", urls: ["ftp://solr-1/solr"] }
`)
    expect(findings).toEqual([
      '/etc/slip/slip.yaml:2: database.url: is required (string)',
      '/etc/slip/slip.yaml:6: repository.kind: must be one of pairtree, directory, zip',
      '/etc/slip/slip.yaml:5: repository.scop: unknown key; did you mean scope?',
      '/etc/slip/slip.yaml:9: sources.catalogue.kind: must be one of records, hathifiles, vufind-solr, repository, rights-db, holdings, collections',
      '/etc/slip/slip.yaml:12: targets.Main!: must be a name of lower-case letters, digits, - and _, at most 32',
      expect.stringMatching(/^\/etc\/slip\/slip\.yaml:13: targets\.main\.engine: must be one of embedded, solr, /),
      expect.stringMatching(/^\/etc\/slip\/slip\.yaml:14: targets\.other\.shards: /),
      expect.stringMatching(/^\/etc\/slip\/slip\.yaml:15: targets\.cloud\.urls\.0: /),
      expect.stringMatching(/^\/etc\/slip\/slip\.yaml:15: targets\.cloud\.index: a name of letters/),
    ])
  })

  test('that is not YAML is told with its line', () => {
    expect(findingsOf('database:\n  url: [')).toEqual([expect.stringMatching(/^\/etc\/slip\/slip\.yaml:2: /)])
  })

  test('that is empty or a list is told what is missing', () => {
    expect(findingsOf('').length).toBeGreaterThan(0)
    expect(findingsOf('- a').length).toBeGreaterThan(0)
  })

  test.each(['0s', '5', '5 minutes', '-1s', '1e3ms', ''])('refuses %j as a duration', (text) => {
    const findings = findingsOf(correct.replace('embedded }', `embedded, lease: "${text}" }`))
    expect(findings).toEqual([expect.stringMatching(/targets\.main\.lease: a duration above zero/)])
  })

  test.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('takes %s as %d ms', (text, ms) => {
    expect(parse(correct.replace('embedded }', `embedded, lease: ${text} }`)).targets.main?.lease).toBe(ms)
  })

  test.each([
    'user: slip, password: x, apiKey: k, urls: ["http://search:9200"]',
    'apiKey: k, urls: ["http://search:9200", "http://slip:x@search-2:9200"]',
  ])('refuses an API key beside a user: { %s }', (keys) => {
    const findings = findingsOf(correct.replace('engine: embedded }', `engine: opensearch, ${keys} }`))
    expect(findings).toEqual([expect.stringMatching(/targets\.main\.apiKey: user and password are given as well/)])
  })

  test.each(['mysql://h/slip', 'mariadb://h/slip'])(
    'beside a state on %s needs the urls of an embedded index',
    (url) => {
      const beside = correct.replace('postgres://db.example/slip', url)
      expect(findingsOf(beside)).toEqual([
        expect.stringMatching(
          /^\/etc\/slip\/slip\.yaml:5: targets\.main\.urls: is required beside .* name one, postgres:/,
        ),
      ])
      for (const own of ['postgres://h/index', 'embedded:index'])
        expect(parse(beside.replace('embedded }', `embedded, urls: ["${own}"] }`)).targets.main?.urls).toEqual([own])
    },
  )

  test.each([
    ['database.url', correct.replace('db.example/slip', 'db.example')],
    ['database.url', correct.replace('postgres://db.example/slip', 'mysql://db.example/')],
    ['targets.main.urls.0', correct.replace('embedded }', 'embedded, urls: ["postgres://h:5433"] }')],
    ['sources.holdings.url', correct.replace('sources: {', 'sources: { holdings: { kind: holdings, url: mysql://h },')],
  ])('refuses a URL without the name of a database at %s', (key, text) => {
    expect(findingsOf(text)).toContainEqual(
      expect.stringContaining(`${key}: names no database: add its name at the end`),
    )
  })

  test('refuses an overlap shorter than a writer may take that falls asleep before its commit', () => {
    const withOverlap = (overlap: string) => correct.replace('embedded }', `embedded, overlap: ${overlap} }`)
    expect(parse(withOverlap('200s')).targets.main?.overlap).toBe(200_000)
    expect(findingsOf(withOverlap('199999ms'))).toEqual([
      expect.stringContaining('targets.main.overlap: at least 200s: a change whose writer falls asleep'),
    ])
  })

  test.each([
    ['targets.main.urls.0', correct.replace('embedded }', 'solr, urls: ["http://slip:100%geheim@solr-1:8983/solr"] }')],
    ['targets.main.urls.0', correct.replace('embedded }', 'embedded, urls: ["postgres://slip:100%geheim@db/index"] }')],
    ['database.url', correct.replace('postgres://db', 'postgres://slip:100%geheim@db')],
    ['database.url', correct.replace('example/slip', 'example/100%')],
    [
      'sources.catalogue.url',
      correct.replace(
        'kind: records, files: [records/*.ndjson]',
        'kind: vufind-solr, url: "http://slip:100%geheim@solr/solr/biblio"',
      ),
    ],
  ])('refuses a %% that is no escape in %s, without telling the password', (key, text) => {
    const findings = findingsOf(text)
    expect(findings).toEqual([expect.stringContaining(`${key}: a % that is no escape; written %25 it is a %`)])
    expect(findings.join()).not.toContain('geheim')
  })

  test('has a digest over what reaches a document, and over nothing else', () => {
    const { digest } = parse(correct)
    expect(parse(`${correct}log: { level: debug }`).digest).toBe(digest)
    expect(parse(`${correct}indexer: { batch: 5 }`).digest).toBe(digest)
    expect(parse(`${correct}indexer: { dehyphenate: false }`).digest).not.toBe(digest)
    expect(parse(`${correct}indexer: { emptyPage: __EMPTYOCR__ }`).digest).not.toBe(digest)
  })
})

describe('a value', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'slip-config-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const write = (text: string) => {
    const file = join(folder, 'slip.yaml')
    writeFileSync(file, text)
    return file
  }
  const withPassword = (password: string) => correct.replace('slip }', `slip, password: ${password} }`)

  test('may come from the environment', () => {
    process.env.SLIP_TEST_PASSWORD = 'pa$$word'
    const file = write(withPassword(`"x${'$'}{SLIP_TEST_PASSWORD}y"`))
    expect(loadConfig(file).database.password).toBe('xpa$$wordy')
    delete process.env.SLIP_TEST_PASSWORD
  })

  test('that names an environment variable which is not set is an error with the key', () => {
    expect(() => loadConfig(write(withPassword(`"${'$'}{SLIP_TEST_UNSET}"`)))).toThrow(
      /slip\.yaml:2: database\.password: environment variable SLIP_TEST_UNSET is not set/,
    )
  })

  test('may be the content of a file, without its last newline, relative to the configuration', () => {
    writeFileSync(join(folder, 'secret'), 'from a file \n', { mode: 0o600 })
    expect(loadConfig(write(withPassword('{ file: secret }'))).database.password).toBe('from a file ')
  })

  test('from a file that is not there is an error with the key', () => {
    expect(() => loadConfig(write(withPassword('{ file: nowhere }')))).toThrow(/database\.password: ENOENT/)
  })

  test('from a file that others may read is refused unless the group is ours', ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root can give a file to another group')
    const secret = join(folder, 'open-secret')
    writeFileSync(secret, 'x')
    chmodSync(secret, 0o640)
    expect(loadConfig(write(withPassword('{ file: open-secret }'))).database.password).toBe('x')
    chmodSync(secret, 0o644)
    expect(() => loadConfig(write(withPassword('{ file: open-secret }')))).toThrow(
      /can be read by others; chmod 600 it/,
    )
    chmodSync(secret, 0o640)
    chownSync(secret, 0, 65_533)
    expect(() => loadConfig(write(withPassword('{ file: open-secret }')))).toThrow(
      /can be read by others; chmod 600 it/,
    )
  })

  test('from a credential of systemd is taken with the mode that its ACL shows, and only what lies in the folder of these', ({
    skip,
  }) => {
    if (process.getuid?.() !== 0) skip('only root can give a file to another group')
    const place = (path: string, mode: number, owner = 0) => {
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      rmSync(file, { force: true })
      writeFileSync(file, 'x')
      // the tests run as root, to whom the group of systemd's own, root, belongs
      chownSync(file, owner, 65_533)
      chmodSync(file, mode)
      return path
    }
    const passwordIn = (path: string) => loadConfig(write(withPassword(`{ file: ${path} }`))).database.password
    const refused = /can be read by others; chmod 600 it/
    vi.stubEnv('CREDENTIALS_DIRECTORY', join(folder, 'credentials'))
    expect(passwordIn(place('credentials/acl', 0o440))).toBe('x')
    expect(passwordIn(place('credentials/owned', 0o400))).toBe('x')
    expect(() => passwordIn(place('credentials/world', 0o444))).toThrow(refused)
    expect(() => passwordIn(place('credentials/strange', 0o440, 65_533))).toThrow(refused)
    expect(() => passwordIn(place('credentials-2/acl', 0o440))).toThrow(refused)
    symlinkSync(join(folder, 'credentials-2/acl'), join(folder, 'credentials/link'))
    expect(() => passwordIn('credentials/link')).toThrow(refused)
    for (const none of ['', join(folder, 'nowhere'), undefined]) {
      vi.stubEnv('CREDENTIALS_DIRECTORY', none)
      expect(() => passwordIn('credentials/acl')).toThrow(refused)
    }
    vi.unstubAllEnvs()
  })
})

test('without a file the configuration is missing, and the message names where it was looked for', () => {
  expect(() => loadConfig('/nowhere/slip.yaml')).toThrow('there is no configuration file /nowhere/slip.yaml')
})
