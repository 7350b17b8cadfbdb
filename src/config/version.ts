import about from '../../package.json' with { type: 'json' }

/** Release of this code, as written into documents, ledger and worker rows. */
export const codeVersion: string = about.version
