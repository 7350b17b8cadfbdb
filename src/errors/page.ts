import { errorCodes } from './codes.ts'
import type { ErrorClass, ErrorCode } from './error-code.ts'

const classes: Readonly<Record<ErrorClass, string>> = {
  item: "The item's own input is at fault. Attempts are counted; a row in slip_errors has code, place and advice.",
  environment:
    'A server, a mount or a process is at fault. No attempt is counted and no row is written to slip_errors; the daemon waits.',
  usage: 'A command or the configuration is wrong; the command says so, and a daemon logs it as daemon.stopped.',
  internal: 'SLIP itself is at fault.',
}

/** docs/errors.md, made from the table of codes. */
export function errorsPage(): string {
  return `<!-- Generated from src/errors/codes.ts: npm run generate -->
# Errors

Every error has one of these codes, a message, and the place where it arose. *Permanent* means that trying the same input again
cannot help, so the item goes to slip_errors at once; others are retried first.

## What becomes of an error
An item has at most one unresolved error in a target. The error stays, and the item is left alone, until one of these:

| resolution | what leads to it |
|---|---|
| fixed | the item was indexed or deleted: after a new revision, \`slipctl errors retry\` or \`slipctl enqueue\` |
| superseded | the item failed again; the newer error stands |
| skipped | \`slipctl errors skip\`: a person decided that the item stays as it is |
| purged | \`slipctl queue purge\`: a person took the item out of the queue (code PURGED) |

While an item is in error, skipped or purged, that revision of it is not enqueued again automatically; a later one is enqueued as usual.
Skipped and purged rows keep who did it and why. The history is kept after a later success, and expires:
a fixed or superseded error is deleted \`retention.errors\` after its resolution; a skipped or purged one only once a later
revision of its item was indexed, since until then it says why the item is not. \`slipctl errors expire\` does the same at once.

Errors of sources belong to no item. They end when their file, or their row of a database, is read again and can be
used; those of a file, and of a table of changes read whole, also when it no longer exists.

## Many errors at once
Errors of one target and code whose messages differ only in what varies between items – ids, numbers, paths, URLs, quoted
text – are one group:

\`\`\`text
slipctl errors groups                                  what is wrong, how often, since when, three items each
slipctl errors list --group KEY --tail 20              the newest of a group
slipctl errors retry --group KEY                       once the cause is corrected
slipctl errors retry --group KEY --waive page_gap      missing pages will not come back: index the pages that exist
slipctl errors retry --group KEY --from rights         the sources are read again too, whole
slipctl errors skip --group KEY --reason 'why'         these are not to be indexed
slipctl errors export --group KEY > errors.tsv         all columns, for another program
\`\`\`

KEY is computed from target, code and message and not stored: it is the same tomorrow and on every host. \`--id\`, \`--ids-file\`,
\`--code\`, \`--since\`, \`--until\` and \`--target\` select as well; together they narrow the selection.
${Object.entries(classes)
  .map(([name, meaning]) => section(name, meaning))
  .join('')}`
}

function section(name: string, meaning: string): string {
  const rows = Object.entries<ErrorCode>(errorCodes)
    .filter(([, entry]) => entry.class === name)
    .map(
      ([code, entry]) =>
        `| ${code} | ${entry.stage} | ${entry.permanent ? 'yes' : 'no'} | ${cell(entry.means)} | ${cell(entry.advice)} |`,
    )
  return `
## ${name}
${meaning}

| code | where | permanent | means | what to do |
|---|---|---|---|---|
${rows.join('\n')}
${causesOf(name)}`
}

function causesOf(name: string): string {
  const entries = Object.entries<ErrorCode>(errorCodes).filter(([, entry]) => entry.class === name)
  return entries
    .filter(([, { causes = [] }]) => causes.length > 0)
    .map(([code, { causes = [] }]) => {
      const rows = causes.map(({ cause, advice }) => `| ${cause} | ${cell(advice)} |`)
      return `
Where its message tells the cause of ${code}, that is what is advised:

| cause | what to do |
|---|---|
${rows.join('\n')}
`
    })
    .join('')
}

const cell = (text: string) => text.replaceAll('|', '\\|')
