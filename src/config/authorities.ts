import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { SlipError } from '../errors/slip-error.ts'

/** Where a configuration lies, as load.ts has it. */
export interface ConfigPlace {
  readonly baseDir: string
  readonly file: string
}

/** The PEM in the file that a key of the configuration names. Throws CONFIG_INVALID with the key. */
export function authorities({ baseDir, file }: ConfigPlace, key: string, name: string): string {
  try {
    return readFileSync(resolve(baseDir, name), 'utf8')
  } catch (error) {
    throw new SlipError('CONFIG_INVALID', `${key}: ${(error as Error).message}`, { place: { key, file }, cause: error })
  }
}
