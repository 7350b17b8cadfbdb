import { type BenchLibrary, type LibraryFiles, newLibrary } from '../library/library.ts'
import { run } from '../library/process.ts'
import { withServer } from '../library/server.ts'

/** A library of which every item is in the queue of each target, and nothing in an index. */
export function withFullQueue<T>(
  targets: Readonly<Record<string, unknown>>,
  files: LibraryFiles,
  work: (library: BenchLibrary) => Promise<T>,
): Promise<T> {
  return withServer(async (folder, server) => {
    const library = await newLibrary(folder, server, files, targets)
    try {
      const once = ['--config', library.configFile, '--once']
      await run('bin/slip-rights.cjs', ...once)
      await run('bin/slip-enqueue.cjs', ...once)
      return await work(library)
    } finally {
      await library.close()
    }
  })
}
