import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'

/** How the directory of a server is read and replaced while the server is down. */
interface Copied {
  /** Folder of all its data. */
  readonly data: string
  stop(): Promise<void>
  start(): Promise<void>
}

/** Copies the directory of a server; returns what puts the copy back. */
export async function coldCopy({ data, stop, start }: Copied): Promise<() => Promise<void>> {
  const copy = `${data}.copy`
  const replace = (from: string, to: string) => {
    rmSync(to, { recursive: true, force: true })
    // owners and times too, as a backup does
    execFileSync('cp', ['--archive', from, to])
  }
  await stop()
  replace(data, copy)
  await start()
  return async () => {
    await stop()
    replace(copy, data)
    await start()
  }
}
