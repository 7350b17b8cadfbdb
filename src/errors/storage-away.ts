/** What storage that is away answers, or a process that has no more descriptors: never the fault of a file. */
const codes = new Set([
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

/** Whether a file system error says that the storage fails, and nothing of the file. */
export const isStorageAway = (error: unknown): boolean => codes.has((error as NodeJS.ErrnoException | null)?.code ?? '')
