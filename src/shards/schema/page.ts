import { type FieldSource, fields } from '../fields.ts'
import { type AnalyzedKind, type FieldKind, isAnalyzed, type Step } from './analysis.ts'
import { schemaDescription, schemaDigest } from './description.ts'
import { longestExactValue } from './exact-value.ts'
import type { IndexField } from './index-fields.ts'
import { commonWordsFile } from './solr-schema.ts'

const { analyses, commonWords, fields: indexFields } = schemaDescription

const meanings: Readonly<Record<FieldKind, string>> = {
  string: `A value matched as it is; for filters and facets. At most ${thousands(longestExactValue)} bytes.`,
  sortKey: 'The same, to sort by: in the order of its bytes. The catalogue has folded it.',
  display: 'Given back, not searched.',
  text: 'Words.',
  stemmed: 'Words, by their English stems.',
  ocr: `The text of the volume: words, and phrases of common words. BM25 with ${parametersOf('ocr')}.`,
  exact: 'A whole value, by its letters and digits.',
  standardNumber: 'ISBN and ISSN in any of their forms; an ISBN of 10 digits is that of 13.',
  lccn: 'A control number of the Library of Congress, in any of its forms.',
  oclc: 'An OCLC number, with whatever prefix.',
  callNumber: 'A call number, however it is spaced and punctuated.',
  long: 'An integer of up to 53 bits.',
  boolean: 'True or false.',
  date: 'A time, ISO 8601 UTC.',
}

const kinds = Object.keys(meanings) as FieldKind[]

function parametersOf(kind: AnalyzedKind): string {
  return Object.entries(analyses[kind].similarity ?? {})
    .map(([name, value]) => `${name} = ${value}`)
    .join(' and ')
}

/** docs/schema.md, generated from the description of the schema. */
export function schemaPage(): string {
  return `<!-- Generated from src/shards/schema/ by src/shards/schema/page.ts. -->
# The schema

One description makes the schema of Solr and the mapping of OpenSearch. The digest of this one is
\`${schemaDigest(schemaDescription)}\`. What either engine is given is printed by \`slipctl index create --kind solr --target NAME --print\`
and \`slipctl index create --kind opensearch --target NAME --shards N --print\`; \`slipctl index schema-check\` compares an index with it. Solr needs its module analysis-extras
(SOLR_MODULES=analysis-extras), OpenSearch the plugin analysis-icu. What a document brings for a field, and from where:
[document.md](document.md).

## Kinds of fields

What a person types goes through the same steps as what was indexed.

| kind | meaning | steps |
|---|---|---|
${kinds.map((kind) => `| ${kind} | ${meanings[kind]} | ${isAnalyzed(kind) ? stepsOf(kind) : 'none'} |`).join('\n')}

Words are those of the ICU tokenizer; one of more than ${limitOf('text', 'length')} letters is not indexed. Folded are case, accents, vowel
points, compatibility forms and native digits (ICU folding). Paired are Chinese and Japanese letters; the index has the
single letters too. Common words (${thousands(commonWords.length)}, in \`${commonWordsFile}\`) are joined with their neighbours: in the index
beside the words, in a phrase in their place. Of a whole value the first ${limitOf('exact', 'beginning')} characters count.

## Fields

*Made by the engine*: a copy, which no document brings. *Not yet brought*: the index has the field, documents do not
hold it yet.

| field | kind | stored | made of |
|---|---|---|---|
${indexFields.map(row).join('\n')}

## Where the engines differ

| | Solr | OpenSearch |
|---|---|---|
| words outside quotation marks | each analysed alone (\`sow\`); words joined without a blank, as in state-of-the-art, are asked for as pairs where one is common | analysed without joining common words |
| quoted phrase | common words joined | common words joined (\`search_quote_analyzer\`) |
| a copy | \`copyField\` | \`copy_to\` |
| not stored | \`stored="false"\` | left out of \`_source\` |
| a field that the schema does not have | the document is refused, 400 | the document is refused, 400 (\`dynamic: strict\`) |
| of two writes the newer wins | \`DocBasedVersionConstraintsProcessor\` on \`fence\`; the same fence is refused, 409 | \`external_gte\` with the fence; the same fence is taken |
| a removed item is remembered | as a document with \`tombstone\`, for two leases | the same: what was deleted a server forgets when it is started anew |
| tombstones and markers are hidden | from \`/select\`; \`/slip\` shows them | from the alias \`slip_TARGET\` |
| a large document | — | up to \`http.max_content_length\`, and up to \`indexing_pressure.memory.limit\`, a tenth of the heap unless set, of which Elasticsearch 9 takes a fifth |
| the wrong index | refused: its update chain \`slip-TARGET-DIGEST\` is unknown | refused: \`require_alias\` |
| commits are SLIP's | unless \`solr.autoCommit.maxTime\` and \`solr.autoSoftCommit.maxTime\` say otherwise | unless \`index.refresh_interval\` says otherwise |

The embedded engine keeps documents as they are and has rules of its own for words: \`src/shards/search/tokens.ts\`.

## When an index differs

\`slipctl index schema-check\` says of each difference what it needs.

| needs | Solr | OpenSearch | embedded |
|---|---|---|---|
| a rebuild: what is indexed is another | a target of another name, which slip-enqueue fills; then \`slipctl targets retire\` | the same | the same |
| a reload: what is asked, written or refused is another | the files of \`slipctl index create\` in the place of those of the configset, then \`action=RELOAD\` of each core or of the collection | \`PUT /INDEX/_mapping\` or \`_settings\`, for an analysis while the index is closed; \`POST /_aliases\`; never between schemas of two digests | \`slipctl targets apply\` |
| nothing | more than the schema has, and who makes commits | the same | the same |

An index of OpenSearch has the digest in its name, so that one of an earlier schema always needs a rebuild. In Solr a reload is
enough between two schemas where \`schema-check\` asks for no more; what it then refuses is the earlier release. In a SolrCloud
\`slipctl targets apply\` goes on refusing the collection, which keeps the name of its configset. How a rebuild goes without a
gap: [operate.md](operate.md#upgrade-with-another-schema-of-the-index).

A module that is missing is told with its remedy, by \`slipctl targets apply\` too: both have the engine analyse texts whose
terms are known.

## What is not found, in either

- A quoted phrase that goes on from Chinese or Japanese letters to anything else, or holds two runs of them ("東京、大阪",
  "the 漢字"): n letters have n places in the index and n−1 in a query. Ask for the parts.
- Chinese or Japanese letters that were set with blanks between them, by their pairs: 漢 字 is found as "漢 字".
- A Korean word without its particles: 학교에서 is one word.
- What follows an apostrophe, alone: l'homme is one word.
- A Greek word without the iota subscript it is written with: ἀρχῇ is αρχηι.

## What is found beside what was asked for, in either

- A phrase that goes on from one page to the next: a document has one text. On neither page is it shown.
- Kana with sound marks by kana without, and the other way round: カラス finds ガラス.

## What the LS schema has and this one has not

Fields \`*_dv\`: every string has doc values here. \`*Trie\`: a year is a string of four digits and is ranged over as
one; a catalogue's 18uu would be no integer, and the document refused. \`isbn_norm\`: \`isbn\` is normalized itself.
\`callno_shelfkey\`, \`callnoletters\`, \`id_dv\`, \`timestamp\` (\`assembled_at\`), and dynamic fields.
`
}

function row(field: IndexField): string {
  const kind = field.multi ? `${field.kind}, several` : field.kind
  return `| \`${field.name}\` | ${kind} | ${field.stored ? 'yes' : 'no'} | ${madeOf(field)} |`
}

const sources: Readonly<Record<FieldSource, string>> = {
  item: 'the item',
  rights: 'the rights',
  record: 'the catalogue record',
  holdings: 'the holdings',
  collections: 'the collections',
  mets: 'METS',
  text: 'the pages',
  provenance: 'provenance',
}

function madeOf({ name, copiedFrom, hides }: IndexField): string {
  if (copiedFrom !== undefined) return `\`${copiedFrom}\`, made by the engine`
  if (hides) return 'SLIP, for itself; hidden from searches'
  const brought = fields.find((field) => field.name === name)
  return brought === undefined ? 'not yet brought' : sources[brought.source]
}

function stepsOf(kind: AnalyzedKind): string {
  const { tokens, steps } = analyses[kind]
  const said = steps.map(sayStep).filter((text) => text !== '')
  return [tokens === 'words' ? 'words' : 'the whole value', ...said].join('; ')
}

function sayStep(step: Step): string {
  switch (step.step) {
    case 'fold':
      return 'folded'
    case 'commonGrams':
      return 'common words joined'
    case 'cjkBigrams':
      return 'letters paired'
    case 'stem':
      return 'stemmed'
    case 'replace': {
      const pattern = `\`${step.pattern.replaceAll('|', '\\|')}\``
      return step.by === '' ? `${pattern} left out` : `${pattern} becomes \`${step.by}\``
    }
    // told below the table: the same for all
    case 'beginning':
    case 'length':
      return ''
  }
}

/** The number a step has wherever it is taken. */
function limitOf(kind: AnalyzedKind, name: 'beginning' | 'length'): string {
  for (const step of analyses[kind].steps) {
    if (step.step === name) return thousands(step.step === 'beginning' ? step.characters : step.longest)
  }
  throw new Error(`${kind} has no step ${name}`)
}

function thousands(count: number): string {
  return count.toLocaleString('en-US')
}
