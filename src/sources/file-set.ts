import { glob, lstat, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { SlipError } from '../errors/slip-error.ts'
import { fileOrder } from './file-order.ts'

export interface SourceFile {
  /** Absolute. */
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** In milliseconds since 1970. */
  readonly mtimeMs: number
  /** Changes when the file is written or replaced. */
  readonly fingerprint: string
  /** Changes with its permissions too. */
  readonly state: string
  /** Why there is nothing to read where a file should be; null for a file. */
  readonly flaw: string | null
}

/**
 * The files that a source names, each once, in the order of their names (see `fileOrder`). A pattern may use `*`, `?`, `[…]`, `{…}` and `**`, and may match
 * nothing; a plain name must be there. What a pattern matches and is no file is among them, with its flaw; folders that
 * a `**` goes into are not. When all of it are links that lead to nothing, what they lead to is away, as a mount is.
 *
 * @throws SlipError SOURCE_FILE_MISSING, SOURCE_UNAVAILABLE
 */
export async function listFiles(patterns: readonly string[], baseDir: string): Promise<SourceFile[]> {
  const files = new Map<string, SourceFile>()
  for (const pattern of patterns) {
    const isPattern = /[*?[\]{}]/.test(pattern)
    for await (const name of isPattern ? glob(pattern, { cwd: baseDir }) : [pattern]) {
      const path = resolve(baseDir, name)
      const file = await fileAt(path, isPattern ? pattern : null)
      if (file !== null) files.set(path, file)
    }
  }
  if (files.size > 0 && [...files.values()].every(({ flaw }) => flaw === brokenLink)) {
    const [file] = files.keys()
    throw new SlipError('SOURCE_UNAVAILABLE', `Every file is a symbolic link that leads to nothing, as ${file} is.`, {
      place: { file: file as string },
    })
  }
  const inOrder = [...files.values()].map((file) => ({ file, key: fileOrder(file.path) }))
  return inOrder.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ file }) => file)
}

/** A file that is named, whatever characters its name has. Throws SOURCE_FILE_MISSING, SOURCE_UNAVAILABLE. */
export async function namedFile(path: string): Promise<SourceFile> {
  const file = await fileAt(path, null)
  if (file === null) throw new SlipError('SOURCE_FILE_MISSING', `There is no file ${path}.`, { place: { file: path } })
  return file
}

/** Null for what is gone again, and for a folder that the pattern goes into. */
async function fileAt(path: string, pattern: string | null): Promise<SourceFile | null> {
  const place = { file: path }
  try {
    const found = await stat(path, { bigint: true })
    if (found.isFile()) {
      const fingerprint = `${found.size}-${found.mtimeNs}-${found.ino}`
      const state = `${fingerprint} ${found.ctimeNs}`
      return { path, size: Number(found.size), mtimeMs: Number(found.mtimeMs), fingerprint, state, flaw: null }
    }
    if (pattern === null) throw new SlipError('SOURCE_FILE_MISSING', `${path} is not a file.`, { place })
    if (!found.isDirectory()) return flawed(path, 'it is no regular file')
    return pattern.includes('**') ? null : flawed(path, 'it is a folder')
  } catch (error) {
    if (error instanceof SlipError) throw error
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (pattern !== null && leadsNowhere.has(code)) {
      return (await isLink(path)) ? flawed(path, brokenLink) : null
    }
    if (code === 'ENOENT')
      throw new SlipError('SOURCE_FILE_MISSING', `There is no file ${path}.`, { place, cause: error })
    const message = `The file ${path} cannot be read: ${(error as Error).message}.`
    throw new SlipError('SOURCE_UNAVAILABLE', message, { place, cause: error })
  }
}

const brokenLink = 'it is a symbolic link that leads to nothing'

/** The last two: a link to what lies below a file, and one that leads to itself. */
const leadsNowhere = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

const isLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  )

/** Nothing of it but its flaw makes a difference: a folder changes with each file put into it. */
const flawed = (path: string, flaw: string): SourceFile => ({
  path,
  size: 0,
  mtimeMs: 0,
  fingerprint: flaw,
  state: flaw,
  flaw,
})
