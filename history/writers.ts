/** The sources that the archive knows, each with what waits to be written. */
import type { DatabaseSync } from "node:sqlite";
import { type Shelves, SourceWriter } from "./source_writer.ts";

export class Writers {
  readonly #database: DatabaseSync;
  readonly #shelves: Shelves;
  readonly #writers = new Map<string, SourceWriter>();

  constructor(database: DatabaseSync, shelves: Shelves) {
    this.#database = database;
    this.#shelves = shelves;
  }

  /** Of the sources that were asked for since the start. */
  all(): Iterable<SourceWriter> {
    return this.#writers.values();
  }

  /** Names of the sources that there are pictures of. */
  names(): string[] {
    const rows = this.#database.prepare(
      "SELECT name FROM source WHERE EXISTS " +
        "(SELECT 1 FROM segment WHERE segment.source = source.id AND dying IS NULL) ORDER BY name",
    ).all();
    return rows.map(({ name }) => String(name));
  }

  /** Anything waits to be written. */
  get isDirty(): boolean {
    for (const writer of this.all()) if (writer.isDirty) return true;
    return false;
  }

  /** The segments that are being written. */
  get openSegments(): Set<number> {
    const ids = new Set<number>();
    for (const { openSegment } of this.all()) if (openSegment !== undefined) ids.add(openSegment);
    return ids;
  }

  /** The writer of a source that something was recorded of, now or earlier. */
  known(name: string): SourceWriter | undefined {
    const writer = this.#writers.get(name);
    if (writer) return writer;
    const row = this.#database.prepare("SELECT id FROM source WHERE name = ?").get(name);
    return row && this.#add(name, Number(row.id));
  }

  /** The writer of any source; writes where it is a new one. */
  get(name: string): SourceWriter {
    const known = this.known(name);
    if (known) return known;
    const insert = this.#database.prepare("INSERT INTO source (name) VALUES (?)");
    return this.#add(name, Number(insert.run(name).lastInsertRowid));
  }

  #add(name: string, id: number): SourceWriter {
    const newest = this.#shelves.segments.at(id, Infinity)?.end ?? -Infinity;
    const writer = new SourceWriter({ id, name }, this.#shelves, newest);
    this.#writers.set(name, writer);
    return writer;
  }
}
