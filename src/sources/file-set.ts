import { glob, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { SlipError } from '../errors/slip-error.ts'

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
}

/**
 * The files that a source names, each once, ordered by base name, then path: the dates in the names of catalogue and
 * hathifiles put each day after the one before. A pattern may use `*`, `?`, `[…]`, `{…}` and `**`, and may match
 * nothing; a plain name must be there.
 *
 * @throws SlipError SOURCE_FILE_MISSING, SOURCE_UNAVAILABLE
 */
export async function listFiles(patterns: readonly string[], baseDir: string): Promise<SourceFile[]> {
  const files = new Map<string, SourceFile>()
  for (const pattern of patterns) {
    const isPattern = /[*?[\]{}]/.test(pattern)
    for await (const name of isPattern ? glob(pattern, { cwd: baseDir }) : [pattern]) {
      const path = resolve(baseDir, name)
      const file = await fileAt(path, isPattern)
      if (file !== null) files.set(path, file)
    }
  }
  const key = (file: SourceFile): string => `${basename(file.path)}\0${file.path}`
  return [...files.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

/** Null for what a pattern also matches and is no file, or is gone again. */
async function fileAt(path: string, fromPattern: boolean): Promise<SourceFile | null> {
  const place = { file: path }
  try {
    const found = await stat(path, { bigint: true })
    if (found.isFile()) {
      const fingerprint = `${found.size}-${found.mtimeNs}-${found.ino}`
      const state = `${fingerprint} ${found.ctimeNs}`
      return { path, size: Number(found.size), mtimeMs: Number(found.mtimeMs), fingerprint, state }
    }
    if (fromPattern) return null
    throw new SlipError('SOURCE_FILE_MISSING', `${path} is not a file.`, { place })
  } catch (error) {
    if (error instanceof SlipError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' && fromPattern) return null
    if (code === 'ENOENT')
      throw new SlipError('SOURCE_FILE_MISSING', `There is no file ${path}.`, { place, cause: error })
    const message = `The file ${path} cannot be read: ${(error as Error).message}.`
    throw new SlipError('SOURCE_UNAVAILABLE', message, { place, cause: error })
  }
}
