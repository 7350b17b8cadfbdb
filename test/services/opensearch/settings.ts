import { join } from 'node:path'

/** Of opensearch.yml, by their dotted names. */
export type Settings = Readonly<Record<string, string | number | boolean>>

/** opensearch.yml of an instance; `settings` stand above ours. */
export function configurationOf(folder: string, port: number, settings: Settings): string {
  const all: Settings = {
    'cluster.name': 'slip-test',
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': port,
    'transport.port': 0,
    'node.portsfile': true,
    'path.data': join(folder, 'data'),
    'path.logs': join(folder, 'logs'),
    // Else a disk that is nearly full makes every index read-only.
    'cluster.routing.allocation.disk.threshold_enabled': false,
    ...settings,
  }
  return Object.entries(all)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('')
}

export const LOGGING = `
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = [%d{ISO8601}][%p][%c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.out.ref = out
`

/** Of a server in `home` whose own files are in `folder`. */
export const javaArguments = (folder: string, home: string, more: readonly string[]): string[] => [
  '-Xms512m',
  '-Xmx1g',
  // As in its own jvm.options: with another collector its breaker counts garbage as memory in use.
  '-XX:+UseG1GC',
  '-XX:G1ReservePercent=25',
  '-XX:InitiatingHeapOccupancyPercent=30',
  // Starting costs half as much as with the second compiler, which only a long run repays.
  '-XX:TieredStopAtLevel=1',
  // It refuses root, whom it knows by this library only. The user it could run as may not enter every checkout.
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
  ...more,
  `-Dopensearch.path.home=${home}`,
  `-Dopensearch.path.conf=${join(folder, 'config')}`,
  '-Dopensearch.distribution.type=zip',
  '-Dopensearch.bundled_jdk=false',
  '-cp',
  join(home, 'lib/*'),
  'org.opensearch.bootstrap.OpenSearch',
]
