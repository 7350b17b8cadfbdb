import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { installPackages } from './debian-packages.ts'
import type { Tell } from './server.ts'

/** A file of Maven Central. */
export interface Artifact {
  readonly group: string
  readonly name: string
  readonly version: string
  /** `jar` unless it says otherwise. */
  readonly type?: 'jar' | 'zip'
}

export const fileOf = ({ name, version, type = 'jar' }: Artifact): string => `${name}-${version}.${type}`

const run = promisify(execFile)
const PLUGIN = { group: 'org.apache.maven.plugins', name: 'maven-dependency-plugin', version: '3.8.1' }

/**
 * Copies artifacts into `folder`, each named before, with one run of Maven; which registry that asks is in Maven's own
 * settings.
 * @throws Error without Maven, when --no-install forbids it, or with the last words of Maven
 */
export async function copyArtifacts(artifacts: readonly Artifact[], folder: string, tell: Tell): Promise<void> {
  const names = artifacts.map(({ group, name, version }) => `${group}:${name}:${version}`).join(' ')
  announce(names, tell)
  const project = join(folder, 'pom.xml')
  writeFileSync(project, projectOf(artifacts))
  await runMaven('copy', project, folder, tell)
}

/**
 * Copies into `folder` what the project of a pom.xml depends on, and what that depends on. `names` tells which, before.
 * @throws Error like copyArtifacts
 */
export async function copyDependencies(project: string, names: string, folder: string, tell: Tell): Promise<void> {
  announce(names, tell)
  await runMaven('copy-dependencies', project, folder, tell)
}

function announce(names: string, tell: Tell): void {
  if (process.env.SLIP_TEST_NO_INSTALL !== undefined) {
    throw new Error(`${names} would have to be fetched, and --no-install forbids it`)
  }
  tell(`fetching from Maven Central: ${names} (--no-install forbids it)`)
}

async function runMaven(goal: string, project: string, folder: string, tell: Tell): Promise<void> {
  await requireMaven(tell)
  const { group, name, version } = PLUGIN
  const args = [`${group}:${name}:${version}:${goal}`, `-DoutputDirectory=${folder}`]
  await run('mvn', ['-B', '-q', '-f', project, ...args]).catch((error) => {
    throw new Error(`mvn dependency:${goal}: ${lastWords(error)}`)
  })
}

async function requireMaven(tell: Tell): Promise<void> {
  if ((process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'mvn')))) return
  if (process.getuid?.() !== 0) throw new Error('there is no Maven here, and only root can install it')
  await installPackages(['maven'], tell)
}

const projectOf = (artifacts: readonly Artifact[]): string => `
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>slip</groupId><artifactId>test</artifactId><version>1</version><packaging>pom</packaging>
  <build><plugins><plugin>
    ${coordinates(PLUGIN)}
    <configuration>
      <artifactItems>
        ${artifacts.map((artifact) => `<artifactItem>${coordinates(artifact)}</artifactItem>`).join('\n        ')}
      </artifactItems>
    </configuration>
  </plugin></plugins></build>
</project>
`

const coordinates = ({ group, name, version, type }: Artifact): string =>
  `<groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>` +
  (type === undefined ? '' : `<type>${type}</type>`)

function lastWords({ stdout = '', message }: { stdout?: string; message: string }): string {
  const [said = ''] = stripVTControlCharacters(stdout).split('[ERROR] To see the full stack trace')
  const lines = [...said.matchAll(/^(?:\[(?:ERROR|FATAL)\] )+ *(\S.*)/gm)].map(([, line]) => line)
  return lines.slice(0, 2).join(' ') || message
}
