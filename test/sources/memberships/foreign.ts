import { collections, holdings } from '../../../src/config/memberships.ts'
import { type ForeignServer, openEmpty } from '../rights-db/foreign.ts'

/** A database with the tables of HathiTrust's that say who holds an item and which collections it is in. */
export interface ForeignMemberships {
  readonly url: string
  run(sql: string): Promise<void>
  /** These hold the item; `copies` brittle, lost or missing. */
  hold(htid: string, members: readonly string[], copies?: number): Promise<void>
  /** These are in the collection, which says that it has so many items. */
  collect(collection: number, htids: readonly string[], items: number): Promise<void>
  drop(): Promise<void>
}

const mariadb = [
  `CREATE TABLE holdings_htitem_htmember (
     lock_id varchar(300) NOT NULL DEFAULT '', cluster_id varchar(25) NOT NULL DEFAULT '', volume_id varchar(50) NOT NULL,
     n_enum varchar(250) DEFAULT '', member_id varchar(20) NOT NULL, copy_count int(11) DEFAULT NULL,
     lm_count smallint(6) DEFAULT NULL, wd_count smallint(6) DEFAULT NULL, brt_count smallint(6) DEFAULT NULL,
     access_count smallint(6) DEFAULT NULL, PRIMARY KEY (volume_id, member_id), KEY member_id (member_id)
   ) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_general_ci`,
  `CREATE TABLE holdings_deltas (
     version int NOT NULL, update_date date, volume_id varchar(50), KEY version (version, volume_id)
   ) ENGINE=InnoDB DEFAULT CHARSET=utf8`,
  `CREATE TABLE mb_coll_item (
     extern_item_id varchar(255) CHARACTER SET utf8 NOT NULL, MColl_ID int(10) unsigned NOT NULL, KEY item (extern_item_id)
   ) ENGINE=InnoDB DEFAULT CHARSET=latin1`,
  `CREATE TABLE mb_collection (
     MColl_ID int(10) unsigned NOT NULL PRIMARY KEY, collname varchar(100) CHARACTER SET utf8 NOT NULL DEFAULT '',
     num_items int(11) DEFAULT NULL
   ) ENGINE=InnoDB DEFAULT CHARSET=latin1`,
  `CREATE TABLE slip_shared_queue (
     id varchar(50) NOT NULL, time timestamp NOT NULL DEFAULT current_timestamp(), KEY time (time, id)
   ) ENGINE=InnoDB DEFAULT CHARSET=utf8`,
]

const postgres = [
  `CREATE TABLE holdings_htitem_htmember (
     cluster_id varchar(25) NOT NULL DEFAULT '', volume_id varchar(50) NOT NULL, member_id varchar(20) NOT NULL,
     access_count smallint, PRIMARY KEY (volume_id, member_id)
   )`,
  'CREATE TABLE holdings_deltas (version int NOT NULL, update_date date, volume_id varchar(50))',
  'CREATE INDEX holdings_deltas_version ON holdings_deltas (version, volume_id)',
  'CREATE TABLE mb_coll_item (extern_item_id varchar(255) NOT NULL, "MColl_ID" bigint NOT NULL)',
  'CREATE INDEX mb_coll_item_item ON mb_coll_item (extern_item_id)',
  'CREATE TABLE mb_collection ("MColl_ID" bigint PRIMARY KEY, num_items int)',
  'CREATE TABLE slip_shared_queue (id varchar(50) NOT NULL, time timestamptz NOT NULL DEFAULT now())',
  'CREATE INDEX slip_shared_queue_time ON slip_shared_queue (time, id)',
]

export async function openMemberships(server: ForeignServer): Promise<ForeignMemberships> {
  const { url, run, drop } = await openEmpty(server)
  for (const statement of server === 'postgres' ? postgres : mariadb) await run(statement)
  const id = server === 'postgres' ? '"MColl_ID"' : 'MColl_ID'
  return {
    url,
    run,
    drop,
    hold: async (htid, members, copies = 0) => {
      await run(`DELETE FROM holdings_htitem_htmember WHERE volume_id = '${htid}'`)
      for (const member of members)
        await run(
          `INSERT INTO holdings_htitem_htmember (volume_id, member_id, access_count) VALUES ('${htid}', '${member}', ${copies})`,
        )
    },
    collect: async (collection, htids, items) => {
      await run(`DELETE FROM mb_coll_item WHERE ${id} = ${collection}`)
      await run(`DELETE FROM mb_collection WHERE ${id} = ${collection}`)
      await run(`INSERT INTO mb_collection (${id}, num_items) VALUES (${collection}, ${items})`)
      for (const htid of htids)
        await run(`INSERT INTO mb_coll_item (extern_item_id, ${id}) VALUES ('${htid}', ${collection})`)
    },
  }
}

/** What the configuration says of such sources when it says nothing but where they are. */
export const holdingsOf = (url: string) => holdings.parse({ kind: 'holdings', url })
export const collectionsOf = (url: string) => collections.parse({ kind: 'collections', url })
