import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Launch, launch } from './process.ts'
import type { SolrProgram } from './program.ts'

/** A Solr of this process, which it does not outlive. */
export interface SolrNode {
  /** The same after a restart; ends with /solr. */
  readonly url: string
  readonly pid: number
  /** Folder of its cores and its configsets, for cold copies. */
  readonly data: string
  /** SIGKILL, as when the machine dies, unless it says otherwise. */
  kill(signal?: 'SIGTERM'): Promise<void>
  /** Starts it again after `kill`, with its data and on the same port; resolves when its cores are as they were. */
  restart(): Promise<void>
}

export interface NodeSettings {
  readonly heapMb: number
  /** False for one that lacks the module analysis-extras. */
  readonly icu: boolean
  /** Of Java, "-Dname=value". */
  readonly options: readonly string[]
  /** Of its URL, up to the host: "https://user:password@". */
  readonly before: string
}

export const homeOf = (folder: string) => join(folder, 'home')

/** Starts one in `folder`, below the run folder. */
export async function startNode(program: SolrProgram, folder: string, settings: NodeSettings): Promise<SolrNode> {
  const { heapMb, icu, options, before } = settings
  const home = homeOf(folder)
  mkdirSync(join(home, 'configsets'), { recursive: true })
  copyFileSync(join(import.meta.dirname, 'solr.xml'), join(home, 'solr.xml'))
  const places = [`-Dsolr.solr.home=${home}`, `-Dsolr.install.dir=${home}`, `-Dsolr.log.dir=${folder}`]
  const what: Launch = { program, main: 'SolrNode', folder, heapMb, icu, options: [...places, ...options] }
  let launched = await launch(what, 0)
  return {
    url: `${before}127.0.0.1:${launched.port}/solr`,
    get pid() {
      return launched.pid
    },
    data: home,
    kill: (signal) => launched.kill(signal),
    async restart() {
      launched = await launch(what, launched.port)
    },
  }
}
