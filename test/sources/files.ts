import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder of its own for the running test, with these files in it; gone when the test is finished. */
export async function folderWith(files: Record<string, string | Buffer>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'slip-sources-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content)
  return dir
}

/** Everything a reader yields, and the error it ends in. */
export async function drain<T>(events: AsyncIterable<T>): Promise<{ events: T[]; error: unknown }> {
  const seen: T[] = []
  try {
    for await (const event of events) seen.push(event)
  } catch (error) {
    return { events: seen, error }
  }
  return { events: seen, error: null }
}
