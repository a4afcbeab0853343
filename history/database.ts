/**
 * The archive's file: opening, its schema and its version, and how what SQLite refuses is told to people.
 *
 * WAL with synchronous=NORMAL: a commit is a write without waiting for the disk. The process dying loses nothing
 * that was committed; the machine losing power may lose the newest commits, never the file's order. One process
 * at a time holds the file (locking_mode=EXCLUSIVE), so no other one can see or spoil it half done.
 */
import { DatabaseSync } from "node:sqlite";

/** "PCHS" in the file's header: this is an archive of ours and not just any SQLite file. */
const APPLICATION_ID = 0x50434853;
/** Raise it with every change of the schema or of the bytes in it. */
export const SCHEMA_VERSION = 1;
export const FILE_NAME = "history.sqlite";
/** The log is cut back to this after a checkpoint, bytes. */
export const MAX_LOG_BYTES = 4 * 1024 * 1024;

/**
 * `segment`: a stretch of one source's time with pictures of one size: the picture it begins with, and `batch`es of
 * changes. `dying` is NULL, or how many of its tiles have been released already.
 * `ending` says why nothing follows at `end`; NULL where something does, or nobody knows.
 * `tile.refs`: how many segments use the tile. `pack.live`, `pack.coded`: bit n stands for tile
 * `id × PACK_TILES + n`: wanted, and found in `code`. Ids are never used twice, so that clients may keep what they name.
 * `activity.bin`: time / 10 s. `erasure`: what somebody wants forgotten and is not all gone yet.
 */
const SCHEMA = `
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE segment (
  id INTEGER PRIMARY KEY, source INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
  width INTEGER NOT NULL, height INTEGER NOT NULL, grid BLOB NOT NULL, ending TEXT, dying INTEGER
);
CREATE INDEX segment_by_time ON segment (source, start);
CREATE TABLE batch (
  id INTEGER PRIMARY KEY, segment INTEGER NOT NULL, first INTEGER NOT NULL, moments BLOB NOT NULL
);
CREATE INDEX batch_by_segment ON batch (segment);
CREATE TABLE tile (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, refs INTEGER NOT NULL);
CREATE TABLE pack (
  id INTEGER PRIMARY KEY AUTOINCREMENT, width INTEGER NOT NULL, height INTEGER NOT NULL,
  live INTEGER NOT NULL, coded INTEGER NOT NULL, code BLOB NOT NULL
);
CREATE TABLE activity (
  source INTEGER NOT NULL, bin INTEGER NOT NULL, tiles INTEGER NOT NULL, bytes INTEGER NOT NULL,
  PRIMARY KEY (source, bin)
) WITHOUT ROWID;
CREATE TABLE erasure (
  id INTEGER PRIMARY KEY, source INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
  x INTEGER, y INTEGER, w INTEGER, h INTEGER
);
`;

/** The archive cannot be opened; the message says why and what to do. */
export class HistoryOpenFailed extends Error {
  override name = "HistoryOpenFailed";
}

/** The archive could not be written: the disk is full, say. What was recorded before is as it was. */
export class HistoryWriteFailed extends Error {
  override name = "HistoryWriteFailed";
}

/**
 * Opens the archive in `dir`, which is made where it does not exist, for this user alone.
 * @throws {HistoryOpenFailed}
 */
export function openDatabase(dir: string): DatabaseSync {
  const path = `${dir}/${FILE_NAME}`;
  let database: DatabaseSync | undefined;
  try {
    Deno.mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (Deno.build.os !== "windows") Deno.chmodSync(dir, 0o700);
    // Before SQLite makes it with what the umask allows. Its log gets the mode of the file.
    Deno.openSync(path, { create: true, append: true, mode: 0o600 }).close();
    if (Deno.build.os !== "windows") Deno.chmodSync(path, 0o600);
    database = new DatabaseSync(path);
    prepare(database, path);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof HistoryOpenFailed) throw error;
    throw new HistoryOpenFailed(`Cannot open the history in ${dir}: ${explain(error)}`);
  }
}

/** Runs `work` as one transaction: all of it or nothing. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // Some errors (a full disk) end the transaction by themselves.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** One number that a statement answers. */
export function numberFrom(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0]);
}

/** What SQLite says, for people; the disk's state first. */
export function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/database is locked/.test(text)) return "another process is using it";
  if (/database or disk is full/.test(text)) return "the disk is full";
  if (/disk I\/O error/.test(text)) return "the disk reports an error, or is full";
  return text;
}

function prepare(database: DatabaseSync, path: string): void {
  // First of all: then SQLite needs no shared memory, which a full disk would have no room for.
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  // An old file has these, and would be written to: a full disk refuses that.
  if (numberFrom(database, "PRAGMA page_count") === 0) {
    database.exec("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL");
  }
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON");
  database.exec(`PRAGMA journal_size_limit = ${MAX_LOG_BYTES}; PRAGMA cache_size = -8192`);
  // Takes the lock now, not at the first picture.
  database.exec("BEGIN EXCLUSIVE; COMMIT");
  const application = numberFrom(database, "PRAGMA application_id");
  const version = numberFrom(database, "PRAGMA user_version");
  const isNew = numberFrom(database, "SELECT count(*) FROM sqlite_schema") === 0;
  if (isNew) {
    inTransaction(database, () => {
      database.exec(SCHEMA);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    });
    return;
  }
  if (application !== APPLICATION_ID) {
    throw new HistoryOpenFailed(`Cannot open the history: ${path} is not one of Patchcast's`);
  }
  if (version !== SCHEMA_VERSION) {
    throw new HistoryOpenFailed(
      `Cannot open the history: ${path} has format ${version}, this program reads ${SCHEMA_VERSION}; ` +
        "use the program that wrote it, or move the file away",
    );
  }
}
