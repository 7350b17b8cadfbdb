import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { compiledJar } from '../compiled-jar.ts'
import { findJava, type Java } from '../java.ts'
import { makeOnce } from '../make-once.ts'
import { copyDependencies } from '../maven.ts'
import type { Tell } from '../server.ts'

/** What Solr runs as: there is no distribution of it in a package registry, but every jar that it is made of. */
export interface SolrProgram {
  readonly java: Java
  readonly jars: readonly string[]
  /** Of Java, for what starts with all jars. */
  readonly options: readonly string[]
  /** Jar of our classes SolrNode and ZooKeeper. */
  readonly launcher: string
  /** For people. */
  readonly described: string
}

const CACHE = join(import.meta.dirname, '../../../.slip/test')
const PROJECT = join(import.meta.dirname, 'pom.xml')
const SOURCES = join(import.meta.dirname, 'launcher')
const LAUNCHER = 'launcher.jar'
/** Of ICU analysis, which a Solr has only with its module analysis-extras. */
const ICU = /^(icu4j|lucene-analysis-icu)-/

/** The jars and the launcher, fetched and compiled once a checkout, and a Java. */
export async function findSolr(tell: Tell): Promise<SolrProgram> {
  const version = /<solr.version>(.*)<\/solr.version>/.exec(readFileSync(PROJECT, 'utf8'))?.[1]
  const java = await findJava({ from: 17, to: 25 }, tell)
  const folder = join(CACHE, `solr-jars-${digestOf(PROJECT)}`)
  await makeOnce(folder, (root) => copyDependencies(PROJECT, `solr-core:${version} and what it needs`, root, tell))
  const jars = readdirSync(folder).map((name) => join(folder, name))
  const sources = readdirSync(SOURCES).map((name) => join(SOURCES, name))
  const launcher = join(CACHE, `solr-launcher-jar-${digestOf(PROJECT, ...sources)}`)
  await makeOnce(launcher, async (root, work) =>
    writeFileSync(join(root, LAUNCHER), await compiledJar(java, compilerAmong(jars), sources, jars, work)),
  )
  return {
    java,
    jars,
    launcher: join(launcher, LAUNCHER),
    options: [],
    described: `Solr ${version} of Maven Central with Java ${java.version}`,
  }
}

/** @param icu false for a Solr that lacks the module analysis-extras */
export const classpathOf = ({ jars, launcher }: SolrProgram, icu: boolean): string =>
  [launcher, ...jars.filter((jar) => icu || !ICU.test(basename(jar)))].join(':')

function compilerAmong(jars: readonly string[]): string {
  const compiler = jars.find((jar) => basename(jar).startsWith('ecj-'))
  if (compiler === undefined) throw new Error(`no ecj among the jars of ${PROJECT}`)
  return compiler
}

function digestOf(...files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}
