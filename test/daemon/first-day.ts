import { type Library, type LibraryOptions, openLibrary } from './library.ts'
import { runOnce } from './processes.ts'

/** A library whose first day has gone through all stages. */
export async function openFirstDay(options?: LibraryOptions): Promise<Library> {
  const library = await openLibrary(options)
  library.lay('day-1')
  for (const stage of ['rights', 'enqueue', 'index'] as const) await runOnce(stage, library.configFile)
  return library
}
