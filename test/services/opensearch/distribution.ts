import { copyFileSync, createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import { makeOnce } from '../make-once.ts'
import { type Artifact, copyArtifacts, fileOf } from '../maven.ts'
import type { Tell } from '../server.ts'
import type { Part, Release } from './releases.ts'

/** Large, and nothing of it is asked for; transport-grpc would open a port of its own. */
const LEFT_OUT = /^(lib\/tools|modules\/(ingest-geoip|transport-grpc))\//

/** The folder of the official server, with the modules and the ICU plugin that SLIP needs; fetched once a checkout. */
export async function findDistribution(release: Release, tell: Tell): Promise<string> {
  const { version, parts } = release
  const home = join(import.meta.dirname, `../../../.slip/test/opensearch-${version}`)
  const server: Artifact = {
    group: 'org.opensearch.distribution.integ-test-zip',
    name: 'opensearch',
    version,
    type: 'zip',
  }
  await makeOnce(home, async (root, work) => {
    await copyArtifacts([server, ...parts.flatMap(({ artifacts }) => artifacts)], work, tell)
    await unpack(join(work, fileOf(server)), root)
    for (const part of parts) addPart(part, release, root, work)
  })
  return home
}

/** Unpacks what the zip holds below its one folder. */
async function unpack(archive: string, root: string): Promise<void> {
  const zip = await openPromise(archive)
  for await (const entry of zip.eachEntry()) {
    const path = entry.fileName.slice(entry.fileName.indexOf('/') + 1)
    if (path.endsWith('/') || path === '' || LEFT_OUT.test(path)) continue
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file))
  }
}

function addPart({ folder, plugin, artifacts }: Part, { version, java }: Release, root: string, work: string): void {
  const into = join(root, folder)
  mkdirSync(into, { recursive: true })
  for (const artifact of artifacts) copyFileSync(join(work, fileOf(artifact)), join(into, fileOf(artifact)))
  const name = basename(folder)
  const descriptor = {
    name,
    description: name,
    version,
    'opensearch.version': version,
    'java.version': java.from,
    classname: plugin,
  }
  const lines = Object.entries(descriptor).map(([key, value]) => `${key}=${value}\n`)
  writeFileSync(join(into, 'plugin-descriptor.properties'), lines.join(''))
}
