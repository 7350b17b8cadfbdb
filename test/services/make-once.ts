import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Makes a folder that is kept between runs, unless it is there: whole or not at all. Two at once are no error, the first
 * stands.
 * @param make lays into `root`, which is empty, what is kept; `work` above it goes afterwards
 */
export async function makeOnce(folder: string, make: (root: string, work: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return
  mkdirSync(dirname(folder), { recursive: true })
  const work = mkdtempSync(`${folder}.unfinished-`)
  try {
    const root = join(work, 'root')
    mkdirSync(root)
    await make(root, work)
    renameSync(root, folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
