import { type ErrorClass, type ErrorCode, errorCodes } from './codes.ts'

const classes: Readonly<Record<ErrorClass, string>> = {
  item: "The item's own input is at fault. Attempts are counted; a row in slip_errors says code, place and advice.",
  environment:
    'A server, a mount or a process is at fault. No attempt is burnt and no row is written in slip_errors; the daemon waits.',
  usage: 'A command or the configuration is wrong. The command says so.',
  internal: 'SLIP itself is at fault.',
}

/** docs/errors.md, made from the table of codes. */
export function errorsPage(): string {
  return `<!-- Generated from src/errors/codes.ts: npm run generate -->
# Errors

Every error has one of these codes, a sentence, and the place where it arose. *Permanent*: trying the same input again
cannot help, so the item goes to slip_errors at once; the others are tried again first.
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
`
}

const cell = (text: string) => text.replaceAll('|', '\\|')
