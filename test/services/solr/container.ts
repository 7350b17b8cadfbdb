import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { newContainer } from '../container.ts'
import { inRunFolder } from '../run-folder.ts'
import type { StartedServer } from '../server.ts'
import { identify } from './admin.ts'

export const PUBLIC_IMAGE = 'solr:9.10'

const PORT = 8983

/**
 * A container of this process alone; the image takes what the public one does. The home of a Solr that stands alone lies
 * in a run folder under the same path inside and outside: configsets are laid there.
 */
export const startContainer = (image: string, isCloud: boolean): Promise<StartedServer> =>
  inRunFolder('solr', 'java', null, async ({ folder, close }) => {
    const { Wait } = await import('testcontainers')
    const home = join(folder, 'home')
    mkdirSync(join(home, 'configsets'), { recursive: true })
    copyFileSync(join(import.meta.dirname, 'solr.xml'), join(home, 'solr.xml'))
    const created = (await newContainer(image))
      .withEnvironment({ SOLR_HEAP: '512m', SOLR_MODULES: 'analysis-extras', ...(isCloud ? {} : { SOLR_HOME: home }) })
      .withCommand(['solr-foreground', ...(isCloud ? ['-c'] : [])])
      .withExposedPorts(PORT)
      .withWaitStrategy(Wait.forHttp('/solr/admin/info/system', PORT))
    if (!isCloud) {
      created.withBindMounts([{ source: home, target: home }])
      // It refuses to be root, and what it writes must be ours to remove: root gives, others lend it their name.
      const [user, group] = [process.getuid?.(), process.getgid?.()]
      if (user === 0) for (const path of [home, join(home, 'configsets')]) chmodSync(path, 0o777)
      else created.withUser(`${user}:${group}`)
    }
    const container = await created.start()
    const host = `${container.getHost()}:${container.getMappedPort(PORT)}`
    const url = `http://${host}/solr`
    try {
      const described = `${await identify(url, isCloud)} at ${host}, a container of ${image} by testcontainers`
      return { url, described, close: () => container.stop().then(close) }
    } catch (error) {
      await container.stop()
      throw error
    }
  })
