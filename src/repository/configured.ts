import { resolve } from 'node:path'
import type { Config } from '../config/load.ts'
import { openRepository } from './open-repository.ts'
import type { Repository } from './repository.ts'

/** Absolute. */
export const repositoryRoot = ({ repository, baseDir }: Config): string => resolve(baseDir, repository.root)

/** The repository that the configuration names. */
export const configuredRepository = (config: Config): Repository =>
  openRepository({ ...config.repository, root: repositoryRoot(config) })
