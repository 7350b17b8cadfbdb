import { SlipError } from '../errors/slip-error.ts'

/** What storage that is away answers, or a process that has no more descriptors: never the fault of a file. */
const awayCodes = new Set([
  'EIO',
  'ESTALE',
  'ENOTCONN',
  'ENODEV',
  'ENXIO',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EREMOTEIO',
  'EMFILE',
  'ENFILE',
])

/** A file system error as SOURCE_UNAVAILABLE when it is the storage that fails, else null. */
export function unreachable(error: unknown, path: string): SlipError | null {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined || !awayCodes.has(code)) return null
  return new SlipError('SOURCE_UNAVAILABLE', `The file ${path} cannot be reached: ${message}`, {
    place: { file: path },
    cause: error,
  })
}
