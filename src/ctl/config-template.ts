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
  'targets.NAME.urls': ['embedded:index'],
  'rights.default': 1,
  'indexer.emptyPage': '__EMPTYOCR__',
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
  const lines = keys.flatMap((key, index) => {
    const inner = key.path.split('.').slice(depth, -1)
    const before = keys[index - 1]?.path.split('.').slice(depth, -1) ?? []
    const isNew = inner.join('.') !== before.join('.')
    const heads = isNew ? inner.map((part, at) => `# ${'  '.repeat(depth + at)}${part}:`) : []
    return ['', ...heads, ...keyLines(key, depth + inner.length)]
  })
  const set = keys.some((key) => key.path in first)
  const head = [`${section}:`, ...(name === undefined ? [] : [`  ${name}:`])]
  return [...head.map((line) => (set ? line : `# ${line}`)), ...lines.slice(1)]
}

function keyLines(key: Key, depth: number): string[] {
  const value = first[key.path] ?? examples[key.path] ?? key.standard
  const text = `${'  '.repeat(depth)}${key.path.split('.').at(-1)}: ${flow(value)}`
  return [...comment(key.description, depth), key.path in first ? text : `# ${text}`]
}

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
