/**
 * MySQL: deletes the rows of ids, given as a JSON array, in a target, each looked up by its key. Values: ids, target.
 *
 * In every other form the server may scan: that of one table takes no index hint on MariaDB and scans a small table; that
 * of several reads all rows of the target, whatever the hint, when the statistics say that there are none, as they do of a
 * queue that was nearly all deleted behind an old snapshot, a backup's for one. A scan waits for rows of others, and two that
 * wait for each other's go on to do so. MySQL takes no COLLATE there; between two of one character set that of bytes is taken.
 */
export const deleteNamed = (table: 'slip_queue' | 'slip_recheck'): string => `
  DELETE r FROM JSON_TABLE(?, '$[*]' COLUMNS (htid varchar(255) CHARACTER SET ascii PATH '$')) d
  STRAIGHT_JOIN ${table} r FORCE INDEX (PRIMARY) ON r.target = ? AND r.htid = d.htid`
