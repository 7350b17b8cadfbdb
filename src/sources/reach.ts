import { SlipError } from '../errors/slip-error.ts'
import { isStorageAway } from '../errors/storage-away.ts'

/** A file system error as SOURCE_UNAVAILABLE when it is the storage that fails, else null. */
export function unreachable(error: unknown, path: string): SlipError | null {
  if (!isStorageAway(error)) return null
  return new SlipError('SOURCE_UNAVAILABLE', `The file ${path} cannot be reached: ${(error as Error).message}`, {
    place: { file: path },
    cause: error,
  })
}
