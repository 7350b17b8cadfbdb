import { authorities } from '../config/authorities.ts'
import type { Config } from '../config/load.ts'
import { recordFields } from '../shards/fields.ts'
import { CatalogueSolr } from '../sources/catalogue-solr.ts'

export type CatalogueSettings = Extract<Config['sources'][string], { kind: 'vufind-solr' }>

/** A catalogue's Solr, and how this process reads it. */
export interface Catalogue {
  readonly solr: CatalogueSolr
  readonly settings: CatalogueSettings
  /** The next pass reads all of it. */
  readonly all: boolean
  /** A pass has ended. */
  wasRead(): void
}

/** The connections to the catalogues that are sources, by name. `all`: each is read whole at first. */
export function openCatalogues(config: Config, all: boolean): Map<string, Catalogue> {
  const catalogues = new Map<string, Catalogue>()
  for (const [name, settings] of Object.entries(config.sources))
    if (settings.kind === 'vufind-solr') catalogues.set(name, openCatalogue(config, name, settings, all))
  return catalogues
}

function openCatalogue(config: Config, name: string, settings: CatalogueSettings, all: boolean): Catalogue {
  const { url, user, password, ca, timeout } = settings
  const solr = new CatalogueSolr({
    ...{ url, timeout, fields: recordFields },
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca: authorities(config, `sources.${name}.ca`, ca) }),
  })
  let wants = all
  return {
    solr,
    settings,
    get all() {
      return wants
    },
    wasRead: () => {
      wants = false
    },
  }
}
