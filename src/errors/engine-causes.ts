import type { Cause } from './error-code.ts'

/** Why an index refuses, by what its server, a proxy or the connection says; the first that is said counts. */
export const engineCauses: readonly Cause[] = [
  {
    cause: 'disk full',
    says: /no space left on device|disk usage exceeded flood-stage|read-only-allow-delete/i,
    advice:
      'Make room on the disk of that server, or add a node; where OpenSearch keeps its block, take it away: index.blocks.read_only_allow_delete null.',
  },
  {
    cause: 'read-only index',
    says: /FORBIDDEN\/\d+\/index |is read-only/i,
    advice:
      'Find out who made the index read-only, and take that back: index.blocks of OpenSearch, readOnly of a collection of Solr.',
  },
  {
    cause: 'certificate',
    says: /certificate|ERR_TLS_CERT|\bCERT_/i,
    advice:
      'Renew the certificate of the server if it has expired; name the host it is for in targets.NAME.urls, and its authority in targets.NAME.ca.',
  },
  {
    cause: 'credentials',
    says: /answered 401\b/,
    advice: 'Check targets.NAME.user and password, or apiKey; they may have changed on the server.',
  },
  {
    cause: 'rights of the user',
    says: /answered 403\b/,
    advice: 'Give the user of targets.NAME the rights that docs/engines.md lists under Credentials.',
  },
  {
    cause: 'a proxy without its server',
    says: /answered 50[234] with text\/html/,
    advice: 'The proxy answers, and the engine behind it does not: check that the engine runs.',
  },
  {
    cause: 'another server',
    says: /with text\/html, not JSON/,
    advice: 'Something else answers there, such as a proxy or a web server: check targets.NAME.urls.',
  },
]
