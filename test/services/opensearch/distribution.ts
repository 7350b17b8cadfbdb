import { createHash } from 'node:crypto'
import { copyFileSync, createWriteStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import { compiledJar } from '../compiled-jar.ts'
import type { Java } from '../java.ts'
import { makeOnce } from '../make-once.ts'
import { type Artifact, copyArtifacts, fileOf } from '../maven.ts'
import type { Tell } from '../server.ts'
import type { Part, Release } from './releases.ts'

/** Large, and nothing of it is asked for; transport-grpc would open a port of its own. */
const LEFT_OUT = /^modules\/(ingest-geoip|transport-grpc)\//

const compiler: Artifact = { group: 'org.eclipse.jdt', name: 'ecj', version: '3.40.0' }

/** The folder of the official server, with the modules and the ICU plugin that SLIP needs; made once a checkout. */
export async function findDistribution(release: Release, java: Java, tell: Tell): Promise<string> {
  const name = release.product.toLowerCase()
  const { version, parts } = release
  const home = join(import.meta.dirname, `../../../.slip/test/${name}-${version}-${digestOf(release)}`)
  const server: Artifact = { group: `org.${name}.distribution.integ-test-zip`, name, version, type: 'zip' }
  const tools = parts.some(({ sources }) => sources !== undefined) ? [compiler] : []
  await makeOnce(home, async (root, work) => {
    await copyArtifacts([server, ...tools, ...parts.flatMap(({ artifacts }) => artifacts)], work, tell)
    await unpack(join(work, fileOf(server)), root)
    for (const part of parts) await addPart(part, release, java, root, work)
  })
  return home
}

/** Of what it is made of: another part is another folder. */
function digestOf(release: Release): string {
  const hash = createHash('sha256').update(JSON.stringify(release.parts)).update(String(LEFT_OUT))
  for (const file of release.parts.flatMap(({ sources = [] }) => sources)) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
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

const jarsIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jar'))
    .map((name) => join(folder, name))

async function addPart(part: Part, { product, version, java: range }: Release, java: Java, root: string, work: string) {
  const into = join(root, part.folder)
  mkdirSync(into, { recursive: true })
  for (const artifact of part.artifacts) copyFileSync(join(work, fileOf(artifact)), join(into, fileOf(artifact)))
  const name = basename(part.folder)
  if (part.sources !== undefined) {
    const libraries = [join(root, 'lib'), into].flatMap(jarsIn)
    const jar = await compiledJar(java, join(work, fileOf(compiler)), part.sources, libraries, work)
    writeFileSync(join(into, `${name}.jar`), jar)
  }
  const descriptor = {
    name,
    description: name,
    version,
    [`${product.toLowerCase()}.version`]: version,
    'java.version': range.from,
    classname: part.plugin,
  }
  const lines = Object.entries(descriptor).map(([key, value]) => `${key}=${value}\n`)
  writeFileSync(join(into, 'plugin-descriptor.properties'), lines.join(''))
}
