import { chownSync, copyFileSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { blockedFor, type Owner, serverOwner } from '../../../src/embedded-postgres/owner.ts'
import type { Java } from '../java.ts'
import type { Release } from './releases.ts'

/** Of opensearch.yml or elasticsearch.yml, by their dotted names. */
export type Settings = Readonly<Record<string, string | number | boolean>>

/** Where a server runs, and by what. */
export interface Place {
  readonly release: Release
  readonly java: Java
  /** Of the distribution, which several share. */
  readonly home: string
  /** The run folder. */
  readonly folder: string
  /** Who runs it; null = ourselves. */
  readonly owner: Owner | null
  readonly settings: Settings
  /** Compiled as for a long run, with 2 GB; a test has no use for it. */
  readonly longRun: boolean
  /** More of Java. */
  readonly options: readonly string[]
}

/**
 * Who a server of the release runs as. OpenSearch refuses root, whom it knows by a library only that we leave out: the
 * user it could run as may not enter every checkout. Elasticsearch knows root without.
 * @throws Error when that user may not enter `home`
 */
export function ownerOf({ product }: Release, home: string): Owner | null {
  const owner = product === 'Elasticsearch' ? serverOwner() : null
  const blocked = owner === null ? null : blockedFor(owner, home)
  if (blocked !== null) throw new Error(`Elasticsearch does not run as root, and user nobody may not enter ${blocked}`)
  return owner
}

/** Lays what a server needs into its run folder. @param port 0 = any that is free */
export function layConfiguration({ release, home, folder, owner, settings }: Place, port: number): void {
  const folders = ['config', 'data', 'logs', 'tmp', 'snapshots'].map((name) => join(folder, name))
  for (const path of folders) mkdirSync(path, { recursive: true })
  const config = join(folder, 'config')
  writeFileSync(join(config, 'log4j2.properties'), LOGGING)
  copyFileSync(join(home, 'config/jvm.options'), join(config, 'jvm.options'))
  const { product } = release
  const all: Settings = {
    'cluster.name': 'slip-test',
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': port,
    'transport.port': 0,
    'node.portsfile': true,
    'path.data': join(folder, 'data'),
    'path.logs': join(folder, 'logs'),
    'path.repo': join(folder, 'snapshots'),
    // Else a disk that is nearly full makes every index read-only.
    'cluster.routing.allocation.disk.threshold_enabled': false,
    ...(product === 'Elasticsearch' ? ELASTICSEARCH : {}),
    ...settings,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
  writeFileSync(join(config, `${product.toLowerCase()}.yml`), lines.join(''))
  const files = readdirSync(config).map((name) => join(config, name))
  if (owner !== null) for (const path of [...folders, ...files]) chownSync(path, owner.uid, owner.gid)
}

const ELASTICSEARCH: Settings = {
  'xpack.security.enabled': false,
  // Version 9 counts a document five times, and by default takes a tenth of the heap, which here is small.
  'indexing_pressure.memory.limit': '40%',
}

/** Where a server tells its port once it listens. */
export const portFileOf = ({ folder }: Place) => join(folder, 'logs/http.ports')

const LOGGING = `
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = [%d{ISO8601}][%p][%c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.out.ref = out
`

// Starting costs half as much as with the second compiler, which only a long run repays.
const memoryOf = ({ longRun }: Place) =>
  longRun ? ['-Xms4g', '-Xmx4g'] : ['-Xms512m', '-Xmx1g', '-XX:TieredStopAtLevel=1']

/** The command that is the server, or starts it and ends with it. */
export const commandOf = (place: Place): string[] =>
  place.release.product === 'OpenSearch' ? openSearch(place) : elasticsearch(place)

/** Its own bin/opensearch starts Java five times before the server and changes into another folder. */
function openSearch(place: Place): string[] {
  const { release, java, home, folder } = place
  return [
    java.program,
    ...memoryOf(place),
    ...place.options,
    // As in its own jvm.options: with another collector its breaker counts garbage as memory in use.
    '-XX:+UseG1GC',
    '-XX:G1ReservePercent=25',
    '-XX:InitiatingHeapOccupancyPercent=30',
    // Without this library it does not know root.
    '-Djna.nosys=true',
    '-Djna.nounpack=true',
    '-Djna.noclasspath=true',
    '-Dfile.encoding=UTF-8',
    '-Djava.locale.providers=SPI,CLDR',
    `-Djava.io.tmpdir=${join(folder, 'tmp')}`,
    `-XX:ErrorFile=${join(folder, 'logs/crash')}`,
    '-Djava.util.concurrent.ForkJoinPool.common.threadFactory=org.opensearch.secure_sm.SecuredForkJoinWorkerThreadFactory',
    '-Dlog4j2.disable.jmx=true',
    '-Dlog4j.shutdownHookEnabled=false',
    ...(release.major === '2' ? ['-Djava.security.manager=allow'] : withoutManager(place)),
    `-Dopensearch.path.home=${home}`,
    `-Dopensearch.path.conf=${join(folder, 'config')}`,
    '-Dopensearch.distribution.type=zip',
    '-Dopensearch.bundled_jdk=false',
    '-cp',
    [join(home, 'lib/*'), ...(release.major === '2' ? [] : [policies(home)])].join(':'),
    'org.opensearch.bootstrap.OpenSearch',
  ]
}

/**
 * The agent stands in for the security manager: to forbid plugins what none of ours does, it reads each class as it is
 * loaded, and that is a third of what a start costs. The server needs the classes of its policies all the same.
 */
const withoutManager = ({ home, longRun }: Place) => [
  ...(longRun ? [`-javaagent:${join(home, 'agent/opensearch-agent.jar')}`] : []),
  '--add-opens=java.base/java.nio=ALL-UNNAMED',
  '-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1',
]

const policies = (home: string) => {
  const folder = join(home, 'agent')
  const [name] = readdirSync(folder).filter((each) => each.startsWith('opensearch-agent-bootstrap-'))
  if (name === undefined) throw new Error(`no policies of the agent in ${folder}`)
  return join(folder, name)
}

const elasticsearch = (place: Place): string[] => [
  'env',
  `ES_JAVA_HOME=${dirname(dirname(realpathSync(place.java.program)))}`,
  `ES_PATH_CONF=${join(place.folder, 'config')}`,
  `ES_TMPDIR=${join(place.folder, 'tmp')}`,
  `ES_JAVA_OPTS=${memoryOf(place).join(' ')}`,
  'bash',
  join(place.home, 'bin/elasticsearch'),
]
