import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { SlipError } from '../errors/slip-error.ts'

const backup = z.strictObject({
  kind: z.literal('slip-watermarks'),
  takenAt: z.string(),
  watermarks: z.array(z.strictObject({ stage: z.string(), name: z.string(), value: z.string() })),
})

/** What `watermark backup` writes and `watermark restore` reads. */
export type WatermarkBackup = z.output<typeof backup>

/** Reads a backup. Throws USAGE for a file that cannot be read or is none. */
export function readBackup(file: string): WatermarkBackup {
  try {
    return backup.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
    throw new SlipError('USAGE', `${file} is not a backup of watermarks: ${what.replace(/\s+/g, ' ')}`, {
      cause: error,
    })
  }
}
