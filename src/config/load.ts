import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Document, isMap, LineCounter, parseDocument } from 'yaml'
import { SlipError } from '../errors/slip-error.ts'
import { explain, type Finding } from './explain.ts'
import { type Settings, schema } from './schema.ts'
import { resolveValues } from './secrets.ts'

export interface Config extends Settings {
  /** The file it was read from, absolute. */
  readonly file: string
  /** Relative paths in it are relative to this folder. */
  readonly baseDir: string
  /** Digest of what reaches a document (rights, text rules): kept in document and ledger. */
  readonly digest: string
}

const systemFile = '/etc/slip/slip.yaml'

/** The configuration file to use: the one named, else SLIP_CONFIG, else /etc/slip/slip.yaml. Throws CONFIG_MISSING. */
export function configFile(named: string | undefined): string {
  const file = resolve(named ?? process.env.SLIP_CONFIG ?? systemFile)
  if (isAbsent(file))
    throw new SlipError('CONFIG_MISSING', `there is no configuration file ${file}`, { place: { file } })
  return file
}

/** One in a folder that may not be entered is not known to be absent. */
function isAbsent(file: string): boolean {
  try {
    statSync(file)
    return false
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
  }
}

/**
 * Reads and checks a configuration file whole. Throws CONFIG_MISSING, CONFIG_UNREADABLE, or CONFIG_INVALID with every finding,
 * each with line and key.
 */
export function loadConfig(named?: string): Config {
  const file = configFile(named)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new SlipError('CONFIG_UNREADABLE', (error as Error).message, { place: { file }, cause: error })
  }
  return parseConfig(text, file)
}

/** As loadConfig, from text; `file` is where relative paths and messages refer to. */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const fail = (findings: Finding[]): never => {
    const message = findings.map((finding) => `${file}:${finding.line}: ${finding.message}`).join('\n')
    throw new SlipError('CONFIG_INVALID', message, { place: { file } })
  }
  if (document.errors.length > 0) {
    fail(
      document.errors.map((error) => ({
        line: error.linePos?.[0].line ?? 1,
        message: error.message.split('\n')[0] ?? '',
      })),
    )
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let depth = path.length; depth > 0; depth--) {
      const parent = document.getIn(path.slice(0, depth - 1), true)
      const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(path[depth - 1])) : undefined
      const node = (pair?.key ?? document.getIn(path.slice(0, depth), true)) as
        | { range?: [number, number, number] }
        | undefined
      if (node?.range) return lines.linePos(node.range[0]).line
    }
    return 1
  }
  const { value, unresolved } = resolveValues(plainOf(document, fail) ?? {}, dirname(file))
  if (unresolved.length > 0) {
    fail(unresolved.map(({ path, message }) => ({ line: lineOf(path), message: `${path.join('.')}: ${message}` })))
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) fail(explain(parsed.error.issues, lineOf))
  const settings = parsed.data as Settings
  return { ...settings, file, baseDir: dirname(file), digest: documentDigest(settings) }
}

/** Throws what `fail` makes of an alias without an anchor, or of aliases that would fill the memory. */
function plainOf(document: Document, fail: (findings: Finding[]) => never): unknown {
  try {
    return document.toJS()
  } catch (error) {
    return fail([{ line: 1, message: (error as Error).message }])
  }
}

function documentDigest({ rights, indexer, sources }: Settings): string {
  const asked = Object.values(sources).filter(({ kind }) => kind === 'holdings' || kind === 'collections')
  const reaches = {
    ...(asked.length === 0 ? {} : { asked: asked.map(({ kind }) => kind).sort() }),
    default: rights.default ?? null,
    emptyPage: indexer.emptyPage ?? null,
    dehyphenate: indexer.dehyphenate,
  }
  return createHash('sha256').update(JSON.stringify(reaches)).digest('hex').slice(0, 16)
}
