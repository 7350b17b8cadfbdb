import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { overwriteZip } from '../library/volume.ts'
import type { Fault } from './fault.ts'

/** The disk of the library is full: replacements stop half way, and what is cut is read and told as broken. */
export const diskFull: Fault = {
  kind: 'disk-full',
  takes: ['repository'],
  lasts: [500, 4_000],
  applies: ({ platform }) => platform.ownMounts,
  strike: async ({ library, requests }, random) => {
    const filler = join(library.folder, 'filler')
    const volumes = random.shuffled([...library.items.values()]).slice(0, 3)
    const whole = volumes.filter((item) => {
      item.version++
      return overwriteZip(library.pairtree, item, () => fill(filler))
    })
    library.changed({ volumes })
    requests.add(volumes.map(({ htid }) => htid))
    const heal = async () => {
      rmSync(filler)
      return true
    }
    return { what: `${volumes.length - whole.length} zips cut short`, heal }
  },
}

const blockBytes = 4_096

function fill(path: string): void {
  const file = openSync(path, 'w')
  const large = Buffer.alloc(1 << 20)
  try {
    for (const block of [large, large.subarray(0, blockBytes)]) {
      for (;;) if (!tryWrite(file, block)) break
    }
  } finally {
    closeSync(file)
  }
}

function tryWrite(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}
