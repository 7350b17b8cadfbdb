import { stringify } from 'yaml'
import { allKeys, type Key } from '../config/keys.ts'

/** What a first configuration says where the schema has no default: relative paths, so that it can be tried at once. */
const first: Readonly<Record<string, unknown>> = {
  'database.url': 'embedded:state',
  'repository.root': 'repository',
  'sources.NAME.kind': 'records',
  'sources.NAME.files': ['catalogue/*.json*'],
  'targets.NAME.engine': 'embedded',
}

/** Examples for optional keys without a default; they stand behind a #. */
const examples: Readonly<Record<string, unknown>> = {
  'database.user': 'slip',
  'database.password': { file: '/run/credentials/slip.service/password' },
  'database.tls.ca': 'authorities.pem',
  'sources.NAME.user': 'slip',
  'sources.NAME.password': { file: '/run/credentials/slip.service/catalogue' },
  'sources.NAME.ca': 'authorities.pem',
  'sources.NAME.tls.ca': 'authorities.pem',
  'targets.NAME.urls': ['embedded:index'],
  'targets.NAME.index': 'slip_main',
  'targets.NAME.user': 'slip',
  'targets.NAME.password': { file: '/run/credentials/slip.service/engine' },
  'targets.NAME.ca': 'authorities.pem',
  'targets.NAME.apiKey': { file: '/run/credentials/slip.service/engine' },
  'targets.NAME.maxDocumentBytes': 100_000_000,
  'targets.NAME.snapshots': '/backups/slip',
  'targets.NAME.full.documents': 2_000_000,
  'targets.NAME.full.bytes': 500_000_000_000,
  'targets.NAME.full.diskFree': 50_000_000_000,
  'rights.default': 1,
  'indexer.emptyPage': '__EMPTYOCR__',
}

/** Other sources and another target, in full behind a #, for the keys that the first cannot have. */
const others: Readonly<Record<string, readonly Other[]>> = {
  sources: [
    {
      name: 'solr',
      values: { 'sources.NAME.kind': 'vufind-solr', 'sources.NAME.url': 'http://solr-1:8983/solr/catalog' },
    },
    {
      name: 'rights',
      values: { 'sources.NAME.kind': 'rights-db', 'sources.NAME.url': 'mysql://rights-1/ht' },
    },
    {
      name: 'tree',
      values: { 'sources.NAME.kind': 'repository', 'sources.NAME.ingested': ['ingest/*.txt'] },
    },
    {
      name: 'holdings',
      values: { 'sources.NAME.kind': 'holdings', 'sources.NAME.url': 'mysql://holdings-1/ht' },
    },
    {
      name: 'collections',
      values: { 'sources.NAME.kind': 'collections', 'sources.NAME.url': 'mysql://collections-1/ht' },
    },
  ],
  targets: [
    {
      name: 'large',
      values: { 'targets.NAME.engine': 'solr', 'targets.NAME.urls': ['http://solr-1:8983/solr'] },
    },
    {
      name: 'cluster',
      values: { 'targets.NAME.engine': 'opensearch', 'targets.NAME.urls': ['https://search-1:9200'] },
    },
  ],
}

interface Other {
  readonly name: string
  /** What it must have. */
  readonly values: Readonly<Record<string, unknown>>
}

const names: Readonly<Record<string, string>> = { sources: 'catalogue', targets: 'main' }
const width = 100

/**
 * A commented configuration with every key of the schema: what must be set is set, every other key stands behind a `#`
 * with its default. It passes `config check`.
 */
export function configTemplate(): string {
  const keys = allKeys()
  const sections = [...new Set(keys.map(({ path }) => path.split('.')[0] as string))]
  return [
    ...comment(
      `Configuration of SLIP. A key behind a # is not set; what stands there is its default or an example. A value may hold
\${NAME} for an environment variable, and {file: PATH} stands for the content of a file. Relative paths are relative to
this file.`,
      0,
    ),
    ...sections.flatMap((section) => [
      '',
      ...sectionLines(
        section,
        keys.filter(({ path }) => path.startsWith(`${section}.`)),
      ),
    ]),
    '',
  ].join('\n')
}

function sectionLines(section: string, keys: readonly Key[]): string[] {
  const name = names[section]
  const depth = name === undefined ? 1 : 2
  const lines = keysLines(
    keys.filter((key) => isOf(key, kindIn(first, section))),
    depth,
  )
  const set = keys.some((key) => key.path in first)
  const head = [`${section}:`, ...(name === undefined ? [] : [`  ${name}:`])]
  return [...head.map((line) => (set ? line : `# ${line}`)), ...lines.slice(1), ...otherLines(section, keys, depth)]
}

const kindIn = (values: Readonly<Record<string, unknown>>, section: string): unknown =>
  values[`${section}.NAME.kind`] ?? values[`${section}.NAME.engine`]

const isOf = ({ only }: Key, kind: unknown): boolean => only.length === 0 || only.includes(kind as string)

/** What each must have, and the keys that none before it can have. */
function otherLines(section: string, keys: readonly Key[], depth: number): string[] {
  const shown = [kindIn(first, section)]
  return (others[section] ?? []).flatMap(({ name, values }) => {
    const kind = kindIn(values, section)
    const own = keys.filter(
      (key) =>
        key.only.length > 0 && isOf(key, kind) && !shown.some((before) => isOf(key, before)) && !(key.path in values),
    )
    shown.push(kind)
    const set = Object.entries(values).map(([path, value]) => `# ${keyLine(path, value, depth)}`)
    return ['', `#   ${name}:`, ...set, ...keysLines(own, depth)]
  })
}

function keysLines(keys: readonly Key[], depth: number): string[] {
  return keys.flatMap((key, index) => {
    const inner = key.path.split('.').slice(depth, -1)
    const before = keys[index - 1]?.path.split('.').slice(depth, -1) ?? []
    const isNew = inner.join('.') !== before.join('.')
    const heads = isNew ? inner.map((part, at) => `# ${'  '.repeat(depth + at)}${part}:`) : []
    return ['', ...heads, ...keyLines(key, depth + inner.length)]
  })
}

function keyLines(key: Key, depth: number): string[] {
  const line = keyLine(key.path, first[key.path] ?? examples[key.path] ?? key.standard, depth)
  return [...comment(key.description, depth), key.path in first ? line : `# ${line}`]
}

const keyLine = (path: string, value: unknown, depth: number): string =>
  `${'  '.repeat(depth)}${path.split('.').at(-1)}: ${flow(value)}`

/** A value on one line. */
const flow = (value: unknown): string => stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()

function comment(text: string, depth: number): string[] {
  const indent = '  '.repeat(depth)
  const lines: string[] = []
  let line = `${indent}#`
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length >= width) {
      lines.push(line)
      line = `${indent}#`
    }
    line += ` ${word}`
  }
  return [...lines, line]
}
