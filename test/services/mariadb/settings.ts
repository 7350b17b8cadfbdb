/**
 * Read by a private server before it listens, one statement a line, at every start. The accounts that it is born with
 * have no password.
 */
export const accountStatements = (password: string): string =>
  [
    `CREATE OR REPLACE USER slip@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO slip@'%' WITH GRANT OPTION;`,
    `DELETE FROM mysql.global_priv WHERE user <> 'slip' AND user <> 'mariadb.sys';`,
    'FLUSH PRIVILEGES;',
    '',
  ].join('\n')

/** Arguments of a private server; `accounts` is the file of the statements above. */
export const serverArguments = (port: number, accounts: string): string[] => [
  `--init-file=${accounts}`,
  `--port=${port}`,
  '--bind-address=127.0.0.1',
  '--skip-name-resolve',
  // A path from the folder it runs in: sockets take no long ones.
  '--socket=mariadb.sock',
  '--pid-file=mariadb.pid',
]
