import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { SlipError } from '../errors/slip-error.ts'
import type { Config } from './load.ts'

/** The PEM in the file that a key of the configuration names. Throws CONFIG_INVALID with the key. */
export function authorities({ baseDir, file }: Pick<Config, 'baseDir' | 'file'>, key: string, name: string): string {
  try {
    return readFileSync(resolve(baseDir, name), 'utf8')
  } catch (error) {
    throw new SlipError('CONFIG_INVALID', `${key}: ${(error as Error).message}`, { place: { key, file }, cause: error })
  }
}
