import { allKeys, type Key } from './keys.ts'

/** docs/configuration.md, made from the schema. */
export function configurationPage(): string {
  const rows = allKeys().map(
    (key) =>
      `| \`${key.path}\` | ${key.type} | ${standard(key)} | ${only(key)}${key.description.replaceAll('|', '\\|')} |`,
  )
  return `<!-- Generated from src/config/schema.ts: npm run generate -->
# Configuration

One YAML file: \`--config FILE\`, else the environment variable \`SLIP_CONFIG\`, else \`/etc/slip/slip.yaml\`. The whole file
is checked before anything starts; an unknown key is an error that names the line and the nearest known key.
\`slipctl init\` writes a commented file, \`slipctl config check\` checks one, \`slipctl config show\` prints it with secrets hidden.

A value is literal, or holds \`\${NAME}\` for an environment variable, or is \`{file: PATH}\` for the content of a file
(systemd credentials are such files; any other file that others can read is refused). Relative paths are relative to the
configuration file. Durations have a unit: \`500ms\`, \`30s\`, \`5m\`, \`2h\`, \`1d\`; most may be 24d at most. Names of sources and
targets begin with a lower-case letter, and have at most 32 lower-case letters, digits, _ and -.

Daemons read the file when they start: restart them after a change. A \`rights-db\` is the only source of rights, and there is at
most one source of \`holdings\` and one of \`collections\`.

| key | type | default | meaning |
|---|---|---|---|
${rows.join('\n')}
`
}

const only = (key: Key) => (key.only.length === 0 ? '' : `Only for ${key.only.join(', ')}. `)

function standard(key: Key): string {
  if (key.required) return '**required**'
  const others = key.otherStandards.map(({ kinds, standard }) => `; ${kinds.join(', ')}: ${shown(standard)}`)
  const needed = key.requiredOnly.length === 0 ? '' : `; ${key.requiredOnly.join(', ')}: **required**`
  return shown(key.standard) + others.join('') + needed
}

const shown = (standard: unknown): string =>
  standard === undefined ? 'none' : `\`${JSON.stringify(standard).replace(/^"(.*)"$/, '$1')}\``
