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
configuration file. Durations have a unit: \`500ms\`, \`30s\`, \`5m\`, \`2h\`, \`1d\`.

| key | type | default | meaning |
|---|---|---|---|
${rows.join('\n')}
`
}

const only = (key: Key) => (key.only.length === 0 ? '' : `Only for ${key.only.join(', ')}. `)

function standard(key: Key): string {
  if (key.required) return '**required**'
  const others = key.otherStandards.map(({ kinds, standard }) => `; ${kinds.join(', ')}: ${shown(standard)}`)
  return shown(key.standard) + others.join('')
}

const shown = (standard: unknown): string =>
  standard === undefined ? 'none' : `\`${JSON.stringify(standard).replace(/^"(.*)"$/, '$1')}\``
