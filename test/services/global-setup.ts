import type { TestProject } from 'vitest/node'
import { offerPostgres } from './postgres-cluster.ts'

/** Runs once around a whole vitest run. Nothing is started here: a server starts when the first test file asks for it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await offerPostgres()
  project.provide('postgresPort', postgres.port)
  return () => postgres.close()
}

declare module 'vitest' {
  interface ProvidedContext {
    postgresPort: number
  }
}
