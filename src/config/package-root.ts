import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Folder of the checkout or package this code is in: the nearest one upwards with a package.json. */
export const packageRoot: string = rootAbove(import.meta.dirname)

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder))
}
