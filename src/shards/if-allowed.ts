import { SlipError } from '../errors/slip-error.ts'

/** Who may write need not be allowed to look at nodes and disks, and a server that others run may have no such question, nor a proxy let it through. */
const notAllowed = [400, 401, 403, 404, 405, 410, 501]

/** Whether what was asked is answered by nobody to whom asks; the status may be of the server, or of a proxy before it. */
function isNotAllowed(error: unknown): boolean {
  const cause = error instanceof SlipError ? error.cause : error
  return cause instanceof Error && 'status' in cause && notAllowed.includes(cause.status as number)
}

/** The answer to what the work goes on without; null where it may not be asked. */
export async function ifAllowed<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (isNotAllowed(error)) return null
    throw error
  }
}
