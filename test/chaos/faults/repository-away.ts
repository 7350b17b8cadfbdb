import { mkdirSync, renameSync, rmdirSync } from 'node:fs'
import { always, type Fault } from './fault.ts'

/** The mount of the repository is gone: there is no root, or an empty folder where it was. */
export const repositoryAway: Fault = {
  kind: 'repository-away',
  takes: ['repository'],
  lasts: [500, 4_000],
  applies: always,
  strike: async ({ library }, random) => {
    const empty = random.chance(0.5)
    const { pairtree } = library
    library.mounted = false
    renameSync(pairtree, `${pairtree}.away`)
    if (empty) mkdirSync(pairtree)
    const heal = async () => {
      if (empty) rmdirSync(pairtree)
      renameSync(`${pairtree}.away`, pairtree)
      library.mounted = true
      return true
    }
    return { what: empty ? 'an empty folder is left' : '', heal }
  },
}
