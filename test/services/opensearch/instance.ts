import { once } from 'node:events'
import { basename, join } from 'node:path'
import { ask } from '../ask.ts'
import { classArchive } from '../class-archive.ts'
import { findJava } from '../java.ts'
import { endProcesses, inRunFolder, processesIn } from '../run-folder.ts'
import type { Tell } from '../server.ts'
import { findDistribution } from './distribution.ts'
import { identify } from './identify.ts'
import { ownerOf, type Place, type Settings } from './launch.ts'
import { startNode } from './node.ts'
import { releases, type SearchServer } from './releases.ts'

const PROGRAM = 'java'

/** A server of this process alone, which it does not outlive. */
export interface SearchInstance {
  /** The same after a restart. */
  readonly url: string
  readonly pid: number
  /** Folder of its indices, for cold copies. */
  readonly data: string
  /** Product, version and where it is from. */
  readonly product: string
  readonly described: string
  /** SIGKILL, as when the machine dies; what was acknowledged is on disk. */
  kill(): Promise<void>
  /** Starts it again with its data, on the same port. */
  restart(): Promise<void>
  /** Ends it and removes its data. */
  close(): Promise<void>
}

/** One node on free ports of 127.0.0.1, new and empty. What killed processes left is ended first. */
export async function startInstance(
  server: SearchServer,
  settings: Settings,
  tell: Tell,
  longRun = false,
): Promise<SearchInstance> {
  const release = releases[server]
  const java = await findJava(release.java, tell)
  const home = await findDistribution(release, java, tell)
  const owner = ownerOf(release, home)
  const program = { release, java, home, owner, longRun }
  const options = await archiveOf(program)
  return inRunFolder(server, PROGRAM, owner, async ({ folder, close }) => {
    const place: Place = { ...program, folder, settings, options }
    const { port } = await startNode(place, 0)
    const url = `http://127.0.0.1:${port}`
    const product = `${await identify(url, release)} of Maven Central with Java ${java.version}`
    return {
      url,
      get pid() {
        return processesIn(folder, PROGRAM)[0] ?? 0
      },
      data: join(folder, 'data'),
      product,
      described: `${product} at ${url}, data in ${folder}`,
      kill: () => endProcesses(folder, PROGRAM),
      async restart() {
        await startNode(place, port)
      },
      close,
    }
  })
}

/** Elasticsearch is started by a script of its own, and a long run as it would be elsewhere. */
async function archiveOf(program: Omit<Place, 'folder' | 'settings' | 'options'>): Promise<readonly string[]> {
  const { release, java, home, owner, longRun } = program
  if (release.product === 'Elasticsearch' || longRun) return []
  return classArchive(java, basename(home), (options) =>
    inRunFolder(`opensearch${release.major}`, PROGRAM, owner, async ({ folder, close }) => {
      const { port, process } = await startNode({ ...program, folder, settings: {}, options }, 0)
      await rehearse(`http://127.0.0.1:${port}`)
      process.ref()
      process.kill('SIGTERM')
      await once(process, 'exit')
      await close()
    }),
  )
}

/** What every test begins with. */
async function rehearse(url: string): Promise<void> {
  await ask(url, 'PUT /rehearsal')
  await ask(url, 'POST /_bulk?refresh=true', [{ index: { _index: 'rehearsal', _id: 'a' } }, { text: 'Éric' }])
  await ask(url, 'POST /rehearsal/_search', { query: { match: { text: 'Éric' } } })
}
