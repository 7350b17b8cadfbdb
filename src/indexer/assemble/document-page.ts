import { type FieldSource, fields } from '../../shards/fields.ts'

const sources: Readonly<Record<FieldSource, string>> = {
  item: "the item's own entry in its catalogue record",
  rights: 'the rights row',
  holdings: 'the source of kind holdings',
  collections: 'the source of kind collections',
  record: 'the catalogue record',
  mets: 'the METS file',
  text: 'the pages of the item',
  provenance: 'the process that made the document',
}

/** docs/document.md, generated from the field table. */
export function documentPage(): string {
  const rows = fields.map((field) => {
    const type = field.multi ? `${field.kind}, several` : field.kind
    const cells = [`\`${field.name}\``, type, field.stored ? 'yes' : 'no', field.source, field.rule, field.example]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return `<!-- Generated from src/shards/fields.ts by src/indexer/assemble/document-page.ts. -->
# The document

One document is one item. A field without a value is absent. \`ocr\` is one string, the pages of the item in the order of
METS; \`stored\` says whether the engine gives the value back. The types, and how each is searched: [schema.md](schema.md).

A source is one of: ${Object.entries(sources)
    .map(([name, meaning]) => `**${name}**, ${meaning}`)
    .join('; ')}.

| field | type | stored | source | rule | example |
|---|---|---|---|---|---|
${rows.join('\n')}

Which METS files and page files are read, and where they lie: [mets.md](mets.md).

With \`repository.checksums: size\` each page file must have the SIZE that METS states for it, with \`md5\` its MD5 CHECKSUM
too. A file that differs is an error with both values (PAGE_DIFFERS), unless a person waived it for the item
(\`--waive checksum\`). What METS does not state is not compared.

## Text

| in the page file | in the document |
|---|---|
| UTF-8, with or without byte order mark; UTF-16 with one | UTF-8 |
| bytes that are no UTF-8, lone surrogates, noncharacters, U+FFFD | a space for each sequence, counted |
| Google's references: \`#{1234}\`, a surrogate pair as two of them | the character; a space, counted, where there is none |
| control characters, tabs, line ends (CRLF is one) | a space |
| U+200B | nothing |
| letter, hyphen (\`-\` U+2010 U+00AD U+00AC), line end, letter; blanks around the line end | the letters joined, where \`dehyphenate\` is on; never across pages |
| blanks at the start and the end of a page | nothing |
| between two pages | one space |
| a page without text | the empty page token, where one is set |
`
}
